"""Are the promises kept? What the last audit said of each, every finding with its subject, a button for auditors."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecluse.base.canon import digest
from ecluse.base.money import Money
from ecluse.base.words import has_words, say
from ecluse.office import kept
from ecluse.office.actions.audits import findings_text
from ecluse.office.actions.cases import OFFICE_ROLES
from ecluse.office.audit.report import PROMISES, STATUS_WORDS, Status
from ecluse.office.models import LogHead
from ecluse.office.people.doors import for_roles, needs_person
from ecluse.office.registers_audit import AuditReport, PromiseAudited
from ecluse.office.templatetags.house import ADDRESSES, address_of
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.listing import Column, Filter, Listing, listing_response
from ecluse.office.views.page import language_of, page
from ecluse.office.views.things import records

AUDITORS = ("auditor", "controller")
SEVERITIES = {"broken": ("danger", "×"), "held": ("warning", "!"), "rests": ("neutral", "–")}
COLOURS = {
    Status.KEPT: ("success", "✓"), Status.VACUOUS: ("info", "○"), Status.BROKEN: ("danger", "×"),
    Status.NOT_YET_CHECKED: ("neutral", "…"),
}  # fmt: skip
STEP = re.compile(r"checking (P[1-9])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SHOWN_BEFORE = 12


def last_audits() -> list[AuditReport]:
    """Which audits were kept, the newest last?"""
    return [one.value for one in records(AuditReport)]


@never_cache
@require_safe
@needs_person
def audit_page(request: HttpRequest) -> HttpResponse:
    """What is promised, and what did the last audit say of each promise?"""
    audits, lang = last_audits(), language_of(request)
    last = audits[-1] if audits else None
    progress = kept.progress("audit")
    role = request.mandate.role  # type: ignore[attr-defined]
    said = {one.promise: one for one in last.promises} if last else {}
    response = page(request, "office/audit.html", {
        "last": last, "is_old": last is not None and _has_grown(last),
        "promises": [_promise(name, said.get(name), lang) for name in PROMISES],
        "before": [(one, _worst(one)) for one in reversed(audits[-SHOWN_BEFORE:-1])],
        "may_run": role in AUDITORS, "may_read": role in OFFICE_ROLES, "is_running": progress is not None,
        "progress": _progress(progress, lang), "figures": _figures(last),
    })  # fmt: skip
    if progress is not None:
        response["Refresh"] = "5"
    return response


def _has_grown(last: AuditReport) -> bool:
    """Did anything enter the logs since this audit, besides its own record?"""
    looked_at = sum(number for one in last.promises for name, number in one.counts if name == "log_entries")
    return sum(LogHead.objects.values_list("size", flat=True)) > looked_at + 1


def _promise(name: str, said: PromiseAudited | None, lang: str) -> dict[str, Any]:
    status = Status(said.status) if said else None
    return {
        "name": name, "title": f"promise.{name}.title", "sentence": f"promise.{name}.sentence",
        "tag": Tag(STATUS_WORDS[status], *COLOURS[status]) if status else Tag("pages3.audit.never", "neutral", "…"),
        "counts": [(_counted(key, lang), number) for key, number in said.counts] if said else [],
    }  # fmt: skip


def _counted(key: str, lang: str) -> str:
    """What was counted? Its words where the catalogues have them, else its name with spaces."""
    full = f"pages3.count.{key}"
    return say(full, lang) if has_words(full, lang) else key.replace("_", " ")


def _worst(report: AuditReport) -> Tag:
    statuses = [Status(one.status) for one in report.promises]
    worst = Status.BROKEN if Status.BROKEN in statuses else Status.KEPT
    return Tag(STATUS_WORDS[worst], *COLOURS[worst])


def _figures(last: AuditReport | None) -> list[tuple[Any, str, str]]:
    if last is None:
        return []
    counts = {"broken": last.findings_broken, "held": last.findings_held, "rests": last.findings_resting}
    return [(n, f"pages3.audit.findings.{name}", f"/audit/findings/?severity={name}") for name, n in counts.items()]


def _progress(text: str | None, lang: str) -> str:
    found = STEP.search(text or "")
    return say("pages3.audit.checking", lang, promise=found[1]) if found else say("pages3.audit.reading", lang)


# ------------------------------------------------------------------ a run


@require_POST
@for_roles(*AUDITORS)
def run_page(request: HttpRequest) -> HttpResponse:
    """Begin an audit in the name of who asks. It goes on by itself; the page tells how far it is."""
    mandate = request.mandate  # type: ignore[attr-defined]
    kept.start("audit", mandate.person, mandate.body, mandate.role)
    return HttpResponseRedirect("/audit/")


@never_cache
@require_safe
@needs_person
def progress_page(request: HttpRequest) -> HttpResponse:
    """How far is the audit? A part of a page; when it has ended the whole page is asked for again."""
    text = kept.progress("audit")
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect("/audit/")
    response = page(request, "office/audit_progress.html", {
        "is_running": text is not None, "progress": _progress(text, language_of(request)),
    })  # fmt: skip
    if text is None:
        response["HX-Refresh"] = "true"
    return response


# ------------------------------------------------------------------ findings


@never_cache
@require_safe
@for_roles(*sorted(OFFICE_ROLES))
def findings_page(request: HttpRequest) -> HttpResponseBase:
    """What did the last audit find, about whom, on which day?"""
    audits = last_audits()
    found = kept.kept("audit")
    is_there = found is not None and bool(audits) and _is_of(found, audits[-1])
    rows = _rows(found.form, language_of(request)) if found is not None and is_there else []
    return listing_response(
        request, findings_listing(rows), "office/findings.html", is_lost=bool(audits) and not is_there
    )


def _is_of(found: kept.Kept, record: AuditReport) -> bool:
    """Are these the findings whose digest the sealed record names?"""
    stamp = (found.form.get("record"), found.form.get("report"))
    return stamp == (record.id, record.report) and _digest_of(found) == record.report


_DIGESTS: dict[int, str] = {}


def _digest_of(found: kept.Kept) -> str:
    """What is the digest of these findings? Taken once for each form that was read."""
    key = id(found.form)
    if key not in _DIGESTS:
        _DIGESTS.clear()
        _DIGESTS[key] = digest(findings_text(found.form).encode())
    return _DIGESTS[key]


class Row:
    """One finding as the list shows it; its sentence is said when it is shown."""

    __slots__ = ("day", "facts", "key", "lang", "pk", "promise", "severity", "subject")

    def __init__(self, number: int, form: dict[str, Any], lang: str) -> None:
        self.pk, self.lang = number, lang
        self.promise, self.severity, self.key = form["promise"], form["severity"], form["key"]
        self.subject, self.facts = form["subject"], form["facts"]
        self.day = date.fromisoformat(form["day"]) if form["day"] else None

    def sentence(self) -> str:
        """What was found?"""
        facts = {name: _fact(value) for name, value in self.facts.items()}
        return say(f"audit.{self.key}", self.lang, **{"subject": self.subject, **facts})

    def link(self) -> Link | str:
        """Where is its subject's page?"""
        kind = self.subject.partition(":")[0]
        subject = self.subject.rpartition("/")[0] if kind == "order" and "/" in self.subject else self.subject
        return Link(self.subject, address_of(kind, subject)) if kind in ADDRESSES else self.subject


def _fact(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
        return Money(int(value[0]), value[1])
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value)
    return value


def _rows(form: dict[str, Any], lang: str) -> list[Row]:
    return [Row(number, one, lang) for number, one in enumerate(form["findings"], 1)]


def findings_listing(rows: list[Row]) -> Listing:
    """How are findings listed? As the audit put them: by promise, what breaks it first."""
    keys = sorted(Counter(row.key for row in rows))
    return Listing(
        name="findings", title="pages3.findings.title", lead="pages3.findings.lead", rows=rows,
        columns=(
            Column("number", "pages3.findings.number", lambda row: row.pk, sort="pk", numeric=True),
            Column("promise", "pages3.findings.promise", lambda row: row.promise, sort="promise"),
            Column("severity", "pages3.findings.severity",
                   lambda row: Tag(f"pages3.severity.{row.severity}", *SEVERITIES[row.severity]), sort="severity"),
            Column("day", "pages3.day", lambda row: row.day, sort="day"),
            Column("subject", "pages3.findings.subject", lambda row: row.link(), sort="subject"),
            Column("what", "pages3.findings.what", lambda row: row.sentence()),
            Column("key", "pages3.findings.kind", lambda row: row.key, sort="key"),
        ),
        filters=(
            _choice("promise", "pages3.findings.promise", [(name, name) for name in PROMISES]),
            _choice("severity", "pages3.findings.severity", [(one, f"pages3.severity.{one}") for one in SEVERITIES]),
            _choice("key", "pages3.findings.kind", [(key, key) for key in keys]),
            Filter("subject", "pages3.findings.subject", None,
                   lambda found, text: [row for row in found if text.casefold() in row.subject.casefold()]),
        ),
        order="number", hidden=("key",),
    )  # fmt: skip


def _choice(name: str, label: str, choices: list[tuple[str, str]]) -> Filter:
    return Filter(name, label, choices, lambda rows, text: [row for row in rows if getattr(row, name) == text])


PATHS = [
    path("audit/", audit_page, name="audit"),
    path("audit/run/", run_page, name="audit_run"),
    path("audit/progress/", progress_page, name="audit_progress"),
    path("audit/findings/", findings_page, name="audit_findings"),
]
