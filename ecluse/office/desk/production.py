"""Which actions has a person on lines and centres? Commit serial numbers, mark them, record the steps of a life."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecluse.custody.life import next_steps
from ecluse.custody.ranges import difference
from ecluse.custody.terms import Fate, LifeEvent, LifeState, Line, Marking, SerialBlock, SerialRange
from ecluse.office.actions import custody as act
from ecluse.office.actions.cases import authority_in
from ecluse.office.desk.form import Fault, FormError
from ecluse.office.desk.refs import choices_of, model_on_file
from ecluse.office.desk.registry import About, Action, Desk, Done
from ecluse.office.desk.stops import stopped_by_life
from ecluse.office.facts.custody import level_of
from ecluse.office.registers import Model


@dataclass(frozen=True, slots=True)
class CommitBlock:
    """Which run of serial numbers does the line commit?"""

    prefix: str
    first: int
    count: int
    model: str = field(metadata={"choice": True})
    funded_for_home: bool = field()


def commit_block(desk: Desk, subject: str, form: CommitBlock) -> Done:
    """Commit a block of serial numbers before any of them is made."""
    block = SerialBlock(
        f"block:{form.prefix}-{form.first}", subject, form.model, form.prefix, form.first, form.count, desk.on,
        form.funded_for_home,
    )  # fmt: skip
    act.commit_block(desk.session, block, desk.on, maker=desk.body, signature=desk.sign(desk.body, block))
    return Done(block.id)


def models_made(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which models can this line make: those of the class that it is registered for?"""
    line = desk.session.newest(subject, Line)
    return choices_of(Model, lambda m: m.id, lambda m: line is not None and m.class_ == line.class_)


@dataclass(frozen=True, slots=True)
class Mark:
    """Which numbers ended how?"""

    first: int
    last: int
    fate: Fate


def mark(desk: Desk, subject: str, form: Mark) -> Done:
    """Mark numbers of one's block as made, void or unused."""
    block = _block(desk, subject)
    line = desk.session.newest(block.line, Line)
    if line is None or form.last < form.first or form.last >= block.first + block.count or form.first < block.first:
        raise FormError([Fault("last", "form.fault.range", f"{form.first}-{form.last}")])
    run = SerialRange(block.id, form.first, form.last)
    if difference([run], [m.range for m in desk.session.of(block.id, Marking)]) != (run,):
        raise FormError([Fault("first", "form.fault.marked", f"{form.first}-{form.last}")])
    marking = Marking(f"marking:{block.id}/{form.first}", block.id, run, form.fate, line.id, block.model, desk.on)
    model = model_on_file(block.model)
    act.mark(
        desk.session, block, marking, desk.on, maker=desk.body, authority=authority_in(desk.session, line.host),
        level=level_of(desk.session, model.class_ if model else line.class_, desk.on),
        signature=desk.sign(desk.body, marking),
    )  # fmt: skip
    return Done(block.id)


def _block(desk: Desk, subject: str) -> SerialBlock:
    found = desk.session.newest(subject, SerialBlock)
    if found is None:
        raise KeyError(subject)
    return found


@dataclass(frozen=True, slots=True)
class EnterLife:
    """Which step does the centre or line take?"""

    state: LifeState


def enter_life(desk: Desk, subject: str, form: EnterLife) -> Done:
    """Record the next step in the life of a centre or a line."""
    act.enter_life(desk.session, _step(desk, subject, form.state), desk.on, actor=desk.actor)
    return Done(subject)


def _step(desk: Desk, subject: str, state: LifeState) -> LifeEvent:
    """The step as it would be recorded today; a second of its kind on one day has a number."""
    again = sum((one.state, one.on) == (state, desk.on) for one in desk.session.of(subject, LifeEvent))
    id = f"life:{subject}/{state.value}-{desk.on}{f'/{again + 1}' if again else ''}"
    return LifeEvent(id, subject, state, desk.body, desk.on)


def next_states(desk: Desk, subject: str) -> list[tuple[str, str]]:
    """Which steps may this centre or line take next, of those that this person may record?"""
    lived = desk.session.of(subject, LifeEvent)
    steps = [_step(desk, subject, state) for state in next_steps(subject, lived, desk.on)]
    return [(one.state.value, one.state.value) for one in steps if act.may_tell(desk.session, one, lived)]


def is_alive(desk: Desk, subject: str) -> bool:
    """Is any step left to it that this person may record?"""
    return bool(next_states(desk, subject))


ACTIONS = (
    Action("custody.commit_block", About.LINE, CommitBlock, commit_block, choices={"model": models_made}),
    Action("custody.mark", About.BLOCK, Mark, mark),
    Action("custody.enter_centre_life", About.CENTRE, EnterLife, enter_life, is_alive, {"state": next_states},
           stopped_by_life, permit="custody.enter_life"),
    Action("custody.enter_line_life", About.LINE, EnterLife, enter_life, is_alive, {"state": next_states},
           stopped_by_life, permit="custody.enter_life"),
)  # fmt: skip
