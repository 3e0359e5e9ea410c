"""What should whom be told? Notices to everyone who speaks for a body, in the office and by mail."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from ecluse.base.words import LANGUAGES, say
from ecluse.office.models import Account, Notice, Record
from ecluse.office.people.letters import facts_said, letter_of

LOG = logging.getLogger("ecluse.notices")
MAILED_AT_ONCE = 500
# Facts of a notice are told again in each reader's language: these kinds of values only (see `facts_said`).
PLAIN = (str, int, bool, dict)


def notify(whom: Iterable[str] | str, key: str, facts: Mapping[str, Any], link: str, at: datetime) -> int:
    """Who is told this? These officers, and all who hold a mandate for these bodies. Gives their number."""
    wrong = [name for name, fact in facts.items() if not isinstance(fact, PLAIN)]
    if wrong:
        raise TypeError(f"the facts of a notice are text and whole numbers: {', '.join(wrong)}")
    for lang in LANGUAGES:  # a sentence that cannot be said is not kept
        say(key, lang, **facts_said(facts, lang))
    accounts = accounts_of([whom] if isinstance(whom, str) else whom)
    rows = [Notice(account=account, key=key, facts=dict(facts), link=link[:240], at=at) for account in accounts]
    return len(Notice.objects.bulk_create(rows))


def accounts_of(names: Iterable[str]) -> list[Account]:
    """Which open accounts belong to these officers and to those who were given a mandate for these bodies?"""
    names = set(names)
    bodies = {name for name in names if not name.startswith("officer:")}
    officers = names - bodies
    open_ones = Account.objects.select_related("user").filter(user__is_active=True)
    if bodies:
        held = Record.objects.filter(v="officer/1", subject__in=open_ones.values("officer"))
        officers |= {row.subject for row in held if _speaks_for(row, bodies)}
    return list(open_ones.filter(officer__in=officers).order_by("officer"))


def _speaks_for(row: Record, bodies: set[str]) -> bool:
    from ecluse.base.sealed import unseal

    return unseal(bytes(row.body)).authority in bodies


def read_notices(account: Account, at: datetime, ids: Iterable[int] | None = None) -> int:
    """This person has read these notices, or all of them. Gives how many were new."""
    rows = account.notices.filter(read_at=None)
    return rows.filter(pk__in=list(ids)).update(read_at=at) if ids is not None else rows.update(read_at=at)


def send_notices(at: datetime) -> int:
    """Send what was not yet mailed, a letter a person, in the person's language. Gives the number of letters.

    At most 500 notices at a time. A letter that the server refuses waits, and is tried next time. Raises OSError where
    there is no server to be reached.
    """
    due = waiting_for_mail().select_related("account__user").order_by("account", "pk")[:MAILED_AT_ONCE]
    by_account: dict[int, list[Notice]] = {}
    for row in due:
        by_account.setdefault(row.account_id, []).append(row)
    if not by_account:
        return 0
    with get_connection() as carrier:
        return sum(_send(carrier, notices, at) for notices in by_account.values())


def waiting_for_mail() -> QuerySet[Notice]:
    """Which notices are neither mailed nor read, of people whose account is open and has an address?"""
    due = Notice.objects.filter(mailed_at=None, read_at=None, account__user__is_active=True)
    return due.exclude(account__user__email="")


def _send(carrier: Any, notices: list[Notice], at: datetime) -> int:
    """Write one letter. It is claimed before it is sent, so that of two senders one writes, and no one writes twice."""
    mine = Notice.objects.filter(pk__in=[notice.pk for notice in notices], mailed_at=None)
    with transaction.atomic():
        claimed = list(mine.select_for_update().values_list("pk", flat=True))
        Notice.objects.filter(pk__in=claimed, mailed_at=None).update(mailed_at=at)
    told = [notice for notice in notices if notice.pk in set(claimed)]
    if not told:
        return 0
    account = told[0].account
    try:
        subject, body = letter_of(account, told, _page())
        return int(EmailMessage(subject, body, to=[account.user.email], connection=carrier).send())
    except Exception as error:
        Notice.objects.filter(pk__in=claimed).update(mailed_at=None)
        if not isinstance(error, SMTPException):
            raise
        LOG.warning("no letter to account %s: %s", account.pk, error)
        return 0


def _page() -> str:
    from django.conf import settings

    try:
        return f"{settings.ORIGIN or ''}{reverse('notices')}"
    except NoReverseMatch:
        return str(settings.ORIGIN)
