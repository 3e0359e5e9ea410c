"""Does a command speak the person's language?"""

from __future__ import annotations

import pytest

from ecluse.edge.language import ASKED, person_language, speaking


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        pytest.param({"LANG": "uk_UA.UTF-8"}, "uk", id="the terminal asks for Ukrainian"),
        pytest.param({"LANG": "fr_FR.UTF-8"}, "fr", id="the terminal asks for French"),
        pytest.param({"LANG": "de_DE.UTF-8"}, "en", id="a language without a catalogue"),
        pytest.param({"LANG": "fr_FR.UTF-8", "LC_ALL": "uk_UA"}, "uk", id="the gravest setting wins"),
        pytest.param({"LANG": "C"}, "en", id="no language"),
        pytest.param({}, "en", id="nothing said"),
    ],
)
def test_a_command_speaks_the_persons_language(
    settings: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ASKED:
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert person_language() == language


def test_a_page_asked_for_in_one_language_is_answered_in_it_whatever_the_server_speaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "uk_UA.UTF-8")
    with speaking("fr"):
        assert person_language() == "fr"
    assert person_language() == "uk"
