"""Is every published code explained in three languages, with its provision and its dates?"""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from ecluse.base.errors import BadInputError
from ecluse.base.words import LANGUAGES
from ecluse.edge.explain import explain, explain_text, published_codes

ON, CODE = date(2026, 4, 2), "surplus.home_army_first"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_published_code_is_explained(lang: str) -> None:
    for code in published_codes():
        explained = explain(code, ON, lang)
        assert json.loads(json.dumps(explained)) == explained
        assert explained["provisions"], code
        text = explain_text(explained)
        assert code in text
        assert "{" not in text, text


def test_one_code_in_full() -> None:
    explained = explain(CODE, ON, "en")
    assert (explained["code"], explained["gate"], explained["on"]) == (CODE, "surplus", "2026-04-02")
    assert explained["in_force"]
    assert "{" in explained["sentence"]
    provision = explained["provisions"][0]
    assert provision["in_force"]
    assert {"id", "act", "article", "grade", "source", "valid_from", "valid_until", "assumption"} <= provision.keys()
    assert "‹" in explain_text(explained)


def test_the_day_decides_what_is_in_force() -> None:
    since = date.fromisoformat(explain(CODE, ON, "en")["since"])
    assert explain(CODE, since, "en")["in_force"]
    assert not explain(CODE, since - timedelta(1), "en")["in_force"]
    assert "not in force on 1 January 1990" in explain_text(explain(CODE, date(1990, 1, 1), "en"))
    assert not any(item["in_force"] for item in explain(CODE, date(1990, 1, 1), "en")["provisions"])


def test_an_unknown_code_names_its_kin() -> None:
    with pytest.raises(BadInputError, match=r"surplus\.home_army_first"):
        explain("surplus.home_army_frist", ON, "en")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown language"):
        explain(CODE, ON, "de")
