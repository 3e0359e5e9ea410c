"""How does a plan take force? Its baseline is committed to first; then a second person of another authority adopts it.

The log of plans is one of its own: what leads to a hearing does not move when a plan is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ecluse.base.canon import digest
from ecluse.base.errors import ConflictError, EvidenceError, ForbiddenError
from ecluse.base.signing import Signature
from ecluse.base.words import say
from ecluse.edge.language import person_language
from ecluse.office.actions.deed import Deed
from ecluse.office.actions.opening import actor_of
from ecluse.office.actions.permissions import ACTIONS
from ecluse.office.facts.plan import committed_baseline, obeys, policy_in_force
from ecluse.office.facts.sides import is_low
from ecluse.office.models import Document
from ecluse.office.registers_people import Attachment
from ecluse.office.session import Session
from ecluse.plan.checker import PlanError
from ecluse.plan.kept import KeptPlan, read_kept
from ecluse.plan.terms import Plan, PlanBaseline, PlanPolicy, subject_of

LOG, MEDIA_TYPE = "plan", "application/json"
COMMIT, ADOPT = "plan.commit_baseline", "plan.adopt"
Sign = Callable[[str, Any, date], Signature]


class PlanRefusedError(EvidenceError):
    """A plan document is not taken: the key of its fault, and what was found."""

    def __init__(self, key: str, found: str) -> None:
        self.key, self.found = f"form.fault.{key}", found
        super().__init__(say(self.key, person_language(), found=found))


def commit_baseline(session: Session, content: bytes, *, name: str, officer: str, on: date, sign: Sign) -> PlanBaseline:
    """Commit to what home gets without any export. Which record is it now? Raises PlanRefusedError with the ground."""
    actor = actor_of(session, officer, ACTIONS[COMMIT], on)
    kept, policy = read(session, content, on)
    subject = subject_of(kept.first_month)
    if committed_baseline(session, kept) is not None:
        raise ConflictError(say("deskplan.committed_before", person_language(), digest=kept.digests["baseline"]))
    record = PlanBaseline(
        f"baseline:{kept.first_month}/{len(session.of(subject, PlanBaseline)) + 1}", actor.person, actor.authority,
        policy.id, kept.rule, kept.first_month, kept.last_month, kept.digests["question"], kept.digests["baseline"],
        kept.document, kept.stages, on,
    )  # fmt: skip
    with Deed(session, COMMIT, actor=officer, on=on, subject=subject, log=LOG) as deed:
        deed.seal(record, signatures=[sign(officer, record, on)])
        keep(deed, content, name)
    return record


def adopt(session: Session, content: bytes, *, name: str, officer: str, on: date, sign: Sign) -> Plan:
    """Adopt the plan on the baseline that was committed to before. Raises PlanRefusedError with the ground."""
    actor = actor_of(session, officer, ACTIONS[ADOPT], on)
    kept, _ = read(session, content, on)
    base, subject = committed_baseline(session, kept), subject_of(kept.first_month)
    if base is None:
        raise PlanRefusedError("plan_other_baseline", kept.digests["baseline"])
    if base.author == actor.person or base.authority == actor.authority:
        raise ForbiddenError(say("deskplan.two_persons", person_language(), author=base.author))
    adopted = session.of(subject, Plan)
    if any(one.plan_digest == kept.digests["plan"] and one.baseline == base.id for one in adopted):
        raise ConflictError(say("deskplan.adopted_before", person_language(), digest=kept.digests["plan"]))
    record = Plan(
        f"plan:{kept.first_month}/{len(adopted) + 1}", base.id, actor.person, actor.authority, kept.digests["plan"],
        kept.document, kept.units_exported, kept.exports, on,
    )  # fmt: skip
    with Deed(session, ADOPT, actor=officer, on=on, subject=subject, log=LOG) as deed:
        deed.seal(record, signatures=[sign(officer, record, on)])
        keep(deed, content, name)
    return record


def read(session: Session, content: bytes, on: date) -> tuple[KeptPlan, PlanPolicy]:
    """What does this document say? It holds to the last unit and obeys the policy in force; nothing else is taken."""
    if is_low(session):
        raise ForbiddenError(say("deskplan.low", person_language()))
    try:
        kept = read_kept(content)
    except PlanError as error:
        raise PlanRefusedError("plan_does_not_hold", str(error)) from None
    policy = policy_in_force(session, on)
    if policy is None:
        raise PlanRefusedError("plan_no_policy", str(on))
    if not obeys(kept, policy):
        raise PlanRefusedError("plan_other_policy", f"{kept.rule}; {policy.id}: {policy.rule}")
    return kept, policy


def keep(deed: Deed, content: bytes, name: str) -> None:
    """Under which digest are these bytes kept? Once, and to which subject they belong is sealed."""
    named = digest(content)
    place = f"document:{named}"
    if deed.session.row(Document, named, place) is None:
        deed.put(Document(digest=named, media_type=MEDIA_TYPE, size=len(content), content=content), place)
        id = f"attachment:{deed.subject}/{named[:16]}"
        deed.seal(Attachment(id, deed.subject, named, MEDIA_TYPE, len(content), name, deed.on), place)
