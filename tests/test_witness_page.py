"""Does the page of witnesses tell what each host saw, to those whom it concerns, and as the audit finds it?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from pages3_office import LANGUAGES, asked, carry_small, entered, visitor

pytestmark = [pytest.mark.db, pytest.mark.slow]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with entered(carry_small(tmp_path_factory.mktemp("witness-page"))):
        yield


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_tells_last_heads_lag_overrides_and_keys(office: None, lang: str) -> None:
    from ecluse.base.signing import Key
    from ecluse.base.words import say
    from ecluse.custody.witnessed import WitnessedHead
    from ecluse.office.audit.report import run_audit
    from ecluse.office.desk.refs import on_file

    told = text_of(asked(visitor("officer:ssecu-01", "author"), "/witnesses/", lang))
    counts = next(p for p in run_audit().promises if p.promise == "P6").counts
    releases = counts["releases_witnessed"] + counts["releases_overridden"]
    assert f"{counts['releases_overridden']} {say('witnesses.figure.overrides', lang)}" in told
    assert f"{releases} {say('witnesses.figure.releases', lang)}" in told
    assert say("witnesses.within", lang) in told
    last = max((head for head in on_file(WitnessedHead) if head.host == "LV"), key=lambda head: head.size)
    assert str(last.size) in told
    for key in (key for key in on_file(Key) if key.owner == "witness:lv"):
        fingerprint = hashlib.sha256(bytes.fromhex(key.public_hex)).hexdigest()
        assert fingerprint in told.replace(" ", "")
    assert not re.search(r"\bwitnesses\.[a-z_.]+", told)


def test_a_host_state_sees_its_own_and_a_firm_nothing(office: None) -> None:
    from ecluse.office.desk.refs import on_file
    from ecluse.office.registers import Order

    told = asked(visitor("authority:lv", "host_state"), "/witnesses/")
    assert "centre:lv-2" in told
    assert "centre:lt-1" not in told
    firm = next(order.exporter for order in on_file(Order))
    assert visitor(firm, "exporter").get("/witnesses/").status_code == 404
    assert visitor().get("/witnesses/").status_code == 302


def test_a_centres_page_leads_there(office: None) -> None:
    assert 'href="/witnesses/"' in asked(visitor("officer:ssecu-01", "author"), "/places/centre:lv-2/")
    assert 'href="/witnesses/"' in asked(visitor("authority:lv", "host_state"), "/places/centre:lv-2/")
