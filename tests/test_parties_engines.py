"""Do the engines of the parties room find names, owners and sweeps as a slow and plain reading would?"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import root_of
from ecluse.base.sealed import seal
from ecluse.parties.names import exact_form, identifier_form, matcher, normal_forms
from ecluse.parties.ownership import OwnerAssessment, OwnerStanding, assess_owners, owners_above
from ecluse.parties.screen import EntryKind, ListEntry, build_index, make_screening, screen
from ecluse.parties.sweep import is_swept, prove_swept, sweep_parties, sweep_root
from ecluse.parties.terms import MatchGrade, Ownership, Party, PartyKind

ON = date(2026, 4, 2)
OWNED = frozenset({"firm", "forwarder", "vessel"})
CLEAR, POSSIBLY, LISTED = OwnerStanding.CLEAR, OwnerStanding.POSSIBLY, OwnerStanding.LISTED


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("VERIGA Trading Ltd.", "Veriga Trading", id="legal form left out"),
        pytest.param("S.A.R.L. Montbrun & Fils", "Montbrun et fils SARL", id="abbreviated form and connector"),
        pytest.param("Ковальчук Андрій", "Andrii KOVALCHUK", id="Ukrainian by the scheme of 2010"),
        pytest.param("Андрій Ковальчук", "Kovalchuk, Andriy", id="Ukrainian by an older habit"),
        pytest.param("Сергей Щукарёв", "Shchukarev Sergey", id="Russian"),
        pytest.param("ТОВ «Верига Трейдінг»", "Veryha Treidinh LLC", id="Cyrillic firm, Latin firm"),
        pytest.param("Товариство з обмеженою відповідальністю Зоря", "ТОВ Зоря", id="legal form in full"),
        pytest.param("Łąkowa Spółka Akcyjna", "Lakowa", id="Polish letters"),
        pytest.param("Ｖｅｒｉｇａ", "veriga", id="wide letters"),
        pytest.param("Об'єднання Дніпро", "Об’єднання Дніпро", id="two apostrophes"),
        pytest.param("Müller-Brandt", "Brandt Mueller", id="not folded: a German reading is another word"),
    ],
)
def test_same_name(one: str, other: str) -> None:
    is_same = bool(set(normal_forms(one)) & set(normal_forms(other)))
    assert is_same == (other != "Brandt Mueller")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Veriga Trading", "Veriga Shipping", id="one word differs"),
        pytest.param("Koval", "Kovalchuk", id="a beginning is not the name"),
        pytest.param("Northern Star", "Northern Star Two", id="one word more"),
    ],
)
def test_another_name(one: str, other: str) -> None:
    assert not set(normal_forms(one)) & set(normal_forms(other))


@given(st.text(max_size=60))
def test_normalising_is_stable(name: str) -> None:
    assert exact_form(exact_form(name)) == exact_form(name)
    assert normal_forms(name) == normal_forms(name.upper().lower()) or not name.isascii()
    for form in normal_forms(name):
        assert form == " ".join(form.split())


@given(st.lists(st.sampled_from(["veriga", "narew", "zorya", "dnipro", "ltd"]), min_size=1, max_size=5), st.randoms())
def test_word_order_does_not_matter(words: list[str], chance: object) -> None:
    turned = sorted(words, reverse=True)
    assert normal_forms(" ".join(words)) == normal_forms(" ".join(turned))


def test_identifiers_are_compared_without_marks() -> None:
    assert identifier_form("EDRPOU:00 12-34") == identifier_form("edrpou: 001234")
    assert identifier_form("imo:1234567") != identifier_form("mmsi:1234567")


def test_the_matcher_is_named_by_its_rules() -> None:
    kind, _, rules = matcher().partition(":")
    assert kind == "ecluse-names/1"
    assert len(rules) == 16
    assert int(rules, 16) >= 0


# ------------------------------------------------------------------ screening


def party(name: str, *identifiers: str, kind: PartyKind = PartyKind.FIRM, number: int = 1) -> Party:
    return Party(f"party:{number}", kind, name, (), "PL", identifiers, date(2024, 1, 1))


def entry(number: str, *names: str, kind: EntryKind = EntryKind.FIRM, ids: tuple[str, ...] = ()) -> ListEntry:
    return ListEntry("list:north-1", number, names, ids, kind)


INDEX = build_index([
    entry("1", "Veriga Trading", ids=("imo:9187629",)),
    entry("2", "Zorya", "Заря"),
    entry("3", "Olena Zhovta", kind=EntryKind.PERSON),
    replace(entry("4", "Long Unused Name"), names_weak=("Zhuk",)),
])  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(party("VERIGA  trading"), [("1", MatchGrade.EXACT)], id="the same name"),
        pytest.param(party("Trading Veriga LLC"), [("1", MatchGrade.NORMALISED)], id="the same name in another dress"),
        pytest.param(party("Other", "IMO: 918-7629"), [("1", MatchGrade.IDENTIFIER)], id="the same number"),
        pytest.param(
            party("Other", "reg:9187629"), [("1", MatchGrade.NORMALISED)], id="the number under another scheme"
        ),
        pytest.param(
            party("Veriga Trading", "imo:9187629"), [("1", MatchGrade.IDENTIFIER)], id="the surest grade counts"
        ),
        pytest.param(party("Зоря"), [("2", MatchGrade.NORMALISED)], id="Ukrainian against Latin"),
        pytest.param(
            party("Olena Zhovta"), [("3", MatchGrade.NORMALISED)], id="a firm of a person's name is looked at"
        ),
        pytest.param(party("Olena Zhovta", kind=PartyKind.PERSON), [("3", MatchGrade.EXACT)], id="the person"),
        pytest.param(party("Zhuk"), [("4", MatchGrade.NORMALISED)], id="a weak name is never exact"),
        pytest.param(party("Narew Freight", "krs:0000000001"), [], id="nobody"),
        pytest.param(party("", ""), [], id="an empty name answers to nothing"),
    ],
)
def test_screen(asked: Party, expected: list[tuple[str, MatchGrade]]) -> None:
    assert [(hit.entry.split("@")[0], hit.grade) for hit in screen(asked, INDEX)] == expected


def test_a_reference_changes_with_the_entry() -> None:
    one = entry("1", "Veriga Trading")
    assert one.reference() == replace(one, list_version="list:north-2").reference()
    assert one.reference() != entry("1", "Veriga Trade").reference()
    assert build_index([one]).references_of("1") == (one.reference(),)


def test_a_screening_names_every_list_also_an_empty_one() -> None:
    index = build_index([entry("1", "Veriga")], ["list:empty", "list:north-1"])
    screening = make_screening("screening:1", party("Narew"), index, ON)
    assert screening.list_versions == ("list:empty", "list:north-1")
    assert screening.party_digest == seal(party("Narew")).digest
    assert screening.matcher == matcher()
    assert screening.hits == ()


WORDS = st.sampled_from(["veriga", "Верига", "Veriha", "Zorya", "зоря", "ltd", "Ltd", "narew", "Nord"])
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@given(names=st.lists(NAMES, min_size=1, max_size=12), asked=NAMES)
def test_the_index_finds_what_a_full_comparison_finds(names: list[str], asked: str) -> None:
    entries = [entry(str(number), name) for number, name in enumerate(names)]
    slowly = {
        str(number)
        for number, name in enumerate(names)
        if exact_form(name) == exact_form(asked) or set(normal_forms(name)) & set(normal_forms(asked))
    }
    assert {hit.entry.split("@")[0] for hit in screen(party(asked), build_index(entries))} == slowly


def test_450_parties_against_20_000_entries() -> None:
    entries = [
        entry(str(i), f"Firm {i:05d} Trading Ltd", f"Фірма {i:05d}", ids=(f"reg:{i:08d}",)) for i in range(20_000)
    ]
    index = build_index(entries)
    asked = [party(f"Firm {i * 40:05d} Trading", f"reg:{i:08d}", number=i) for i in range(450)]
    start = time.process_time()
    hits = [screen(one, index) for one in asked]
    spent = time.process_time() - start
    assert all(hits)
    assert spent < 1, f"{spent:.2f} s of processor time"


# ------------------------------------------------------------------ owners


def owner(name: str, kind: PartyKind = PartyKind.PERSON) -> Party:
    return Party(name, kind, name, (), "PL", (), date(2024, 1, 1))


def firm(name: str) -> Party:
    return owner(name, PartyKind.FIRM)


def edge(above: str, below: str, least: int, most: int | None = None, *, controls: bool = False) -> Ownership:
    name = f"{above}>{below}:{least}"
    return Ownership(name, above, below, least, least if most is None else most, controls, date(2020, 1, 1), None, "x")


def assess(parties: list[Party], edges: list[Ownership], *listed: str) -> dict[str, OwnerAssessment]:
    found = assess_owners(
        parties, edges, listed=frozenset(listed), on=ON, threshold_bp=5000, owned_kinds=OWNED
    )  # fmt: skip
    return dict(found)


P, Q, R = owner("p"), owner("q"), owner("r")
A, B, C = firm("a"), firm("b"), firm("c")
EVERYONE = [P, Q, R, A, B, C]


@pytest.mark.parametrize(
    ("edges", "listed", "standing", "bounds"),
    [
        pytest.param([edge("p", "a", 5000), edge("q", "a", 5000)], "p", LISTED, (5000, 5000), id="half is enough"),
        pytest.param([edge("p", "a", 4999), edge("q", "a", 5001)], "p", CLEAR, (4999, 4999), id="just under half"),
        pytest.param(
            [edge("p", "a", 2500), edge("q", "a", 2500), edge("r", "a", 5000)], "pq", LISTED, (5000, 5000),
            id="two listed owners are added up",
        ),
        pytest.param(
            [edge("p", "b", 6000), edge("r", "b", 4000), edge("b", "a", 5000), edge("r", "a", 5000)], "p", LISTED,
            (5000, 5000), id="a firm that is listed passes its whole stake down",
        ),
        pytest.param(
            [edge("p", "b", 4000), edge("r", "b", 6000), edge("b", "a", 9000), edge("r", "a", 1000)], "p", CLEAR,
            (0, 0), id="a firm under the threshold passes nothing down",
        ),
        pytest.param(
            [edge("p", "a", 3000), edge("p", "b", 7000), edge("r", "b", 3000), edge("b", "a", 2000),
             edge("r", "a", 5000)], "p", LISTED, (5000, 5000), id="direct and indirect shares are added up",
        ),
        pytest.param(
            [edge("p", "a", 100, controls=True), edge("r", "a", 9900)], "p", LISTED, (100, 100), id="control"
        ),
        pytest.param([edge("p", "a", 1000, 6000), edge("r", "a", 4000, 9000)], "p", POSSIBLY, (1000, 6000), id="open"),
        pytest.param([edge("r", "a", 5000)], "", POSSIBLY, (0, 5000), id="half is unknown"),
        pytest.param([edge("r", "a", 5001)], "", CLEAR, (0, 4999), id="less than half is unknown"),
        pytest.param([], "", POSSIBLY, (0, 10000), id="nobody is known"),
        pytest.param([edge("b", "a", 10000), edge("a", "b", 10000)], "", POSSIBLY, (0, 10000), id="a ring"),
        pytest.param(
            [edge("r", "a", 3000), edge("r", "a", 3001)], "", POSSIBLY, (0, 6999), id="one share told twice counts once"
        ),
        pytest.param(
            [edge("r", "a", 9000), edge("c", "a", 100, controls=True)], "", POSSIBLY, (0, 1000),
            id="an unknown firm in control",
        ),
        pytest.param([edge("x", "a", 10000)], "", POSSIBLY, (0, 10000), id="an owner without a record is not clear"),
    ],
)  # fmt: skip
def test_owners(edges: list[Ownership], listed: str, standing: OwnerStanding, bounds: tuple[int, int]) -> None:
    found = assess(EVERYONE, edges, *listed)["a"]
    assert (found.standing, (found.listed_min_bp, found.listed_max_bp)) == (standing, bounds)
    assert (found.path[:1] == ("a",)) == (standing is not CLEAR)


def test_the_path_names_the_chain() -> None:
    chain = [edge("p", "c", 8000), edge("c", "b", 7000), edge("b", "a", 6000)]
    assert assess(EVERYONE, chain, "p")["a"].path == ("a", "b", "c", "p")
    assert assess([A, B, C], chain)["a"].path == ("a", "b", "c", "p")
    assert owners_above(["a"], chain) == ("b", "c", "p")


def test_a_long_chain_of_firms_is_followed_to_its_end() -> None:
    links = [edge(f"f{i + 1}", f"f{i}", 10000) for i in range(3000)]
    firms = [firm(f"f{i}") for i in range(3000)] + [owner("f3000")]
    assert assess(firms, links, "f3000")["f0"].standing is LISTED
    assert assess(firms, links)["f0"].standing is CLEAR


SHARES = st.integers(0, 10000)
EDGES = st.lists(
    st.builds(
        lambda above, below, one, two, controls: edge(above, below, min(one, two), max(one, two), controls=controls),
        st.sampled_from("pqrabc"), st.sampled_from("abc"), SHARES, SHARES, st.sampled_from([False, False, False, True]),
    ),
    max_size=8,
)  # fmt: skip
LISTS = st.sets(st.sampled_from("pqrabc"), max_size=3)
GRAVITY = {CLEAR: 0, POSSIBLY: 1, LISTED: 2}


def slowly(edges: list[Ownership], listed: set[str]) -> dict[str, OwnerStanding]:
    """The two definitions, read word for word in rounds until nothing changes."""
    bad, good = set(listed), {"p", "q", "r"} - listed
    for _ in range(12):
        for name in "abc":
            above = [e for e in edges if e.owned == name]
            if sum(e.share_min_bp for e in above if e.owner in bad) >= 5000 and any(e.owner in bad for e in above):
                bad.add(name)
            if any(e.controls and e.owner in bad for e in above):
                bad.add(name)
    for _ in range(12):
        for name in set("abc") - bad:
            above = [e for e in edges if e.owned == name]
            clean = {e.owner for e in above} & good
            known = sum(max(e.share_min_bp for e in above if e.owner == one) for one in clean)
            if 10000 - known < 5000 and all(e.owner in good for e in above if e.controls):
                good.add(name)
    return {name: LISTED if name in bad else CLEAR if name in good else POSSIBLY for name in "pqrabc"}


@given(EDGES, LISTS)
def test_owners_agree_with_a_plain_reading(edges: list[Ownership], listed: set[str]) -> None:
    found = assess(EVERYONE, edges, *listed)
    assert {name: found[name].standing for name in "pqrabc"} == slowly(edges, listed)
    assert all(0 <= one.listed_min_bp <= one.listed_max_bp <= 10000 for one in found.values())


@given(EDGES, LISTS, LISTS)
def test_more_listed_owners_never_improve_anybody(edges: list[Ownership], listed: set[str], more: set[str]) -> None:
    before, after = assess(EVERYONE, edges, *listed), assess(EVERYONE, edges, *listed, *more)
    assert all(GRAVITY[after[name].standing] >= GRAVITY[before[name].standing] for name in before)


@given(EDGES, LISTS, st.integers(0, 10000))
def test_wider_bounds_never_clear_anybody(edges: list[Ownership], listed: set[str], loss: int) -> None:
    wider = [replace(e, share_min_bp=max(0, e.share_min_bp - loss), share_max_bp=10000) for e in edges]
    before, after = assess(EVERYONE, edges, *listed), assess(EVERYONE, wider, *listed)
    assert all(after[name].standing is not CLEAR or before[name].standing is not POSSIBLY for name in before)


# ------------------------------------------------------------------ sweeps


def test_a_sweep_proves_each_live_party_and_no_other() -> None:
    live = [party(f"Firm {number}", number=number) for number in range(7)] + [party("Veriga Trading", number=8)]
    swept = sweep_parties("sweep:1", live, INDEX, ON)
    assert (swept.sweep.parties, swept.sweep.hits) == (8, 1)
    assert swept.sweep.list_versions == INDEX.list_versions
    assert swept.hits[0].party == "party:8"
    assert swept.sweep.root == root_of([bytes.fromhex(digest) for digest in swept.digests]).hex()
    for digest in swept.digests:
        place, proof = prove_swept(digest, swept.digests)
        assert is_swept(digest, place, proof, swept.sweep)
    stranger = seal(party("Firm 99", number=99)).digest
    assert not is_swept(stranger, 0, prove_swept(swept.digests[0], swept.digests)[1], swept.sweep)
    assert not is_swept("not hexadecimal", 0, (), swept.sweep)
    with pytest.raises(EvidenceError, match="was not in the sweep"):
        prove_swept(stranger, swept.digests)


def test_a_sweep_does_not_depend_on_order_and_counts_each_party_once() -> None:
    live = [party(f"Firm {number}", number=number) for number in range(5)]
    one, other = (sweep_parties("sweep:1", them, INDEX, ON) for them in (live, [*live[::-1], live[0]]))
    assert one == other
    assert sweep_root([]) == root_of([]).hex()
