"""Does a sealed value come back as it went, and is everything else refused plainly? And a claim with its citations?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, NewType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.canon import canonical, digest
from ecluse.base.claim import read_claim, refs_in, write_claim
from ecluse.base.days import Month
from ecluse.base.errors import EvidenceError
from ecluse.base.money import Money
from ecluse.base.quantity import Quantity, Unit
from ecluse.base.sealed import REGISTRY, VERSIONS, decode, encode, seal, sealed, unseal, unseal_as
from ecluse.base.signing import Key, is_signed_by, sign
from ecluse.base.verdict import Force, Ground, NamedFact, refer, refuse

SlipId = NewType("SlipId", str)


class Colour(enum.Enum):
    """A closed set."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    """A record inside another."""

    name: str
    day: date | None


@sealed("test_slip/1")
@dataclass(frozen=True, slots=True)
class Slip:
    """A record with one field of every kind."""

    id: SlipId
    class_: str
    units: int
    is_signed: bool
    on: date
    at: datetime
    colour: Colour
    price: Money
    month: Month
    held: Quantity
    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[str, int]
    perhaps: int | None
    perhaps_price: Money | None


@sealed("test_other/1")
@dataclass(frozen=True, slots=True)
class Other:
    """Another sealed record."""

    id: str


integers = st.integers(-(2**70), 2**70)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F))
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
inners = st.builds(Inner, texts.filter(str.isascii), st.none() | days)
amounts = st.builds(Money, integers, st.sampled_from(["EUR", "UAH", "JPY"]))
slips = st.builds(
    Slip,
    id=st.just(SlipId("slip:1")),
    class_=st.sampled_from(["fpv", "мавік"]),
    units=integers,
    is_signed=st.booleans(),
    on=days,
    at=st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),
    colour=st.sampled_from(Colour),
    price=amounts,
    month=st.builds(Month, st.integers(1900, 2999), st.integers(1, 12)),
    held=st.builds(Quantity, st.integers(0, 2**70), st.sampled_from(Unit)),
    inner=inners,
    many=st.lists(inners, max_size=3).map(tuple),
    pair=st.tuples(st.just("a"), integers),
    perhaps=st.none() | integers,
    perhaps_price=st.none() | amounts,
)
SLIP = Slip(
    SlipId("slip:1"), "fpv", 3, True, date(2026, 4, 2), datetime(2026, 4, 2, 9, 30, tzinfo=UTC), Colour.RED,
    Money(5, "EUR"), Month(2026, 4), Quantity(2, Unit.SETS), Inner("a", None), (), ("b", 1), None, None,
)  # fmt: skip


@given(slips)
def test_a_value_comes_back_as_it_went(slip: Slip) -> None:
    record = seal(slip)
    assert record.v == "test_slip/1"
    assert record.digest == digest(record.body)
    assert unseal(record.body) == slip
    assert unseal_as(Slip, record.body) == slip
    assert seal(unseal(record.body)).body == record.body


def test_absent_stays_absent_and_the_keyword_loses_its_mark() -> None:
    form = encode(SLIP)
    assert "perhaps" not in form
    assert "day" not in form["inner"]
    assert form["class"] == "fpv"
    assert form["held"] == [2, "sets"]


def test_an_instant_is_written_in_utc() -> None:
    kyiv = timezone(timedelta(hours=3))
    assert encode(datetime(2026, 4, 2, 12, 30, tzinfo=kyiv)) == "2026-04-02T09:30:00.000000Z"
    with pytest.raises(ValueError):
        encode(datetime(2026, 4, 2))


def changed(**fields: Any) -> bytes:
    return canonical({"v": "test_slip/1", **encode(SLIP), **fields})


def without(field: str) -> bytes:
    return canonical({key: item for key, item in {"v": "test_slip/1", **encode(SLIP)}.items() if key != field})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(changed(colour_of_ink="red"), "unknown field colour_of_ink", id="a field too many"),
        pytest.param(changed(inner={"name": "a", "rank": 1}), "unknown field rank", id="a field too many inside"),
        pytest.param(without("units"), "missing field units", id="a field is missing"),
        pytest.param(without("v"), "names no version", id="no version"),
        pytest.param(changed(v="test_slip/2"), "unknown record version", id="a newer version"),
        pytest.param(changed(v=1), "names no version", id="a version that is no text"),
        pytest.param(canonical([1]), "names no version", id="not a record"),
        pytest.param(changed(units="3"), "whole number", id="a number as text"),
        pytest.param(changed(units=True), "whole number", id="true is not one"),
        pytest.param(changed(units="009007199254740993"), "whole number", id="a long number with zeros before it"),
        pytest.param(changed(is_signed=1), "true or false", id="one is not true"),
        pytest.param(changed(id=1), "expected text", id="text as a number"),
        pytest.param(changed(on="2026-4-2"), "expected a day", id="a day spelled otherwise"),
        pytest.param(changed(on="20260402"), "expected a day", id="a day without dashes"),
        pytest.param(changed(on="2026-02-30"), "expected a day", id="no such day"),
        pytest.param(changed(at="2026-04-02T09:30:00Z"), "UTC instant", id="an instant spelled otherwise"),
        pytest.param(changed(at="2026-04-02T09:30:00.000000+03:00"), "UTC instant", id="an instant of another zone"),
        pytest.param(changed(at=3), "UTC instant", id="an instant as a number"),
        pytest.param(changed(colour="green"), "unknown Colour", id="outside a closed set"),
        pytest.param(changed(colour=["red"]), "Colour", id="a list where one of a set stands"),
        pytest.param(changed(price=[5, "ZZZ"]), "unknown currency", id="no such currency"),
        pytest.param(changed(price=["5x", "EUR"]), "whole", id="an amount that is no number"),
        pytest.param(changed(price=5), "expected an amount", id="an amount without currency"),
        pytest.param(changed(month="2026-13"), "expected a month", id="no such month"),
        pytest.param(changed(month=202604), "expected a month", id="a month as a number"),
        pytest.param(changed(held=[2, "dozens"]), "expected a quantity", id="no such unit"),
        pytest.param(changed(held=[-2, "sets"]), "expected a quantity", id="less than nothing"),
        pytest.param(changed(held=["2", "sets"]), "expected a quantity", id="a short number as text"),
        pytest.param(changed(held="2s"), "expected a quantity", id="a quantity as text"),
        pytest.param(changed(inner=[]), "expected Inner", id="a list where a record stands"),
        pytest.param(changed(many={}), "expected a list", id="a record where a list stands"),
        pytest.param(changed(pair=["a"]), "list of 2", id="half a pair"),
        pytest.param(seal(SLIP).body + b" ", "not spelled canonically", id="another spelling"),
    ],
)
def test_what_does_not_fit_is_said_plainly(body: bytes, said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        unseal(body)


def test_a_record_of_another_class_is_refused() -> None:
    with pytest.raises(EvidenceError, match="expected test_other/1, found test_slip/1"):
        unseal_as(Other, seal(SLIP).body)


def test_a_version_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        sealed("test_slip/1")(Inner)
    assert REGISTRY["test_slip/1"] is Slip
    assert Inner not in VERSIONS


def test_a_class_without_spelling_is_our_mistake() -> None:
    with pytest.raises(TypeError):
        encode(object())
    with pytest.raises(KeyError):
        seal(Inner("a", None))


facts = texts | st.booleans() | integers | days | amounts
grounds = st.builds(
    lambda force, values: force("gate.rule", "act/1", **values),
    st.sampled_from([refuse, refer]),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), facts, max_size=3),
)


@given(grounds)
def test_a_ground_keeps_the_kind_of_each_fact(ground: Ground) -> None:
    again = decode(Ground, encode(ground))
    assert again == ground
    assert [type(fact.value) for fact in again.facts] == [type(fact.value) for fact in ground.facts]
    assert [fact.name for fact in ground.facts] == sorted(fact.name for fact in ground.facts)


def test_a_fact_of_an_unknown_kind_is_refused() -> None:
    form = encode(Ground("a.b", "p", Force.REFUSE, (NamedFact("n", 1),)))
    for value in (["float", 1], 1, ["int"], ["int", "x"]):
        with pytest.raises(EvidenceError):
            decode(Ground, {**form, "facts": [{"name": "n", "value": value}]})


# ------------------------------------------------------------------ claims


@dataclass(frozen=True, slots=True)
class SlipClaim:
    """Facts in place, and facts cited by digest."""

    units: int
    class_: str
    slip: Slip | None
    either: Slip | Other
    others: tuple[Other, ...]
    inner: Inner | None


CLAIM = SlipClaim(3, "fpv", SLIP, Other("a"), (Other("b"), Other("c"), Other("b")), None)


def resolver(*facts: Any) -> Any:
    by_digest = {seal(fact).digest: fact for fact in facts}

    def resolve(name: str) -> Any:
        if name not in by_digest:
            raise EvidenceError(f"{name} is missing")
        return by_digest[name]

    return resolve


def test_a_claim_comes_back_with_its_citations() -> None:
    form, cited = write_claim(CLAIM)
    assert form["slip"] == {"ref": seal(SLIP).digest}
    assert form["class"] == "fpv"
    assert "inner" not in form
    assert sorted(fact.digest for fact in cited) == sorted({seal(f).digest for f in (SLIP, *CLAIM.others, Other("a"))})
    assert set(refs_in(form)) == {fact.digest for fact in cited}
    everything = resolver(*(unseal(fact.body) for fact in cited))
    assert read_claim(SlipClaim, form, everything) == CLAIM
    assert write_claim(read_claim(SlipClaim, form, everything))[0] == form


def test_a_claim_without_its_optional_facts_comes_back() -> None:
    bare = SlipClaim(3, "fpv", None, Other("a"), (), Inner("a", date(2026, 4, 2)))
    form, _ = write_claim(bare)
    assert read_claim(SlipClaim, form, resolver(Other("a"))) == bare


REF = {"ref": seal(SLIP).digest}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"extra": 1}, "unknown field extra", id="a field too many"),
        pytest.param({"units": None}, "missing field units", id="a field is missing"),
        pytest.param({"slip": {"ref": seal(Other("a")).digest}}, "is a Other", id="a fact of another class"),
        pytest.param({"slip": {"ref": "0" * 64}}, "is missing", id="a fact that is not there"),
        pytest.param({"slip": {"ref": REF["ref"], "x": 1}}, "expected a citation", id="more than a citation"),
        pytest.param({"slip": "here"}, "expected a citation", id="no citation"),
        pytest.param({"others": [REF]}, "is a Slip", id="a fact of another class in a list"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(change: dict[str, Any], said: str) -> None:
    form, _ = write_claim(CLAIM)
    form = {key: item for key, item in {**form, **change}.items() if item is not None}
    with pytest.raises(EvidenceError, match=said):
        read_claim(SlipClaim, form, resolver(SLIP, *CLAIM.others, Other("a")))


def test_a_claim_is_a_record() -> None:
    with pytest.raises(EvidenceError, match="expected SlipClaim"):
        read_claim(SlipClaim, [], resolver())


# ------------------------------------------------------------------ signatures

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Key("key:a", "maker:a", PRIVATE.public_key().public_bytes_raw().hex(), date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("owner", "record", "on", "keys", "answer"),
    [
        pytest.param("maker:a", SLIP, date(2026, 1, 1), [KEY], True, id="its own key on the first day"),
        pytest.param("maker:a", SLIP, date(2026, 12, 31), [KEY], True, id="its own key on the last day"),
        pytest.param("maker:a", SLIP, date(2025, 12, 31), [KEY], False, id="a day before the key"),
        pytest.param("maker:a", SLIP, date(2027, 1, 1), [KEY], False, id="a day after the key"),
        pytest.param("maker:b", SLIP, date(2026, 4, 2), [KEY], False, id="another's key"),
        pytest.param("maker:a", Other("x"), date(2026, 4, 2), [KEY], False, id="another record"),
        pytest.param("maker:a", SLIP, date(2026, 4, 2), [], False, id="no key known"),
    ],
)
def test_who_signed(owner: str, record: Any, on: date, keys: list[Key], answer: bool) -> None:
    assert is_signed_by(owner, record, [sign(SLIP, "key:a", PRIVATE, on)], keys) is answer


def test_a_day_cannot_be_moved_under_a_signature() -> None:
    moved = sign(SLIP, "key:a", PRIVATE, date(2026, 4, 2))
    moved = type(moved)(moved.key, date(2026, 4, 3), moved.value_hex)
    assert not is_signed_by("maker:a", SLIP, [moved], [KEY])
    assert not is_signed_by("maker:a", SLIP, [type(moved)(moved.key, moved.on, "no")], [KEY])


# ------------------------------------------------------------------ traps of spelling


@sealed("test_open/1")
@dataclass(frozen=True, slots=True)
class Open:
    """A record whose fields may be of several kinds."""

    ground: Ground | None
    anything: Any | None


@sealed("test_month_held/1")
@dataclass(frozen=True, slots=True)
class Whole:
    """A record that refuses a value of its own."""

    units: int

    def __post_init__(self) -> None:
        if self.units < 0:
            raise ValueError("less than nothing")


def test_true_and_one_are_sealed_apart() -> None:
    one, true = (Open(refuse("a.b", "p", fact=fact), None) for fact in (1, True))
    assert seal(one).body != seal(true).body
    assert unseal(seal(true).body).ground.facts[0].value is True


def test_a_record_that_holds_a_form_is_sealed() -> None:
    record = Open(None, {"units": 3, "of": [1]})
    assert unseal(seal(record).body) == record


@pytest.mark.parametrize("text", ["--99999999999999999999", "²", "٣" * 20, "9" * 5_000, "-", "5"])
def test_a_whole_number_has_one_spelling(text: str) -> None:
    with pytest.raises(EvidenceError):
        decode(int, text)
    with pytest.raises(EvidenceError):
        decode(Money, [text, "EUR"])


def test_what_a_value_refuses_of_itself_is_false_evidence() -> None:
    with pytest.raises(EvidenceError, match="less than nothing"):
        unseal(canonical({"v": "test_month_held/1", "units": -1}))
