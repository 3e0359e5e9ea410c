"""Which small offices do the tests of signing in work on? Officers and bodies, in a demonstration and in service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from carried import copy_sqlite, kept, office_on, settle_sqlite, sqlite_url

FIRST_DAY = date(2026, 1, 5)
PASSWORD = "seven quiet herons wade"
# officer, body, role
OFFICERS = (
    ("officer:mod-5", "authority:mod", "planner"),
    ("officer:mod-1", "authority:mod", "countersigner"),
    ("officer:ssecu-1", "authority:ssecu", "author"),
    ("officer:ssecu-2", "authority:ssecu", "opinion"),
    ("officer:ssecu-3", "authority:ssecu", "clearance"),
    ("officer:general-staff-3", "authority:general-staff", "planner"),
    ("officer:treasury-1", "authority:treasury", "spender"),
    ("officer:audit-1", "authority:audit", "controller"),
)


def found_both(folder: Path) -> Path:
    """A folder with one office of each kind, to be copied by each test; they are founded once a run."""
    for kind in ("demonstration", "service"):
        copy_sqlite(kept("founded", _found) / f"{kind}.sqlite3", folder / f"{kind}.sqlite3")
    return folder


def _found(place: Path) -> None:
    for kind in ("demonstration", "service"):
        found_office(place / f"{kind}.sqlite3", kind)
        settle_sqlite(place / f"{kind}.sqlite3")


@contextlib.contextmanager
def entered(founded: Path, folder: Path, kind: str) -> Iterator[Any]:
    """A browser before a fresh office of this kind; its addresses are those of sign_in_urls, its mail is files."""
    from django.core.cache import cache
    from django.test import override_settings

    cache.clear()
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    mail = str(folder / "mail")
    with (
        office_on(copy_sqlite(founded / f"{kind}.sqlite3", folder / "office.sqlite3")),
        override_settings(ROOT_URLCONF="sign_in_urls", PASSWORD_HASHERS=quick, EMAIL_FILE_PATH=mail),
    ):
        yield client()


def found_office(path: Path, kind: str) -> str:
    """An office of this kind (demonstration or service) with officers, authorities, parties; gives its address."""
    url = sqlite_url(path)
    with office_on(url):
        from ecluse.office.models import OrderRow, Setting

        settings = {"kind": kind, "seed": "toy-2026/7", "carried": "2026-03-31"}
        for key, value in (settings if kind == "demonstration" else {"kind": kind}).items():
            Setting.objects.create(key=key, value=value)
        _registers()
        OrderRow.objects.create(
            order="order:1", exporter="party:maker-1", filed_on=FIRST_DAY, standing="open", gate="surplus"
        )
    return url


def _registers() -> None:
    from ecluse.office.actions.deed import Deed

    with Deed(seeded(), "office.register", actor="clock:office", on=FIRST_DAY, subject="register:people") as deed:
        for record in _records():
            deed.seal(record, record.id)


def seeded() -> Any:
    """A session that needs no key store: the registers of a test carry no secrets."""
    from datetime import UTC, datetime

    from ecluse.base.source import SeededSource
    from ecluse.office.desk.today import law
    from ecluse.office.session import Session

    return Session(SeededSource("toy-2026/7", datetime(2026, 1, 5, 12, tzinfo=UTC)), law())


def _records() -> list[Any]:
    from ecluse.custody.terms import Centre, CentreRole, Line
    from ecluse.office.registers import Authority, Officer
    from ecluse.parties.terms import Party, PartyKind

    states = {"mod": "UA", "ssecu": "UA", "general-staff": "UA", "treasury": "UA", "audit": "UA", "dk": "DK"}
    found: list[Any] = [
        Authority(f"authority:{slug}", state, f"Орган {slug}", f"Body {slug}", f"Organe {slug}")
        for slug, state in states.items()
    ]
    found += [Officer(who, body, role, f"Name {who[8:]}", FIRST_DAY, None) for who, body, role in OFFICERS]
    found += [
        Party(f"party:{slug}", PartyKind.FIRM, name, (), "UA", (), FIRST_DAY)
        for slug, name in (("maker-1", "Vyshyvanka Optics"), ("firm-2", "Kelp Harbour A/S"))
    ]
    shares = (9000, 9000, 9000)
    found.append(Line("line:1", "party:maker-1", "UA", "fpv", *shares, "declaration", FIRST_DAY))
    found.append(Centre("centre:dk-1", "DK", "party:firm-2", (CentreRole.DEPOT,), FIRST_DAY))
    return found


def second_proof(account: Any) -> None:
    """Guard this account by the codes of a telephone, as its person would, unless it is guarded already."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from ecluse.office.people.second_proof import has_second_proof

    if not has_second_proof(account):
        TOTP.activate(account.user, generate_totp_secret())


def letters(folder: Path) -> list[Any]:
    """Every letter sent so far; a file of mail may hold several."""
    from email import message_from_bytes, policy

    texts = [path.read_bytes() for path in sorted((folder / "mail").glob("*"))]
    parts = [part.strip() for text in texts for part in text.split(b"-" * 79) if part.strip()]
    return [message_from_bytes(part, policy=policy.default) for part in parts]


def client(**more: Any) -> Any:
    """A browser that keeps its cookies and whose posts are checked as in service."""
    from django.test import Client

    return Client(enforce_csrf_checks=True, SERVER_NAME="localhost", **more)


def post(browser: Any, address: str, page: str = "/sign-in/", **fields: Any) -> Any:
    """Post these fields with the token of this page, as a browser would."""
    import re

    shown = browser.get(page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())
    assert token, f"{page} has no form"
    return browser.post(address, {**fields, "csrfmiddlewaretoken": token[1]})
