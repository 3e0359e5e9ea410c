"""What is a thing on file called on a page? Its name, its id beside it, and where it has its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from ecluse.base.words import has_words, say
from ecluse.office.on_file import newest, records
from ecluse.office.people.bodies import names_of
from ecluse.office.registers import Model, Officer
from ecluse.office.views.cells import Said
from ecluse.office.views.public_words import state_name

BODIES, MODEL = ("party:", "authority:"), "model:"
PAGES = {"party:": "/parties/", "order:": "/orders/", "certificate:": "/surplus/certificates/", "line:": "/places/",
         "centre:": "/places/", "shortage:": "/books/shortages/", "trace:": "/traces/"}  # fmt: skip


INVENTED = "synthetic"  # what a record of an invented world says of its source


@dataclass(frozen=True, slots=True)
class Named:
    """One thing: its id, what it is called (its id where it has no name), and the address of its page, if any."""

    id: str
    name: str
    address: str = ""

    @property
    def is_named(self) -> bool:
        """Is there a name beside the id?"""
        return self.name != self.id


def named(things: Iterable[str | None], lang: str) -> dict[str, Named]:
    """What are these called, by id? Bodies, officers and models by their names, all others by their ids."""
    wanted = {thing for thing in things if thing}
    names = names_of([thing for thing in wanted if thing.startswith(BODIES)], lang)
    names |= officers_named(thing for thing in wanted if thing.startswith("officer:"))
    names |= models_named([thing for thing in wanted if thing.startswith(MODEL)], lang)
    return {thing: Named(thing, names.get(thing, thing), address_of(thing)) for thing in wanted}


def source_said(source: str) -> str | Said:
    """What is shown of a record's source: its own words, or ours where it is invented?"""
    return Said("pages2.source.synthetic") if source == INVENTED else source


def officers_named(officers: Iterable[str]) -> dict[str, str]:
    """Which names have these officers?"""
    return {id: officer.name for id, officer in newest(records(Officer, subject__in=set(officers))).items()}


def models_named(models: Iterable[str], lang: str) -> dict[str, str]:
    """What are these models called? Their class in the reader's words, and what sets the model apart in it."""
    wanted = set(models)
    classes = {one.value.id: one.value.class_ for one in records(Model) if one.value.id in wanted} if wanted else {}
    return {model: _model(model, class_, lang) for model, class_ in classes.items()}


def _model(model: str, class_: str, lang: str) -> str:
    key, mark = f"pages2.class.{class_}", model.removeprefix(MODEL)
    if not has_words(key, lang):
        return model
    return f"{say(key, lang)} · {mark.removeprefix(class_.replace('_', '-') + '-')}"


def address_of(thing: str) -> str:
    """Where has this thing its page? Empty when it has none."""
    base = PAGES.get(thing.partition(":")[0] + ":", "")
    return f"{base}{quote(thing, safe=':/')}/" if base else ""


def state_named(code: str, lang: str) -> Named:
    """What is this state called in the reader's language?"""
    return Named(code, state_name(code, lang))
