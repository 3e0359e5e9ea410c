"""Are identifiers, places, chance, law tables and errors what they say?"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecluse.base.errors import SHOWN_FAULTS, BadInputError, EcluseError, Fault, ForbiddenError, UnknownLawError
from ecluse.base.ids import LENGTH_LIMIT, OrderId, check_id, kind_of
from ecluse.base.law import Law, Table
from ecluse.base.places import STATES, Membership, check_state, is_member
from ecluse.base.signing import Key, sign
from ecluse.base.source import SALT_BYTES, SeededSource, ServiceSource, Source
from ecluse.base.verdict import Held, Passed, codes_of, held, refer, refuse

# ------------------------------------------------------------------ identifiers


@pytest.mark.parametrize(
    "text",
    [
        "order:2026/0417",
        "order:a",
        "order:ua-2026.1",
        pytest.param("order:" + "a" * (LENGTH_LIMIT - 6), id="at the limit"),
    ],
)
def test_an_identifier_is_given_back(text: str) -> None:
    assert OrderId(check_id("order", text)) == text
    assert kind_of(text) == "order"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("tranche:1", id="of another kind"),
        pytest.param("order", id="no slug"),
        pytest.param("order:", id="an empty slug"),
        pytest.param("order:A", id="upper case"),
        pytest.param("order:é", id="not ASCII"),
        pytest.param("order:а", id="a Cyrillic letter that looks Latin"),
        pytest.param("order:1 2", id="a space"),
        pytest.param("order:1\n", id="a line end"),
        pytest.param("order:../etc", id="climbs out of a folder"),
        pytest.param("order:a//b", id="two marks"),
        pytest.param("order:-a", id="begins with a mark"),
        pytest.param("order:a.", id="ends with a mark"),
        pytest.param("order:a:b", id="two kinds"),
        pytest.param("order:a_b", id="an underscore"),
        pytest.param("order:" + "a" * (LENGTH_LIMIT - 5), id="too long"),
    ],
)
def test_what_is_no_identifier(text: str) -> None:
    with pytest.raises(ValueError):
        check_id("order", text)


@given(st.text(max_size=130))
def test_only_plain_text_is_an_identifier(slug: str) -> None:
    try:
        text = check_id("order", f"order:{slug}")
    except ValueError:
        return
    assert text.isascii()
    assert len(text) <= LENGTH_LIMIT
    assert ".." not in text
    assert text == text.lower().strip()


def test_a_kind_is_plain_too() -> None:
    for kind in ("", "Order", "or der", "order-"):
        with pytest.raises(ValueError):
            check_id(kind, f"{kind}:1")


# ------------------------------------------------------------------ places


def test_states_are_those_of_iso_3166(test_data: Path) -> None:
    with (test_data / "countries" / "country-codes.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["ISO3166-1-Alpha-2"] for row in csv.DictReader(file)}
    assert listed == STATES
    assert check_state("NA") == "NA"  # Namibia; a careless reader of CSV takes it for an absent value


@pytest.mark.parametrize("code", ["", "ua", "UAH", "XX", "UK", "EU", "N/A", "UA "])
def test_what_is_no_state(code: str) -> None:
    with pytest.raises(ValueError):
        check_state(code)


SINCE, ON = date(2004, 3, 29), date(2026, 4, 2)
TWO, ONE = ("treaty series", "depositary's list"), ("a newspaper",)
LONG, HINT = Membership("LT", "nato", SINCE, None, TWO), Membership("LT", "nato", SINCE, None, ONE)
LEFT = Membership("LT", "nato", SINCE, date(2020, 1, 1), TWO)
NEVER, RUMOUR = Membership("LT", "nato", None, None, TWO), Membership("LT", "nato", None, None, ONE)


@pytest.mark.parametrize(
    ("told", "on", "answer"),
    [
        pytest.param([LONG], ON, True, id="two sources say so"),
        pytest.param([LONG], SINCE, True, id="on its first day"),
        pytest.param([LONG], SINCE - timedelta(1), False, id="a day before"),
        pytest.param([LEFT], date(2020, 1, 1), True, id="on its last day"),
        pytest.param([LEFT], date(2020, 1, 2), False, id="a day after"),
        pytest.param([NEVER], ON, False, id="two sources say that it is none"),
        pytest.param([], ON, None, id="silence"),
        pytest.param([HINT], ON, None, id="one source"),
        pytest.param([RUMOUR], ON, None, id="one source says no"),
        pytest.param([LEFT, HINT], ON, None, id="one source doubts a confirmed no"),
        pytest.param([LONG, RUMOUR], ON, None, id="one source doubts a confirmed yes"),
        pytest.param([LONG, NEVER], ON, None, id="confirmed both ways"),
        pytest.param([LEFT, LONG], ON, True, id="came back"),
        pytest.param([Membership("LT", "eu", SINCE, None, TWO)], ON, None, id="another body"),
        pytest.param([Membership("LV", "nato", SINCE, None, TWO)], ON, None, id="another state"),
        pytest.param([Membership("LT", "nato", SINCE, None, ("a", "a "))], ON, None, id="one source told twice"),
    ],
)
def test_membership_is_known_or_not(told: list[Membership], on: date, answer: bool | None) -> None:
    assert is_member(told, "LT", "nato", on) is answer


def test_a_signature_of_its_owner_confirms() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = Key("key:d", "depositary", private.public_key().public_bytes_raw().hex(), date(2000, 1, 1), None)
    owned = Membership("LT", "nato", SINCE, None, ONE, "depositary")
    signature = sign(owned, key.id, private, ON)
    assert is_member([owned], "LT", "nato", ON, [signature], [key]) is True
    assert is_member([owned], "LT", "nato", ON) is None
    assert is_member([HINT], "LT", "nato", ON, [signature], [key]) is None


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Membership("XX", "nato", SINCE, None, TWO), id="no such state"),
        pytest.param(lambda: Membership("LT", "NATO", SINCE, None, TWO), id="a body in capitals"),
        pytest.param(lambda: Membership("LT", "nato", SINCE, SINCE - timedelta(1), TWO), id="ends before it begins"),
        pytest.param(lambda: Membership("LT", "nato", None, SINCE, TWO), id="ends and never began"),
        pytest.param(lambda: is_member([], "XX", "nato", ON), id="asked of no state"),
    ],
)
def test_what_is_no_membership(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        make()


# ------------------------------------------------------------------ chance and time

AT = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)


def test_a_seeded_source_repeats_itself() -> None:
    source: Source = SeededSource("ua-2026", AT)
    again = SeededSource("ua-2026", AT + timedelta(days=1))
    assert source.salt("order:1", "price") == again.salt("order:1", "price")
    assert source.private_key("maker:a").private_bytes_raw() == again.private_key("maker:a").private_bytes_raw()
    assert source.now() == AT
    assert SeededSource("ua-2026", AT).with_time(again.now()) == again
    assert source.is_seeded
    assert not ServiceSource().is_seeded


def test_a_seeded_salt_is_what_it_was() -> None:
    """The bytes of the demonstration's commitments: changing them changes every published digest."""
    salt = SeededSource("ua-2026", AT).salt("order:1", "price")
    assert salt.hex() == "0db72e3e1399db09a4c696b66b7fc8b07d5bbfd4779c7a85dd980cd9caca7139"


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=2, max_size=6, unique=True))
def test_no_two_fields_share_a_salt(fields: list[tuple[str, str]]) -> None:
    source = SeededSource("ua-2026", AT)
    salts = {source.salt(record, field) for record, field in fields}
    assert len(salts) == len(fields)
    assert all(len(salt) == SALT_BYTES for salt in salts)
    assert salts.isdisjoint({SeededSource("another", AT).salt(record, field) for record, field in fields})


@pytest.mark.parametrize(
    ("seed", "at"),
    [
        pytest.param("", AT, id="no seed"),
        pytest.param("a", datetime(2026, 4, 2), id="an instant without zone"),
        pytest.param("a", datetime(2026, 4, 2, tzinfo=timezone(timedelta(hours=3))), id="another zone"),
    ],
)
def test_what_is_no_seeded_source(seed: str, at: datetime) -> None:
    with pytest.raises(ValueError):
        SeededSource(seed, at)


def test_service_asks_the_operating_system() -> None:
    source: Source = ServiceSource()
    assert source.salt("order:1", "price") != source.salt("order:1", "price")
    assert len(source.salt("order:1", "price")) == SALT_BYTES
    assert source.now().utcoffset() == timedelta(0)
    with pytest.raises(ForbiddenError):
        source.private_key("maker:a")


# ------------------------------------------------------------------ law, errors, verdicts

ROWS = tuple(
    MappingProxyType(row)
    for row in (
        {"id": "old", "valid_from": "2003-01-01", "valid_until": "2025-12-31"},
        {"id": "new", "valid_from": "2026-01-01", "valid_until": ""},
        {"id": "always"},
    )
)
LAW = Law({"licence/routes": Table("licence/routes", "d1", ROWS), "licence/terms": Table("licence/terms", "d2", ())})


@pytest.mark.parametrize(
    ("on", "ids"),
    [
        pytest.param(date(2002, 12, 31), ["always"], id="before any"),
        pytest.param(date(2025, 12, 31), ["old", "always"], id="the last day of the old"),
        pytest.param(date(2026, 1, 1), ["new", "always"], id="the first day of the new"),
    ],
)
def test_rows_in_force(on: date, ids: list[str]) -> None:
    assert [row["id"] for row in LAW["licence/routes"].in_force(on)] == ids


def test_a_gate_sees_the_tables_that_it_names() -> None:
    seen = LAW.only(("licence/terms",))
    assert seen.digests(("licence/terms",)) == (("licence/terms", "d2"),)
    for name in ("licence/routes", "licence/none"):
        with pytest.raises(UnknownLawError, match=name):
            seen[name]
    with pytest.raises(UnknownLawError):
        LAW.only(("licence/none",))


def test_bad_input_is_reported_by_place_and_not_endlessly() -> None:
    faults = [Fault("stock.csv", row, "units", "a whole number", "'x'", "write digits") for row in range(2, 70)]
    report = BadInputError(faults).report().splitlines()
    assert report[0] == "stock.csv, row 2, column units: expected a whole number; found 'x'; write digits"
    assert len(report) == SHOWN_FAULTS + 1
    assert report[-1] == f"... and {len(faults) - SHOWN_FAULTS} more faults"
    one = BadInputError.one("a.csv", "a file", "none", "give one")
    assert isinstance(one, EcluseError)
    assert str(one) == "a.csv: expected a file; found none; give one"


def test_refusals_come_before_referrals_and_keep_their_order() -> None:
    assert held([]) is None
    verdict = held([refer("a.one", "p"), refuse("a.two", "p"), refer("a.three", "p"), refuse("a.four", "p")])
    assert isinstance(verdict, Held)
    assert codes_of(verdict) == ["a.two", "a.four", "a.one", "a.three"]
    assert verdict.is_refused()
    assert not Held((refer("a.one", "p"),)).is_refused()
    assert codes_of(Passed("finding")) == []
    assert refuse("a.one", "p", units=3).facts_by_name() == {"units": 3}
