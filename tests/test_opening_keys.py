"""Do k of n hosts open what is due without the office, can fewer not, does a missed opening break P8 on its day?"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from copy import copy as shallow
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import carried
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ecluse.base.errors import BadInputError, ConflictError, EvidenceError, ForbiddenError
from ecluse.base.source import SeededSource
from ecluse.edge.public_audit import report_on
from ecluse.edge.public_audit_points import Status

pytestmark = [pytest.mark.db, pytest.mark.slow]
SEED = "ua-2026-7-50/7"
LAST = date(2026, 12, 31)
OPENED, HIDDEN, NEXT = "opening-key:2026-q1/2026-06-30", "opening-key:2026/2028-12-31", "opening-key:2026-q4/2027-03-31"
HOSTS = [f"authority:{state}" for state in ("de", "dk", "ee", "fi", "gb")]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried.year_in(tmp_path_factory.mktemp("keys"))[1]


@pytest.fixture(scope="module")
def folder(year: Path) -> Path:
    """What the office publishes at the end of its year."""
    with carried.office_on(carried.sqlite_url(year)):
        return published(year.with_name("public"))


@pytest.fixture
def office(year: Path, tmp_path: Path) -> Iterator[Path]:
    """The office in a file of its own, for whoever wants to write."""
    path = tmp_path / "office.sqlite3"
    with carried.office_on(carried.copy_sqlite(year, path)):
        yield path


@pytest.fixture(scope="module")
def read_once(year: Path) -> Any:
    from ecluse.office.audit.reading import read

    with carried.office_on(carried.sqlite_url(year)):
        return read()


@pytest.fixture
def reading(read_once: Any) -> Any:
    """What the audit read, its records of openings and its salts free to be spoiled."""
    spoiled = shallow(read_once)
    ours = [version for version in spoiled.by_v if "opening" in version or version == "sealing_key/1"]
    spoiled.by_v = {**spoiled.by_v, **{version: [shallow(row) for row in spoiled.by_v[version]] for version in ours}}
    spoiled.salts = dict(spoiled.salts)
    return spoiled


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "public")
    return tmp_path / "public"


def published(folder: Path, closed_on: date | None = None) -> Path:
    """The public folder; `closed_on`: first a month ends on this day, for a folder shows no month before its end."""
    from ecluse.office.actions.checkpoint import sign_heads
    from ecluse.office.publish.folder import publish

    if closed_on is not None:
        sign_heads(session(), closed_on)
    publish(folder, proofs=False)
    return folder


def session() -> Any:
    from ecluse.edge.law import newest_law
    from ecluse.office.session import Session

    return Session(source(), newest_law())


def source() -> SeededSource:
    from ecluse.office.models import Setting

    seed = Setting.objects.get(key="seed").value
    return SeededSource(seed, datetime(2026, 12, 31, 12, tzinfo=UTC))


def signer(owner: str, record: Any, on: date) -> Any:
    from ecluse.base.signing import sign

    return sign(record, f"key:{owner}/1", source().private_key(owner), on)


def audited() -> Any:
    """What P8 says of this office."""
    from ecluse.office.audit.reading import read

    return judged(read())


def judged(reading: Any) -> Any:
    from ecluse.office.audit import p8
    from ecluse.office.audit.report import Tally

    tally = Tally("P8", reading.tainted)
    for check in p8.CHECKS:
        check(reading, tally)
    p8.not_checked(reading, tally)
    return tally


def found(tally: Any) -> set[tuple[str, str, str]]:
    return {(finding.key, finding.subject, finding.day) for finding in tally.findings}


def proposed(hosts: list[str], replaces: str = "", reason: str = "", on: date = LAST) -> tuple[Any, ...]:
    """Two persons of two authorities lay or split a key."""
    from ecluse.office.actions.openings import accept_keys, propose_keys

    author, second = officer("authority:ssecu", "author"), officer("authority:audit", "controller")
    year = 2027 if not replaces else 2026
    proposal = propose_keys(session(), year, hosts, officer=author, on=on, replaces=replaces, reason=reason)
    return accept_keys(session(), proposal.id, officer=second, on=on)


def officer(authority: str, role: str) -> str:
    import desk_life

    return str(desk_life.officer(authority, role).person)


def key_file(host: str, folder: Path) -> Path:
    """The host's own signing key, as `ecluse keys new` would have laid it on its machine."""
    private = SeededSource(SEED, datetime(2026, 1, 1, tzinfo=UTC)).private_key(host)
    path = folder / f"{host.replace(':', '_')}.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    public = private.public_key().public_bytes_raw().hex()
    form = {"v": "public_key/1", "owner": host, "key": f"key:{host}/1", "public_hex": public}
    path.with_name(f"{path.stem}.public.json").write_text(json.dumps(form))
    return path


# ------------------------------------------------------------------ the year as it was carried


def test_a_carried_year_ends_with_its_due_openings_done(reading: Any) -> None:
    tally = judged(reading)
    assert tally.report().status.value == "kept", tally.findings
    counts = tally.counts
    assert (counts["keys_due"], counts["keys_opened"], counts["shares_late"]) == (3, 3, 0)
    assert counts["commitments_bound"] > 5_000


def test_keys_are_made_before_anything_that_they_open(office: Path) -> None:
    from ecluse.custody.openings import BEFORE_KEYS
    from ecluse.office.models import Record

    first = Record.objects.filter(v="opening_key/1").order_by("index").first()
    assert first is not None
    before = Record.objects.filter(log="home/2026", index__lte=first.index).values_list("v", flat=True)
    assert set(before) <= BEFORE_KEYS


def test_a_stranger_opens_what_is_due_and_waits_for_the_rest(folder: Path) -> None:
    report = report_on(folder)
    points = {point.key: point for point in report.of("P8")}
    assert report.is_sound(), report.text("en")
    assert dict(points["keys"].facts) == {"keys": 16, "opened": 3, "n": 281}
    assert points["next"].status is Status.WAITS
    assert points["next"].until == date(2027, 3, 31)


# ------------------------------------------------------------------ hosts alone


def shares_by_hand(folder: Path, name: str, hosts: list[str], place: Path, capsys: Any) -> list[str]:
    from ecluse.edge.openings import share

    files = []
    for host in hosts:
        assert share(str(folder), name, str(key_file(host, place)), "") == 0
        files.append(place / f"{host.partition(':')[2]}.share")
        files[-1].write_text(capsys.readouterr().out)
    return [str(file) for file in files]


@pytest.mark.parametrize("hosts", [HOSTS[:3], HOSTS[2:], [HOSTS[4], HOSTS[0], HOSTS[2]]])
def test_any_three_hosts_open_a_period_without_the_office(
    hosts: list[str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.edge.openings import open_folder

    files = shares_by_hand(folder, "2026-q4/2027-03-31", hosts, tmp_path, capsys)
    assert open_folder(str(folder), "2026-q4/2027-03-31", files, str(tmp_path / "opened.jsonl")) == 0
    lines = [json.loads(line) for line in (tmp_path / "opened.jsonl").read_text().splitlines()]
    bodies = [json.loads(line["body"]) for line in lines]
    assert {body["v"] for body in bodies} == {"period_close/1", "outer_period/1"}
    months = {body["month"] for body in bodies if body["v"] == "period_close/1"}
    assert months == {"2026-09", "2026-10", "2026-11", "2026-12"}
    openings = json.loads((folder / "openings.json").read_text())["kinds"]
    made = [item["commitments"] for item in openings if item.get("quarter") == 4]
    assert len(bodies) == sum(made) > len(made) == 2


def test_two_hosts_open_nothing(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ecluse.edge.openings import open_folder

    files = shares_by_hand(folder, HIDDEN, HOSTS[:2], tmp_path, capsys)
    with pytest.raises(EvidenceError, match="needs 3 shares, 2 are at hand"):
        open_folder(str(folder), HIDDEN, files, "")
    with pytest.raises(EvidenceError, match="2 are at hand"):
        open_folder(str(folder), HIDDEN, [*files, files[0]], "")
    assert capsys.readouterr().out == ""


def test_what_is_no_share_of_this_key_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.edge.openings import open_folder, share

    files = shares_by_hand(folder, OPENED, HOSTS[:3], tmp_path, capsys)
    with pytest.raises(EvidenceError, match=r"de\.share: a share of opening-key:2026-q1"):
        open_folder(str(folder), HIDDEN, files, "")
    with pytest.raises(BadInputError, match="found 2020/none"):
        open_folder(str(folder), "2020/none", files, "")
    Path(files[0]).write_text('{"key": 7}')
    with pytest.raises(BadInputError, match=r"de\.share: expected a share as"):
        open_folder(str(folder), OPENED, files, "")
    with pytest.raises(BadInputError, match="found authority:lt"):
        share(str(folder), OPENED, str(key_file("authority:lt", tmp_path)), "")


# ------------------------------------------------------------------ missed, and its honest twin


@pytest.mark.parametrize("kind", ["opening_missed", "opened_on_the_last_day"])
@pytest.mark.slow
def test_a_missed_opening_breaks_the_promise_on_its_day_and_the_last_day_keeps_it(kind: str, office: Path) -> None:
    from ecluse.office.cheats import openings
    from ecluse.office.cheats.hands import Insider

    named = getattr(openings, kind)(Insider())
    tally, folder = audited(), published(office.with_name("public"), date(2027, 4, 30))
    public = {point.key: point for point in report_on(folder).of("P8")}
    if kind == "opening_missed":
        assert named == (NEXT, "2027-04-15")
        assert found(tally) == {("opening_missed", NEXT, "2027-04-15")}
        (finding,) = tally.findings
        assert dict(finding.facts)["hosts"] == ", ".join(HOSTS)
        assert dict(public["key_missed"].facts)["day"] == "2027-04-15"
    else:
        assert found(tally) == set()
        assert tally.report().status.value == "kept"
        assert "key_missed" not in public
        assert dict(public["keys"].facts)["opened"] == 4


def test_the_clock_puts_late_hosts_on_record_once(office: Path) -> None:
    from ecluse.office.actions.openings import note_late

    assert note_late(session(), date(2027, 1, 14)) == []
    (late,) = note_late(session(), date(2027, 1, 15))
    assert (late.hosts, late.is_missed, late.due_on) == (("authority:fi", "authority:gb"), False, date(2027, 1, 14))
    assert note_late(session(), date(2027, 1, 16)) == []
    assert audited().counts["shares_late"] == 2


# ------------------------------------------------------------------ handing in


def test_a_share_is_taken_from_its_host_on_its_day_once(office: Path) -> None:
    from ecluse.office.actions.openings import hand_in

    def give(key: str, host: str, value: str = "", on: date = LAST) -> Any:
        return hand_in(session(), key, host, value, on=on, sign=signer)

    due = "opening-key:2026-q3/2026-12-31"
    with pytest.raises(ForbiddenError, match="opens on 31 March 2027"):
        give(NEXT, HOSTS[0])
    with pytest.raises(ForbiddenError, match="authority:lt holds no share"):
        give(due, "authority:lt")
    with pytest.raises(ConflictError, match="has handed in its share"):
        give(due, HOSTS[0])
    with pytest.raises(EvidenceError, match="is not the one that was laid"):
        give(due, HOSTS[3], "00" * 32)
    with pytest.raises(EvidenceError, match="is no share"):
        give(due, HOSTS[3], "not hexadecimal")
    handed = give(due, HOSTS[3])
    assert (handed.host, handed.index) == (HOSTS[3], 4)
    assert audited().counts["shares_handed_in"] == 14


def test_people_lay_and_hand_in_at_their_desks(office: Path) -> None:
    import desk_life

    host = desk_life.representative("authority:fi")
    desk_life.do("openings.hand_in", host, "office", opening_key="opening-key:2026-q3/2026-12-31")
    author, second = desk_life.officer("authority:ssecu", "author"), desk_life.officer("authority:audit", "controller")
    raw = {"opening_key": HIDDEN, "why": "share_lost", "hosts": HOSTS}
    desk_life.do("openings.split_anew", author, "office", **raw)
    proposal = "proposed-opening-keys:2026/3"
    desk_life.do("openings.accept_keys", second, "office", proposal=proposal)
    tally = audited()
    assert found(tally) == set()
    assert tally.counts["opening_keys"] == 17


@pytest.mark.parametrize("lang", ["uk", "en", "fr"])
def test_the_page_shows_what_is_due_and_done_by_whom(lang: str, office: Path) -> None:
    import desk_life
    from api_calls import account_of
    from django.test import Client

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(account_of(desk_life.officer("authority:ssecu", "author")).user)
    text = browser.get(f"/opening-keys/?lang={lang}").content.decode()
    assert "openingkeys." not in text
    assert text.count("/records/?subject=opening-key") == 16
    opened = browser.get(f"/opening-keys/?lang={lang}&state=opened").content.decode()
    assert opened.count("/records/?subject=opening-key") == 3
    assert browser.get("/opening-keys/?state=none").status_code == 400


# ------------------------------------------------------------------ two persons, hosts apart


def test_keys_are_laid_by_two_among_hosts_apart(office: Path) -> None:
    from ecluse.office.actions.openings import accept_keys, propose_keys

    author = officer("authority:ssecu", "author")

    def propose(hosts: list[str], on: date = date(2027, 12, 1), year: int = 2028, **more: str) -> Any:
        return propose_keys(session(), year, hosts, officer=author, on=on, **more)

    for hosts, said in (
        (HOSTS[:4], "at least 5 authorities"), ([*HOSTS[:4], "authority:lt"], "found authority:lt"),
        ([*HOSTS[:4], "authority:mod"], "found authority:mod"),
    ):  # fmt: skip
        with pytest.raises(BadInputError, match=said):
            propose(hosts)
    with pytest.raises(BadInputError, match="this year or the next"):
        propose(HOSTS, year=2030)
    with pytest.raises(ConflictError, match="laid already"):
        propose(HOSTS, on=LAST, year=2027)
    with pytest.raises(BadInputError, match="a reason of the list"):
        propose(HOSTS, on=LAST, year=2026, replaces=HIDDEN)
    with pytest.raises(ForbiddenError, match="cannot be split anew"):
        propose(HOSTS, on=LAST, year=2026, replaces=OPENED, reason="share_lost")
    proposal = propose(HOSTS)
    with pytest.raises(ForbiddenError, match="two persons of two authorities"):
        accept_keys(session(), proposal.id, officer=author, on=date(2027, 12, 1))
    with pytest.raises(ForbiddenError, match="role"):
        accept_keys(session(), proposal.id, officer=officer("authority:mfa", "opinion"), on=date(2027, 12, 1))
    second = officer("authority:audit", "controller")
    assert len(accept_keys(session(), proposal.id, officer=second, on=date(2027, 12, 1))) == 8
    with pytest.raises(ForbiddenError, match="No proposal"):
        accept_keys(session(), proposal.id, officer=second, on=date(2027, 12, 1))


# ------------------------------------------------------------------ loss and leak, rehearsed


@pytest.mark.slow
def test_after_a_lost_share_the_same_key_is_split_anew_and_old_shares_are_refused(
    office: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.edge.openings import open_folder

    old = shares_by_hand(folder, HIDDEN, HOSTS[:2], tmp_path, capsys)
    (key,) = proposed(HOSTS, HIDDEN, "share_lost")
    later = published(tmp_path / "later", date(2027, 1, 31))
    name = "sealed/2026_2028-12-31.jsonl"
    assert (later / name).read_bytes().splitlines()[:50] != []
    assert set((folder / name).read_bytes().splitlines()) <= set((later / name).read_bytes().splitlines())
    new = tmp_path / "new"
    new.mkdir()
    files = shares_by_hand(later, HIDDEN, HOSTS[2:], new, capsys)
    with pytest.raises(EvidenceError, match=f"a share of {HIDDEN}, not of {key.id}"):
        open_folder(str(later), HIDDEN, [*files[:2], old[0]], "")
    assert open_folder(str(later), HIDDEN, files, str(new / "opened.jsonl")) == 0
    assert found(audited()) == set()


def test_a_host_that_lost_its_key_registers_another_and_opens_the_new_share(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecluse.custody.disclosures import open_share, public_of, sealing_key
    from ecluse.office.actions.openings import register_key

    fresh = SeededSource("another", datetime(2026, 12, 31, tzinfo=UTC)).private_key("authority:de")
    public = public_of(sealing_key(fresh))
    register_key(session(), "authority:de", public, on=LAST, sign=signer)
    with pytest.raises(ConflictError, match="is registered already"):
        register_key(session(), "authority:de", public, on=LAST, sign=signer)
    (key,) = proposed(HOSTS, HIDDEN, "host_key_lost")
    held = key.share_of("authority:de")
    assert open_share(held, key.id, key.threshold, sealing_key(fresh)).index == 1
    with pytest.raises(EvidenceError, match="does not open share"):
        open_share(held, key.id, key.threshold, sealing_key(source().private_key("authority:de")))
    assert found(audited()) == set()


@pytest.mark.slow
def test_after_a_leak_a_new_key_hides_what_is_published_from_now_on_and_nothing_that_was(
    office: Path, folder: Path, tmp_path: Path
) -> None:
    from ecluse.custody.disclosures import Disclosures
    from ecluse.custody.openings import OpeningKey
    from ecluse.office.actions.openings import KEYS, kept_secret

    leaked = next(key for key in session().of(KEYS, OpeningKey) if key.id == HIDDEN)
    secret = kept_secret(leaked)
    (key,) = proposed(HOSTS, HIDDEN, "key_leaked")
    assert key.key_digest != leaked.key_digest
    later = published(tmp_path / "later", date(2027, 1, 31))
    commitments = [one for line in (later / "logs/home/2026/entries.jsonl").read_text().splitlines()
                   for one in json.loads(line)["sd"]]  # fmt: skip
    known = {Disclosures(secret).locator(one) for one in commitments}

    def lines(place: Path) -> set[str]:
        text = (place / "sealed/2026_2028-12-31.jsonl").read_text()
        return {json.loads(line)["at"] for line in text.splitlines()}

    assert not lines(later) & known
    assert len(lines(folder) & known) > 100  # whoever kept the older folder reads it with the leaked key: docs say so
    assert found(audited()) == set()
    assert report_on(later).is_sound()


def test_where_the_office_lost_its_key_the_audit_says_so_and_nothing_is_published(office: Path, tmp_path: Path) -> None:
    from ecluse.custody.openings import OpeningKey
    from ecluse.office.actions.openings import KEYS, secret_name
    from ecluse.office.cheats.hands import Administrator, guards_down

    (key,) = [key for key in session().of(KEYS, OpeningKey) if key.id == HIDDEN]
    with guards_down():
        Administrator().do("DELETE FROM office_salt WHERE digest = %s", secret_name(key.key_digest))
    assert ("opening_key_lost", HIDDEN, "2026-01-01") in found(audited())
    with pytest.raises(EvidenceError, match="is lost; run: ecluse audit"):
        published(tmp_path / "public")


def test_a_lost_key_is_put_back_from_the_shares_of_k_hosts_and_not_of_fewer(office: Path) -> None:
    import desk_life

    from ecluse.custody.openings import OpeningKey, OpeningKeyRestored
    from ecluse.office.actions.openings import KEYS, _opened_here, kept_secret, secret_name
    from ecluse.office.cheats.hands import Administrator, guards_down
    from ecluse.office.desk.form import FormError
    from ecluse.office.desk.openings import lost
    from ecluse.office.models import Record

    (key,) = [key for key in session().of(KEYS, OpeningKey) if key.id == HIDDEN]
    secret, author = kept_secret(key), desk_life.officer("authority:ssecu", "author")
    lines = [
        json.dumps({"key": key.id, "host": one.host, "index": one.index,
                    "value_hex": _opened_here(session(), key, one.host)})
        for one in key.shares
    ]  # fmt: skip

    def give(*given: str) -> None:
        desk_life.do("openings.restore_key", author, "office", opening_key=HIDDEN, shares="\n".join(given))

    assert lost(desk_life.desk_of(author), "office") == []  # it is there: nothing is offered
    with guards_down():
        Administrator().do("DELETE FROM office_salt WHERE digest = %s", secret_name(key.key_digest))
    before, wrong = Record.objects.count(), lines[2].replace(json.loads(lines[2])["value_hex"], "00" * 32)
    for given, error in (
        (lines[: key.threshold - 1], EvidenceError), ([*lines[:2], wrong], EvidenceError),
        ([*lines[:2], lines[1]], EvidenceError), ([*lines[:2], "a share"], FormError),
    ):  # fmt: skip
        with pytest.raises(error):
            give(*given)
    assert Record.objects.count() == before
    give(*lines[-key.threshold :])
    assert kept_secret(key) == secret
    done = session().newest(key.name, OpeningKeyRestored)
    assert (done.hosts, done.officer) == (tuple(HOSTS[-key.threshold :]), author.person)
    rows = Record.objects.filter(v="opening_key_restored/1").values_list("body", flat=True)
    bodies = b"".join(bytes(body) for body in rows)
    assert not [line for line in lines if json.loads(line)["value_hex"].encode() in bodies]
    assert found(audited()) == set()


# ------------------------------------------------------------------ what the audit catches


def value(version: str, at: int = 0, **change: Any) -> Callable[[Any], None]:
    def spoil(reading: Any) -> None:
        row = reading.by_v[version][at]
        row.value = replace(row.value, **change)

    return spoil


def gone(version: str) -> Callable[[Any], None]:
    return lambda reading: reading.by_v[version].clear()


def first_key_late(reading: Any) -> None:
    for row in reading.by_v["opening_key/1"]:
        if row.value.name == HIDDEN:
            row.index = 10**6


def one_key_gone(reading: Any) -> None:
    rows = reading.by_v["opening_key/1"]
    rows[:] = [row for row in rows if row.value.name != HIDDEN]


def salt_of_key(text: str) -> Callable[[Any], None]:
    def spoil(reading: Any) -> None:
        from ecluse.office.actions.openings import secret_name

        (key,) = [row.value for row in reading.by_v["opening_key/1"] if row.value.id == HIDDEN]
        reading.salts[secret_name(key.key_digest)] = text

    return spoil


def host_of_home(reading: Any) -> None:
    row = reading.by_v["opening_key/1"][0]
    shares = (replace(row.value.shares[0], host="authority:mod"), *row.value.shares[1:])
    row.value = replace(row.value, shares=shares)


@pytest.mark.parametrize(("spoil", "key"), [
    (first_key_late, "bound_late"),
    (one_key_gone, "opening_key_missing"),
    (gone("accepted_opening_keys/1"), "opening_key_of_one"),
    (gone("sealing_key/1"), "sealing_key_wrong"),
    (value("proposed_opening_keys/1", authority="authority:audit"), "opening_key_of_one"),
    (value("opening_key/1", threshold=2), "opening_key_of_few"),
    (value("opening_key/1", due_on=date(2030, 1, 1)), "opening_key_moved"),
    (host_of_home, "host_not_apart"),
    (salt_of_key("00" * 32), "opening_key_differs"),
    (salt_of_key("no salt"), "opening_key_lost"),
    (value("opening_share/1", value_hex="00" * 32), "share_wrong"),
    (value("opening_share/1", on=date(2026, 6, 29)), "share_early"),
    (gone("opening_done/1"), "opening_untold"),
    (value("opening_done/1", key_hex="00" * 32), "opening_untold"),
    (gone("opening_share/1"), "opening_missed"),
])  # fmt: skip
def test_each_breach_is_named(spoil: Callable[[Any], None], key: str, reading: Any) -> None:
    spoil(reading)
    assert key in {name for name, _, _ in found(judged(reading))}


def test_before_anything_is_due_the_promise_is_kept_for_nothing(reading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecluse.office.audit import p8_openings

    monkeypatch.setattr(p8_openings, "last_day", lambda reading: date(2026, 6, 29))
    assert judged(reading).report().status.value == "kept (vacuous)"
    monkeypatch.setattr(p8_openings, "last_day", lambda reading: date(2026, 6, 30))
    assert judged(reading).report().status.value == "kept"


def test_without_any_key_the_audit_says_that_nothing_is_split(reading: Any) -> None:
    for version in ("opening_key/1", "opening_share/1"):
        reading.by_v[version].clear()
    tally = judged(reading)
    assert tally.report().status.value == "not_yet_checked"
    assert tally.unchecked == ["no_opening_keys"]


# ------------------------------------------------------------------ what a stranger catches


def sealed(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    path = folder / "sealed/2026-q1_2026-06-30.jsonl"
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))


def told(folder: Path, change: Callable[[dict[str, Any]], bool]) -> None:
    path = folder / "opened.jsonl"
    path.write_text("".join(f"{line}\n" for line in path.read_text().splitlines() if change(json.loads(line))))


def swapped(lines: list[str]) -> list[str]:
    forms = [json.loads(line) for line in lines]
    forms[0]["sealed"], forms[1]["sealed"] = forms[1]["sealed"], forms[0]["sealed"]
    return [json.dumps(form, separators=(",", ":"), sort_keys=True) for form in forms]


@pytest.mark.parametrize(("spoil", "key"), [
    (lambda folder: sealed(folder, lambda lines: lines[1:]), "hidden_differs"),
    (lambda folder: sealed(folder, lambda lines: [*lines, lines[0].replace('"at":"', '"at":"0')]), "hidden_differs"),
    (lambda folder: sealed(folder, swapped), "hidden_unreadable"),
    (lambda folder: sealed(folder, lambda lines: [line.replace('"at":"', '"at":"0') for line in lines]),
     "hidden_of_nothing"),
    (lambda folder: told(folder, lambda form: '"v":"opening_share/1"' not in form["body"]), "key_missed"),
    (lambda folder: told(folder, lambda form: "opening-key:2026/2031" not in form["body"]), "key_missing"),
])  # fmt: skip
def test_a_stranger_names_what_was_tampered_with(spoil: Callable[[Path], None], key: str, copy: Path) -> None:
    spoil(copy)
    assert key in {point.key for point in report_on(copy).breaks()}


def test_no_share_and_no_key_is_published_before_its_day(folder: Path, office: Path) -> None:
    from ecluse.custody.openings import OpeningDone, OpeningKey
    from ecluse.office.actions.openings import KEYS, kept_secret

    reader = session()
    closed = [key for key in reader.of(KEYS, OpeningKey) if not reader.of(key.name, OpeningDone)]
    secrets = [kept_secret(key).hex() for key in closed]
    assert len(secrets) == 13
    for path in folder.rglob("*"):
        text = path.read_text(errors="replace") if path.is_file() else ""
        assert not [secret for secret in secrets if secret in text], path.name
    opened = kept_secret(next(key for key in reader.of(KEYS, OpeningKey) if key.id == OPENED)).hex()
    assert opened in (folder / "opened.jsonl").read_text()


def test_days_between_opening_and_last_day_are_those_of_the_table(folder: Path) -> None:
    keys = json.loads((folder / "openings.json").read_text())["keys"]
    assert {date.fromisoformat(key["due_on"]) - date.fromisoformat(key["opens_on"]) for key in keys} == {timedelta(14)}
    assert {key["threshold"] for key in keys} == {3}
