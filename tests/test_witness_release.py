"""Do released goods leave a centre abroad only when its host's witness saw it, or two officers overrode its silence?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import copy_sqlite, office_on, year_in
from desk_life import deal, desk_of, do, file, license_it, officer, representative

pytestmark = [pytest.mark.db, pytest.mark.slow]
CENTRE, HOST = "centre:lt-1", "LT"


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """An office in which a tranche released at a centre abroad waits for its carrier: file, tranche, carrier."""
    folder = tmp_path_factory.mktemp("witness")
    url = copy_sqlite(year_in(folder)[1], folder / "waiting.sqlite3")
    with office_on(url):
        from ecluse.base.verdict import Passed
        from ecluse.custody.terms import Centre

        sale = deal()
        order = file(sale, centre=CENTRE)
        assert isinstance(license_it(sale, order), Passed)
        tranche, maker = f"{order}/0", representative(sale.line.maker)
        operator = desk_of(maker).session.newest(CENTRE, Centre).operator
        at_centre = representative(operator)
        do("custody.license_host", representative(f"authority:{HOST.lower()}"), order)
        do("custody.pack", maker, tranche)
        do("custody.offer", maker, tranche, step="dispatch", to_custodian=operator, place_state=HOST)
        do("custody.hand_over", at_centre, tranche, received="yes")
        assert isinstance(do("custody.ask_release", at_centre, tranche, ready="yes").verdict, Passed)
        do("custody.offer", at_centre, tranche, step="release", to_custodian=sale.order.carrier, place_state=HOST)
        return folder / "waiting.sqlite3", tranche, sale.order.carrier


@pytest.fixture
def stood(waiting: tuple[Path, str, str], tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A copy of its own: the tranche, and who signs for it as carrier."""
    file, tranche, carrier = waiting
    with office_on(copy_sqlite(file, tmp_path / "office.sqlite3")):
        yield tranche, representative(carrier)


def leave(tranche: str, carrier: Any) -> list[str]:
    """The carrier signs for the goods. On which grounds do they stay?"""
    from ecluse.base.verdict import Held

    verdict = do("custody.hand_over", carrier, tranche, received="yes").verdict
    return [ground.code for ground in verdict.grounds] if isinstance(verdict, Held) else []


def has_left(tranche: str, carrier: Any) -> bool:
    from ecluse.custody.terms import Manifest, Step

    return any(made.step is Step.RELEASE for made in desk_of(carrier).session.of(tranche, Manifest))


def departing(tranche: str) -> Any:
    from ecluse.office.desk.witnesses import departing as departing_of

    return departing_of(desk_of(officer("authority:ssecu", "author")), tranche)


def broken() -> set[str]:
    from ecluse.office.audit.report import run_audit

    return {finding.key for finding in run_audit().broken()}


def note_of(log: str, *, root: bytes = b"", size: int | None = None, key: str = f"witness:{HOST.lower()}") -> str:
    """A head of this log signed by its own key, with a witness's line beneath: of the log as it stands, or another."""
    from ecluse.custody.log.note_keys import cosign
    from ecluse.office.actions.checkpoint import SIGNER, head_note
    from ecluse.office.actions.witness import tree_of
    from ecluse.office.desk.today import open_session

    session = open_session()
    tree = tree_of(session, log)
    size = tree.size if size is None else size
    note = head_note(log, size, root or tree.root(size), session.source.private_key(SIGNER))
    text = note.partition("\n\n")[0] + "\n"
    return note + cosign(text, "any.name.example", session.source.private_key(key), 1_790_000_000)


def test_goods_stay_until_the_hosts_witness_saw_their_release(stood: tuple[str, Any]) -> None:
    tranche, carrier = stood
    assert leave(tranche, carrier) == ["custody.release_is_witnessed"]
    assert not has_left(tranche, carrier)
    do("custody.witness_head", representative(f"authority:{HOST.lower()}"), tranche)
    assert leave(tranche, carrier) == []
    assert has_left(tranche, carrier)
    assert not broken()


def test_a_head_older_than_the_release_does_not_let_it_leave(stood: tuple[str, Any]) -> None:
    tranche, carrier = stood
    waits = departing(tranche)
    old = note_of(waits.log, size=waits.index)
    do("custody.witness_head", representative(f"authority:{HOST.lower()}"), tranche, note=old)
    assert leave(tranche, carrier) == ["custody.release_is_witnessed"]
    do("custody.witness_head", representative(f"authority:{HOST.lower()}"), tranche,
       note=note_of(waits.log, size=waits.index + 1))  # fmt: skip
    assert leave(tranche, carrier) == []


def test_a_head_of_another_log_another_witness_or_a_fork_is_refused_and_nothing_is_kept(stood: tuple[str, Any]) -> None:
    from ecluse.base.errors import EvidenceError
    from ecluse.custody.witnessed import WitnessedHead, heads_of
    from ecluse.office.actions.witness import witness_head
    from ecluse.office.desk.today import open_session, today

    log = departing(stood[0]).log
    kept = len(open_session().of(heads_of(HOST, log), WitnessedHead))
    good = note_of(log)
    bad = {
        "forked": note_of(log, root=b"\1" * 32),
        "older copy": note_of(log, root=b"\1" * 32, size=10**6),
        "not of": note_of("home/2026"),
        "no signature of this witness": note_of(log, key="witness:lv"),
        "false signature": _flipped(good),
    }
    for told, note in bad.items():
        with pytest.raises(EvidenceError, match=told):
            witness_head(open_session(), HOST, log, note, today())
    with pytest.raises(EvidenceError):
        witness_head(open_session(), HOST, log, "not a note", today())
    assert len(open_session().of(heads_of(HOST, log), WitnessedHead)) == kept
    witness_head(open_session(), HOST, log, good, today())
    with pytest.raises(EvidenceError, match="before"):
        witness_head(open_session(), HOST, log, note_of(log, size=1), today())


def _flipped(note: str) -> str:
    """The witness's own line with one character of its signature changed."""
    at = len(note) - 20
    return note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]


def override(tranche: str, minutes: int, second: str = "authority:mod") -> Any:
    """A silent witness is called, and so many minutes later overridden by two. What holds it?"""
    from ecluse.custody.witnessed import WitnessOverride
    from ecluse.office.actions.witness import override_witness

    author = officer("authority:ssecu", "author")
    other = officer(second, "countersigner")
    do("custody.call_witness", author, tranche, silent="yes")
    call = departing(tranche).call
    made = WitnessOverride(
        f"witness-override:{tranche}", HOST, tranche, call.id, author.person, author.body, other.person, other.body,
        "it does not answer", call.at + timedelta(minutes=minutes),
    )  # fmt: skip
    desk = desk_of(other)
    signatures = [desk_of(one).sign(one.person, made) for one in (author, other)]
    order = tranche.rsplit("/", 1)[0]
    return override_witness(
        desk.session, order, made, signatures, desk.on, log=CENTRE.replace(":", "-"), actor=other.person
    )


def test_two_officers_override_a_witness_that_stays_silent(stood: tuple[str, Any]) -> None:
    tranche, carrier = stood
    assert override(tranche, 15) is None
    assert leave(tranche, carrier) == []
    # Of 53 releases three were overridden: beyond the two that are free, and beyond five in a hundred.
    assert broken() == {"overrides_over_limit"}


@pytest.mark.parametrize(
    ("minutes", "second", "code"),
    [
        pytest.param(14, "authority:mod", "override_follows_silence", id="one minute too early"),
        pytest.param(15, "authority:ssecu", "override_is_by_two", id="two officers of one authority"),
    ],
)
def test_an_override_that_is_not_sound_writes_nothing(
    stood: tuple[str, Any], minutes: int, second: str, code: str
) -> None:
    tranche, carrier = stood
    stays = override(tranche, minutes, second)
    assert [ground.code for ground in stays.grounds] == [f"custody.{code}"]
    assert departing(tranche).override is None
    assert leave(tranche, carrier) == ["custody.release_is_witnessed"]


def test_the_wait_for_a_witness_is_offered_to_those_whose_turn_it_is(stood: tuple[str, Any]) -> None:
    from ecluse.office.desk.next_step import next_steps
    from ecluse.office.desk.registry import About, offered
    from ecluse.office.models import OrderRow, Tranche

    tranche, _ = stood
    order = tranche.rsplit("/", 1)[0]
    author, host = officer("authority:ssecu", "author"), representative(f"authority:{HOST.lower()}")

    def turns(mandate: Any) -> set[str]:
        actions = offered(desk_of(mandate), About.TRANCHE, tranche)
        return {action.name for action in actions if "witness" in action.name or "override" in action.name}

    assert turns(host) == {"custody.witness_head"}
    assert turns(author) == {"custody.call_witness"}
    assert turns(representative("authority:lv")) == set()
    desk = desk_of(author)
    steps = next_steps(
        desk, OrderRow.objects.get(order=order), desk.order(order), [Tranche.objects.get(tranche=tranche)]
    )
    assert [(step.action, step.whose) for step in steps] == [("custody.witness_head", (f"authority:{HOST.lower()}",))]
    do("custody.witness_head", host, tranche)
    assert turns(host) == turns(author) == set()


def test_a_head_shown_to_a_witness_is_kept_where_it_is_of_the_log_and_named_where_it_is_not(
    stood: tuple[str, Any],
) -> None:
    from ecluse.office.actions.witness import witness_head
    from ecluse.office.cheats.hands import Insider
    from ecluse.office.cheats.witnesses import head_shown_to_one_host, shown

    hand = Insider()
    head, _ = shown(hand)
    witness_head(hand.session, head.host, head.log, head.note, hand.today)
    assert not broken()
    head_shown_to_one_host(Insider())
    assert broken() == {"witnessed_head_forked"}


def test_each_departure_is_a_hearing_that_replays_and_moves_no_standing(stood: tuple[str, Any], tmp_path: Path) -> None:
    """Held first, then passed: whoever has the dossier alone judges both again."""
    from ecluse.edge.dossier import file_name, read_dossier
    from ecluse.edge.law import library
    from ecluse.office.models import Tranche
    from ecluse.office.publish.dossiers import export_dossiers
    from ecluse.order import Gate, replay

    tranche, carrier = stood
    before = Tranche.objects.filter(tranche=tranche).values_list("gate", "standing", "hearing").get()
    assert leave(tranche, carrier) == ["custody.release_is_witnessed"]
    assert Tranche.objects.filter(tranche=tranche).values_list("gate", "standing", "hearing").get() == before
    do("custody.witness_head", representative(f"authority:{HOST.lower()}"), tranche)
    assert leave(tranche, carrier) == []
    export_dossiers(tmp_path / "dossiers")
    dossier = read_dossier(tmp_path / "dossiers" / file_name(tranche.rpartition("/")[0]))
    judged = [one for one in replay(dossier, library) if one.hearing.gate is Gate.DEPARTURE]
    assert [one.hearing.finding is not None for one in judged] == [False, True]
    assert all(one.same for one in judged)
    assert [ground.code for ground in judged[0].hearing.grounds] == ["custody.release_is_witnessed"]
    assert judged[1].hearing.finding["size_witnessed"] > 0
    assert not broken()
