"""Does a program's token keep every scope that it was given, on both databases, and nothing else?"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from carried import office_on

pytestmark = pytest.mark.db
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_token_for_all_actions_is_kept_whole(database_url: str) -> None:
    with office_on(database_url):
        from ecluse.base.errors import BadInputError
        from ecluse.office.actions.people import make_account
        from ecluse.office.actions.permissions import ACTIONS
        from ecluse.office.actions.tokens import make_token, token_digest
        from ecluse.office.models import ApiToken
        from ecluse.office.session import Mandate

        account = make_account("officer:ssecu-1", "a@office.example", "Vira", "seven quiet herons wade")
        mandate = Mandate("officer:ssecu-1", "authority:ssecu", "author", date(2026, 1, 5), None)
        scopes = ("read", *ACTIONS)
        secret = make_token(account, mandate, "everything", scopes, 30, AT)
        kept = ApiToken.objects.get(digest=token_digest(secret))
        assert set(kept.scopes.split()) == set(scopes)
        with pytest.raises(BadInputError):
            make_token(account, mandate, "more", (*scopes, "office.everything"), 30, AT)
        assert ApiToken.objects.count() == 1
