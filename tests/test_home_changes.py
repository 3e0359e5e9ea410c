"""Is everything that the office writes told in words on a person's first page?"""

from __future__ import annotations

import pytest
from carried import set_up

from ecluse.base.words import LANGUAGES, has_words

set_up()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_action_is_told_in_words_where_it_is_said_what_changed(lang: str) -> None:
    from ecluse.office.actions.permissions import ACTIONS

    assert not [action for action in ACTIONS if not has_words(f"pages2.deed.{action}", lang)]
