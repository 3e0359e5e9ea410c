"""What is asked of a plan that was made: why, which figures matter most, and what would each no-harm rule allow?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.base.days import Month
from ecluse.base.errors import BadInputError
from ecluse.base.money import Money
from ecluse.base.words import say as word
from ecluse.edge.commands import out
from ecluse.edge.commands import say as tell
from ecluse.edge.language import person_language
from ecluse.edge.plan import question_from, sound_plan
from ecluse.edge.plan_stop import ends_when_stopped, stoppable
from ecluse.edge.plan_tables import columns

if TYPE_CHECKING:
    from ecluse.plan.explain import Reason, Why
    from ecluse.plan.rules_compared import Compared, Difference
    from ecluse.plan.tornado import Level, Tornado

YES, NO = 0, 1
NAMED = 8  # ids that an error names at most
Told = tuple[dict[str, str | None], "Reason"]  # of what, and the sentence


@ends_when_stopped
def explain(file: str, models: Sequence[str], month: str, centres: Sequence[str], as_json: bool) -> int:
    """Why may so many units of these models leave, and what would closing these centres cost? 0: told."""
    from ecluse.plan.explain import Why

    lang, plan = person_language(), sound_plan(Path(file))
    wanted = _wanted(plan["question"], models, month, centres)
    found = stoppable(lambda: list(_reasons(Why(plan), *wanted)))
    for place, reason in found:
        sentence = reason.told(lang)
        if as_json:
            facts = {name: _plain(fact) for name, fact in reason.facts.items()}
            print(json.dumps({**place, "reason": reason.key, "facts": facts, "sentence": sentence}, ensure_ascii=False))
        else:
            print(sentence)
    if not found:
        tell(word("planask.explain.nothing", lang))
    return YES


def _wanted(
    question: Mapping[str, Any], models: Sequence[str], month: str, centres: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """Which models, months and centres are meant? Raises BadInputError for one that is not in the plan."""
    products = [product["id"] for product in question["products"]]
    passing, months = [centre["id"] for centre in question["centres"]], list(question["months"])
    if not models and not centres:
        sold = list(dict.fromkeys(sale["product"] for sale in question["sales"])) or products
        raise BadInputError.one("MODEL", "a model of the plan, or --centre", "neither", f"name one: {_few(sold)}")
    if month and month not in months:
        expected = f"a month from {months[0]} to {months[-1]}"
        raise BadInputError.one("--month", expected, month, "name a month of the plan")
    meant = [_named("MODEL", name, products, "model:") for name in models]
    return meant, [month] if month else months, [_named("--centre", name, passing, "centre:") for name in centres]


def _named(option: str, name: str, known: Sequence[str], begins: str) -> str:
    """A record may be called without the word that its id begins with."""
    for full in (name, f"{begins}{name}"):
        if full in known:
            return full
    alike = [each for each in known if name.rpartition(":")[2][:3] in each] or list(known)
    raise BadInputError.one(option, "one that is in the plan", name, f"name one: {_few(alike)}")


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:NAMED], *["…"][: len(names) > NAMED]]) or "there is none"


def _reasons(why: Why, models: Sequence[str], months: Sequence[str], centres: Sequence[str]) -> Iterator[Told]:
    for model in models:
        for month in months:
            for reason in why.of(model, month):
                yield {"model": model, "month": month, "centre": None}, reason
    for centre in centres:
        yield {"model": None, "month": None, "centre": centre}, why.closing(centre)


def _plain(fact: Any) -> Any:
    """How is a fact told to a program: money in minor units, a share in hundredths of a percent?"""
    if isinstance(fact, Money):
        return {"minor": fact.minor, "currency": fact.currency}
    if isinstance(fact, Month):
        return str(fact)
    return fact if isinstance(fact, int | str) else fact.bp


# ---------------------------------------------------------------- which figures matter most


@ends_when_stopped
def tornado(file: str, percent: int, by_need: bool, as_json: bool) -> int:
    """Which figures move receipts, or unmet need, most when each is made larger and smaller alone? 1: no answer."""
    from ecluse.plan.session import Session
    from ecluse.plan.solve import Solved
    from ecluse.plan.tornado import MOST_PERCENT
    from ecluse.plan.tornado import tornado as turned

    lang, question = person_language(), question_from(Path(file))
    if not 0 < percent <= MOST_PERCENT:
        raise BadInputError.one("--percent", f"1 to {MOST_PERCENT}", str(percent), "name a share of each figure")
    session = stoppable(lambda: Session(question))
    if not isinstance(session.opened.plan, Solved):
        tell(word("plan.solve.infeasible", lang))
        return NO
    found = stoppable(lambda: turned(session, percent))
    bars = found.by_need() if by_need else found.by_receipts()
    if as_json:
        form = [
            {"figure": bar.kind, "less": _level(bar.less), "more": _level(bar.more)}
            | {"receipts_change_minor": bar.on_receipts(found.now), "unmet_worth_change": bar.on_need(found.now)}
            for bar in bars
        ]
        out({"percent": percent, "currency": question["currency"], "now": _level(found.now), "bars": form})
        return YES
    _tell_tornado(found, bars, question["currency"], percent, lang)
    return YES


def _level(level: Level | None) -> dict[str, int] | None:
    return None if level is None else {"receipts_minor": level.receipts_minor, "unmet_worth": level.unmet_value}


def _tell_tornado(found: Tornado, bars: Sequence[Any], currency: str, percent: int, lang: str) -> None:
    now = found.now
    money = Money(now.receipts_minor, currency)
    print(word("planask.tornado.now", lang, money=money, worth=now.unmet_value, percent=percent))
    names = ("figure", "receipts_less", "receipts_more", "unmet_less", "unmet_more")
    ends = [[bar.less, bar.more] for bar in bars]
    rows = [
        [
            word(f"planask.kind.{bar.kind}", lang),
            *(None if end is None else Money(end.receipts_minor - now.receipts_minor, currency) for end in own),
            *(None if end is None else end.unmet_value - now.unmet_value for end in own),
        ]
        for bar, own in zip(bars, ends, strict=True)
    ]
    columns([word(f"planask.tornado.{name}", lang) for name in names], rows, lang)
    tell(word("plan.whatif.unrounded", lang))


# ---------------------------------------------------------------- each no-harm rule beside the others


@ends_when_stopped
def rules(world: str, seconds: int, as_json: bool) -> int:
    """What do N1, N2 and N3 allow beside one baseline, and what would N1 add and cost at home? 1: no plan."""
    from ecluse.edge.plan_commands import Progress, no_plan
    from ecluse.plan.checker import PlanError
    from ecluse.plan.paper import NoPlan
    from ecluse.plan.rules_compared import rules_compared
    from ecluse.plan.solve import Options

    lang, question = person_language(), question_from(Path(world))
    options = Options(seconds=seconds or None, progress=Progress(lang))
    found: Compared | NoPlan
    try:
        found = stoppable(lambda: rules_compared(question, options=options))
    except PlanError as error:
        found = NoPlan("plan", "not whole", (str(error),))
    if isinstance(found, NoPlan):
        return no_plan(found, question, lang, as_json)
    if as_json:
        out(rules_form(found, question["rule"]))
    else:
        _tell_rules(found, question["rule"], lang)
    return YES


def rules_form(found: Compared, rule: str) -> dict[str, Any]:
    """How is a comparison of rules told to a program? `adds`: N1 beside the two that promise more."""
    adds = [found.adds("N1", other) for other in ("N2", "N3")]
    return {
        "rule": rule,
        "currency": found.currency,
        "unmet_baseline": dict(found.unmet_baseline),
        "rules": [
            {**asdict(each), "unmet_worth": dict(each.unmet_worth)}
            | {"units_exported": each.units_exported, "units_unmet": each.units_unmet}
            for each in found.allowed
        ],
        "adds": [{**asdict(each), "units_exported": each.units_exported} for each in adds],
        "why_none": found.why_none,
    }


def _tell_rules(found: Compared, rule: str, lang: str) -> None:
    names = ("rule", "exported", "receipts", "receipts_after", "unmet", "displaced", "replaced")
    rows = [
        [each.rule, each.units_exported, Money(each.receipts_minor, found.currency)]
        + [Money(each.receipts_after_minor, found.currency), each.units_unmet]
        + [Money(max(0, minor), found.currency) for minor in (each.displaced_minor, each.replaced_minor)]
        for each in found.allowed
    ]
    columns([word(f"planask.rules.{name}", lang) for name in names], rows, lang)
    baseline = sum(found.unmet_baseline.values())
    print(word("planask.rules.baseline", lang, units=baseline, rule=rule))
    if found.why_none is not None:
        print(word("plan.solve.none", lang, rule="N1, N2, N3", reason=word(f"plan.solve.{found.why_none}", lang)))
        return
    for other in ("N2", "N3"):
        print(_added(found.adds("N1", other), found.currency, lang))


def _added(more: Difference, currency: str, lang: str) -> str:
    facts = {"weaker": more.weaker, "stricter": more.stricter}
    if more.is_nothing:
        return word("planask.rules.adds_nothing", lang, **facts)
    money = {
        "receipts": Money(more.receipts_minor, currency),
        "after": Money(more.receipts_after_minor, currency),
        "displaced": Money(max(0, more.displaced_minor), currency),
        "replaced": Money(max(0, more.replaced_minor), currency),
    }
    units = {"units": more.units_exported, "unmet": sum(more.unmet.values())}
    return word("planask.rules.adds", lang, **facts, **units, **money)
