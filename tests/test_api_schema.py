"""Does the API answer whatever may be asked of it as its own document says? Schemathesis asks, token or none."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import hypothesis
import pytest
import schemathesis
from api_calls import ROOT, carried_year, last_order, office_copy, token_for
from desk_life import deal, officer, representative
from schemathesis.specs.openapi import checks

pytestmark = [pytest.mark.db, pytest.mark.slow]
# What an answer must be, whatever was asked: no accident, and nothing that the document does not name.
CHECKS = [
    schemathesis.checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance, checks.missing_required_header,
    checks.unsupported_method,
]  # fmt: skip
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
FEW, SOME, JOURNEYS, STEPS = 1, 4, 10, 6


def bounded(examples: int, **more: Any) -> Any:
    """So many examples, always the same ones."""
    return hypothesis.settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("schema")
    with office_copy(carried_year(folder), tmp_path_factory.mktemp("schema-office")):
        yield
        whom.cache_clear()
        subjects.cache_clear()


@pytest.fixture(scope="module")
def described(office: None) -> Any:
    """The document as the office itself hands it out, and the office beneath it."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    settings.ALLOWED_HOSTS = ["*"]
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())


@cache
def whom() -> dict[str, str]:
    """With which token does each role come in?"""
    order = deal().order
    persons = {
        "planner": officer("authority:mod", "planner"), "author": officer("authority:ssecu", "author"),
        "countersigner": officer("authority:mod", "countersigner"), "opinion": officer("authority:mfa", "opinion"),
        "clearance": officer("authority:ssecu", "clearance"), "spender": officer("authority:treasury", "spender"),
        "controller": officer("authority:audit", "controller"), "party": representative(order.exporter),
        "authority": representative(f"authority:{order.destination.lower()}"),
    }  # fmt: skip
    return {role: token_for(mandate) for role, mandate in persons.items()}


@cache
def subjects() -> dict[str, list[str]]:
    """Which things on file might a program name?"""
    from ecluse.office.models import Head

    order, known = last_order(), deal().order
    found = {
        "office": ["office"], "order": [order], "tranche": [f"{order}/0"], "certificate": [known.certificate],
        "party": [known.end_user], "line": [known.line], "centre": [], "case": [], "import": [], "shortage": [],
        "block": [], "trace": [],
    }  # fmt: skip
    for kind in ("centre", "shortage", "block"):
        found[kind] = list(Head.objects.filter(subject__startswith=f"{kind}:").values_list("subject", flat=True)[:5])
    return found


def action_of(case: Any) -> Any:
    """Which action of the registry does this call take?"""
    from ecluse.office.desk.registry import all_actions

    name = case.operation.path.rpartition("/actions/")[2].removesuffix("/preview")
    return all_actions().get(name)


def at_home(case: Any, dice: random.Random) -> None:
    """Let the call come from somebody who may, mostly about something that is there: deeper than the first door."""
    action = action_of(case)
    roles = sorted(action.roles() & set(whom())) if action else []
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {whom()[roles[0] if roles else 'author']}"}
    if dice.random() > 0.8:
        return
    if action and isinstance(case.body, dict) and subjects()[action.about.value]:
        case.body["subject"] = dice.choice(subjects()[action.about.value])
    for name, kind in (("order", "order"), ("certificate", "certificate")):
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = subjects()[kind][0]


def ask_each(described: Any, examples: int, ask: Callable[[Any], None]) -> None:
    """Ask every operation so many times, each in every mode; every operation that fails is named."""
    failed = {}
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in MODES:
            try:
                bounded(examples)(hypothesis.given(case=operation.as_strategy(generation_mode=mode))(ask_of(ask)))()
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing wrong can be asked of a call without parameters
            except (Exception, BaseExceptionGroup) as error:
                failed[f"{operation.label} {mode.value}"] = str(error)[:1500]
    assert failed == {}, "\n\n".join(f"{name}: {why}" for name, why in failed.items())


def ask_of(ask: Callable[[Any], None]) -> Any:
    def asked(case: Any) -> None:
        ask(case)

    return asked


def test_nobody_comes_in_without_a_token(described: Any) -> None:
    def ask(case: Any) -> None:
        case.headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code >= 400

    ask_each(described, FEW, ask)


def test_every_answer_is_one_that_the_document_names(described: Any) -> None:
    seen: dict[int, int] = {}

    def ask(case: Any) -> None:
        at_home(case, random.Random(repr(case.body)))
        answer = case.call()
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        case.validate_response(answer, checks=CHECKS)

    ask_each(described, SOME, ask)
    assert seen.keys() >= {200, 201, 404, 409, 422}, seen


def test_calls_that_follow_each_other_are_answered_as_the_document_says(described: Any) -> None:
    """What one call gives, the next one uses: orders lead to an order, its tranches, its documents, a document."""
    machine = described.as_state_machine()

    class Journey(machine):  # type: ignore[misc, valid-type]
        def before_call(self, case: Any) -> None:
            at_home(case, random.Random(repr(case.body)))

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    Journey.run(settings=bounded(JOURNEYS, stateful_step_count=STEPS))
