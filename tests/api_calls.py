"""How do the tests speak to the API? As programs with tokens for persons of a small carried world, one order filed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carried import copy_sqlite, kept, office_on, settle_sqlite, sqlite_url, year_in

ROOT = "/api/v1"
JSON = "application/json"


def carried_year(folder: Path) -> Path:
    """A small world's year, copied into this folder, and one order filed in it by persons, once a run."""
    copy_sqlite(kept("year-called", _file_one) / "office.sqlite3", folder / "office.sqlite3")
    return folder / "office.sqlite3"


def _file_one(place: Path) -> None:
    from desk_life import deal, file

    path = year_in(place)[1]
    with office_on(sqlite_url(path)):
        file(deal())
    settle_sqlite(path)


@contextlib.contextmanager
def office_copy(year: Path, folder: Path) -> Iterator[None]:
    """The same office in a file of its own, nothing remembered of others."""
    from django.core.cache import cache

    cache.clear()
    with office_on(copy_sqlite(year, folder / "office.sqlite3")):
        yield


def last_order() -> str:
    """Which order did persons file in this world?"""
    from ecluse.office.models import Record

    filed = Record.objects.filter(v="acted_by/1", subject__startswith="order:", action="licence.file")
    return str(filed.order_by("on", "index").values_list("subject", flat=True).last())


def account_of(mandate: Any) -> Any:
    """Through which account does this person come in?"""
    from ecluse.office.actions.people import open_demonstration_account
    from ecluse.office.models import Account

    known = Account.objects.filter(officer=mandate.person).first()
    return known or open_demonstration_account(mandate.person, mandate.person, "en")


def token_for(mandate: Any, *scopes: str, days: int = 30) -> str:
    """With which token does a program come in for this person? It reaches as far as these scopes, else everywhere."""
    from ecluse.office.actions.permissions import ACTIONS
    from ecluse.office.actions.tokens import PREFIX, token_digest
    from ecluse.office.models import ApiToken

    now, account = datetime.now(UTC), account_of(mandate)
    secret = f"{PREFIX}{mandate.person}-{mandate.role}-{ApiToken.objects.count()}"
    ApiToken.objects.create(
        digest=token_digest(secret), account=account, name="test", scopes=" ".join(scopes or ("read", *ACTIONS)),
        body=mandate.body, role=mandate.role, created_at=now, expires_at=now + timedelta(days),
    )  # fmt: skip
    return secret


class Program:
    """A program with a token, or without; it says in which language it reads, and takes no cookies."""

    def __init__(self, token: str = "", lang: str = "en", **more: Any) -> None:
        from django.test import Client

        self.client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, raise_request_exception=True, **more)
        self.headers = {"Accept-Language": lang, **({"Authorization": f"Bearer {token}"} if token else {})}
        self.calls = 0

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(ROOT + path, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, *, key: str = "", kind: str = JSON, **headers: str) -> Any:
        """Send this; a body that is no bytes goes as JSON, under a new key unless one is given."""
        self.calls += 1
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"Idempotency-Key": key or f"call-{id(self)}-{self.calls:05d}"}
        return self.client.post(ROOT + path, sent, content_type=kind, headers={**self.headers, **named, **headers})

    def act(self, name: str, subject: str, **fields: Any) -> Any:
        return self.post(f"/actions/{name}", {"subject": subject, **fields})


def program(mandate: Any, *scopes: str, lang: str = "en") -> Program:
    """The program of this person."""
    return Program(token_for(mandate, *scopes), lang)


def written() -> dict[str, int]:
    """How much stands in each table that a request could write to? What is looked at may be noted, not more."""
    from django.apps import apps

    kept = {"ReadEntry", "Session", "ApiToken", "Account"}
    models = [model for model in apps.get_app_config("office").get_models() if model.__name__ not in kept]
    return {model.__name__: model.objects.count() for model in models}


def log_sizes() -> dict[str, int]:
    """How long is each log?"""
    from ecluse.office.models import LogHead

    return dict(LogHead.objects.values_list("log", "size"))


def shape_of(action: Any, subject: str) -> dict[str, Any]:
    """Which body of this action has the right shape, whatever it may mean?"""
    from ecluse.office.desk.form import Kind, fields_of

    plain: dict[Kind, Any] = {
        Kind.TEXT: "x", Kind.WHOLE: 1, Kind.MONEY: {"minor": 1, "currency": "EUR"}, Kind.DATE: "2026-11-30",
        Kind.MONTH: "2026-11", Kind.CHOICE: "x", Kind.MANY: ["x"], Kind.YES_NO: False,
        Kind.RANGES: [{"block": "block:none", "first": 1, "last": 1}], Kind.FILE: {"name": "x", "content": ""},
    }  # fmt: skip
    body: dict[str, Any] = {"subject": subject}
    for field in fields_of(action.form):
        if field.required:
            name = "subject_" if field.name == "subject" else field.name
            body[name] = field.members[0] if field.members else plain[field.kind]
    return body
