"""How is it kept what an audit found? One sealed record; all findings beside it in a file of the digest it names."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

from ecluse import __version__
from ecluse.base.canon import digest
from ecluse.office.actions.deed import Deed
from ecluse.office.audit.report import Report, Severity
from ecluse.office.kept import keep
from ecluse.office.registers_audit import AuditReport, PromiseAudited
from ecluse.office.session import Session

SUBJECT = "audit"
CLOCK = "clock:office"


def keep_audit(session: Session, report: Report, on: date) -> AuditReport:
    """Which record says what this audit found? By the person whose mandate the session has, else by the office."""
    form = report.to_json()
    name = digest(findings_text(form).encode())
    found = Counter(finding.severity for finding in report.findings)
    record = AuditReport(
        f"audit:{on}/{1 + len(session.of(SUBJECT, AuditReport))}", on, f"ecluse {__version__}",
        str(form["summary"].get("log_root", "")),
        tuple(PromiseAudited(p.promise, p.status.value, tuple(sorted(p.counts.items()))) for p in report.promises),
        found[Severity.BROKEN], found[Severity.HELD], found[Severity.RESTS], name,
    )  # fmt: skip
    actor = session.mandate.person if session.mandate else CLOCK
    with Deed(session, "audits.keep", actor=actor, on=on, subject=SUBJECT) as deed:
        deed.seal(record)
    keep("audit", {"log_root": record.log_root, "record": record.id, "report": name, **form})
    return record


def findings_text(form: dict[str, Any]) -> str:
    """Over which text is the digest of the findings taken?"""
    return json.dumps(form["findings"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
