"""Which key opens what, does a share open to its host alone, and does what is hidden stay so until the key is there?"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ecluse.base.errors import EvidenceError
from ecluse.base.proof import commit
from ecluse.custody import disclosures
from ecluse.custody.disclosures import Disclosures, is_sealing_key, lay_shares, open_share, public_of, sealing_key
from ecluse.custody.openings import (
    HandedShare,
    OpeningKey,
    SealingKey,
    key_digest,
    missed_by,
    opens_on,
    period_of,
    periods_of,
    restored,
    standing_keys,
)
from ecluse.edge.law import newest_law

NAME, SECRET = "opening-key:2026/2027-12-31", bytes(range(32))
HOSTS = ["authority:ee", "authority:lt", "authority:lv", "authority:pl", "authority:se"]
FIRST = date(2026, 1, 1)


def private(host: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(host.encode().ljust(32, b".")[:32])


def laid(secret: bytes = SECRET, name: str = NAME) -> OpeningKey:
    """A key laid 3 of 5, as the office lays it."""
    keys = [SealingKey(f"sealing-key:{h}/1", h, public_of(sealing_key(private(h))), FIRST, None) for h in HOSTS]
    chance = [bytes([7 + number]) * 32 for number in range(2)]
    ephemerals = [bytes([99 + number]) * 32 for number in range(5)]
    shares = lay_shares(secret, name, keys, coefficients=chance, ephemerals=ephemerals)
    opens, due = date(2027, 12, 31), date(2028, 1, 14)
    return OpeningKey(
        name, NAME, FIRST, date(2026, 12, 31), opens, due, 3, key_digest(secret), shares, "proposal", FIRST
    )


def handed(key: OpeningKey, host: str) -> HandedShare:
    held = key.share_of(host)
    assert held is not None
    value = open_share(held, key.id, key.threshold, sealing_key(private(host))).value.hex()
    return HandedShare(f"opening-share:{key.id}/{host}", key.id, host, held.index, value, key.opens_on)


# ------------------------------------------------------------------ periods and days


def test_each_opening_day_of_a_year_has_one_key() -> None:
    rows = list(newest_law()["office/opening"].in_force(FIRST))
    names = [period.name.partition(":")[2] for period in periods_of(rows, 2026)]
    quarters = ["2026-q1/2026-06-30", "2026-q2/2026-09-30", "2026-q3/2026-12-31", "2026-q4/2027-03-31"]
    years = ["2026/2027-12-31", "2026/2028-12-31", "2026/2029-12-31", "2026/2031-12-31"]
    assert sorted(names) == sorted(quarters + years)


@pytest.mark.parametrize(("row", "on", "name"), [
    ({"opens": "after_year", "months": "12"}, date(2026, 12, 31), "opening-key:2026/2027-12-31"),
    ({"opens": "after_quarter", "months": "3"}, date(2026, 3, 31), "opening-key:2026-q1/2026-06-30"),
    ({"opens": "after_quarter", "months": "3"}, date(2026, 4, 1), "opening-key:2026-q2/2026-09-30"),
    ({"opens": "after_quarter", "months": "14"}, date(2026, 12, 1), "opening-key:2026-q4/2028-02-29"),
    ({"opens": "at_once", "months": ""}, date(2026, 4, 1), None),
])  # fmt: skip
def test_a_commitment_opens_by_the_key_of_its_period(row: dict[str, str], on: date, name: str | None) -> None:
    period = period_of(row, on)
    assert (period.name if period else None) == name
    assert period is None or period.first_day <= on <= period.last_day < period.opens_on


def test_months_are_counted_from_the_end_of_the_period() -> None:
    assert opens_on({"months": "0"}, 2026) == date(2026, 12, 31)
    assert opens_on({"months": "1"}, 2026) == date(2027, 1, 31)
    assert opens_on({"months": "0"}, 2026, 1) == date(2026, 3, 31)


# ------------------------------------------------------------------ shares


def test_any_three_of_five_hosts_restore_the_key_and_two_do_not() -> None:
    key = laid()
    for some in (HOSTS[:3], HOSTS[2:], [HOSTS[4], HOSTS[0], HOSTS[2]]):
        assert restored(key, [handed(key, host) for host in some]) == SECRET
    with pytest.raises(EvidenceError, match="needs 3 shares, 2 are at hand"):
        restored(key, [handed(key, host) for host in HOSTS[:2]])
    twice = handed(key, HOSTS[0])
    with pytest.raises(EvidenceError, match="2 are at hand"):
        restored(key, [twice, handed(key, HOSTS[1]), twice])


def test_a_share_opens_to_its_own_host_alone() -> None:
    key = laid()
    for host in HOSTS[1:]:
        with pytest.raises(EvidenceError, match=f"the key of {HOSTS[0]} does not open share 1"):
            open_share(key.shares[0], key.id, 3, sealing_key(private(host)))
    for changed in (
        replace(key.shares[0], sealed_hex="00" + key.shares[0].sealed_hex[2:]), replace(key.shares[0], index=2),
        replace(key.shares[0], ephemeral_hex=key.shares[1].ephemeral_hex), replace(key.shares[0], sealed_hex="zz"),
    ):  # fmt: skip
        with pytest.raises(EvidenceError, match="does not open share"):
            open_share(changed, key.id, 3, sealing_key(private(HOSTS[0])))
    with pytest.raises(EvidenceError, match="is not the one whose digest is logged"):
        open_share(replace(key.shares[0], digest="0" * 64), key.id, 3, sealing_key(private(HOSTS[0])))


@pytest.mark.parametrize(("change", "said"), [
    ({"value_hex": "00" * 32}, "is not the one that was laid"),
    ({"value_hex": "no"}, "is no share"),
    ({"index": 2}, "holds no share 2"),
    ({"host": "authority:xx"}, "holds no share 1"),
])  # fmt: skip
def test_a_wrong_share_is_named(change: dict[str, Any], said: str) -> None:
    key = laid()
    with pytest.raises(EvidenceError, match=said):
        restored(key, [replace(handed(key, HOSTS[0]), **change), *(handed(key, host) for host in HOSTS[1:])])


def test_a_key_whose_digest_is_another_is_refused() -> None:
    key = replace(laid(), key_digest=key_digest(b"other"))
    with pytest.raises(EvidenceError, match="restore another key"):
        restored(key, [handed(key, host) for host in HOSTS[:3]])


def test_of_two_splittings_the_later_stands() -> None:
    first, second = laid(), laid(name=f"{NAME}/2")
    assert standing_keys([first, second]) == {NAME: second}


@pytest.mark.parametrize(("public", "is_one"), [
    (public_of(sealing_key(private("authority:ee"))), True),
    ("00" * 32, False),
    ("01" + "00" * 31, False),
    ("ab" * 31, False),
    ("AB" * 32, False),
    ("zz" * 32, False),
])  # fmt: skip
def test_only_an_x25519_key_takes_shares(public: str, is_one: bool) -> None:
    assert is_sealing_key(public) is is_one


@pytest.mark.parametrize(("days", "today", "missed", "late"), [
    pytest.param({}, 0, None, 5, id="the last day itself"),
    pytest.param({}, 1, 1, 5, id="the day after, nobody handed in"),
    pytest.param({"authority:ee": 0, "authority:lt": 0}, 1, 1, 3, id="one share too few"),
    pytest.param({"authority:ee": 0, "authority:lt": 0, "authority:lv": 0}, 1, None, 2, id="enough on the last day"),
    pytest.param({"authority:ee": 0, "authority:lt": 0, "authority:lv": 1}, 9, 1, 3, id="the third a day late"),
])  # fmt: skip
def test_an_opening_is_missed_on_the_day_after_its_last(
    days: dict[str, int], today: int, missed: int | None, late: int
) -> None:
    key = laid()
    found, hosts = missed_by(
        key, {host: key.due_on + timedelta(day) for host, day in days.items()}, key.due_on + timedelta(today)
    )
    assert found == (None if missed is None else key.due_on + timedelta(missed))
    assert len(hosts) == late


# ------------------------------------------------------------------ disclosures


def test_what_is_hidden_opens_with_its_key_and_no_other() -> None:
    salt, body = bytes(32), '{"units":417,"name":"Львів"}'.encode()
    commitment = commit(salt, body).hex()
    line = json.loads(Disclosures(SECRET).close(commitment, salt, body))
    assert line["at"] == Disclosures(SECRET).locator(commitment)
    assert Disclosures(SECRET).open(commitment, line["sealed"]) == (salt, body)
    other = commit(bytes(31) + b"1", body).hex()
    spoiled = base64.b64encode(b"x" + base64.b64decode(line["sealed"])[1:]).decode()
    for secret, of, sealed in ((b"o" * 32, commitment, line["sealed"]), (SECRET, other, line["sealed"]),
                               (SECRET, commitment, spoiled), (SECRET, commitment, "не base64")):  # fmt: skip
        with pytest.raises(EvidenceError, match="no disclosure of the commitment"):
            Disclosures(secret).open(of, sealed)


def test_place_and_length_of_a_line_say_nothing_of_the_record() -> None:
    hides, commitments = Disclosures(SECRET), [commit(bytes(32), str(n).encode()).hex() for n in range(50)]
    lines = [hides.close(commitment, bytes(32), b"1" * n) for n, commitment in enumerate(commitments)]
    assert len({len(line) for line in lines}) == 1
    places = [hides.locator(commitment) for commitment in commitments]
    assert sorted(places) != places
    assert not set(places) & {Disclosures(b"o" * 32).locator(commitment) for commitment in commitments}


def test_a_disclosure_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosures, "MOST_BYTES", 1000)
    hides, commitment = Disclosures(SECRET), "ab" * 32
    line = json.loads(hides.close(commitment, bytes(32), bytes(10_000)))
    assert len(line["sealed"]) < 1000 < len(zlib.decompress(zlib.compress(bytes(10_000))))
    with pytest.raises(EvidenceError, match="no disclosure"):
        hides.open(commitment, line["sealed"])


def test_keys_are_derived_as_rfc_5869_says() -> None:
    for info in (disclosures.SEALING, disclosures.DISCLOSURE + b"x"):
        assert disclosures._derived(SECRET, info) == HKDF(SHA256(), 32, salt=None, info=info).derive(SECRET)
