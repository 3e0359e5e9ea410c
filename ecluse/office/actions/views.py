"""Which views of lists does a person keep? They are no records: how a person works is not sealed."""

from __future__ import annotations

import hashlib

from ecluse.base.errors import BadInputError
from ecluse.office.models import Account, SavedView

MOST_VIEWS = 30
MOST_NAME = 80
MOST_QUERY = 1000
MOST_LISTING = 60


def save_view(account: Account, listing: str, name: str, query: str) -> SavedView:
    """May this view of a list be kept under this name? The same name is written over; too many are refused."""
    name = " ".join(name.split())
    is_sound = 0 < len(name) <= MOST_NAME and 0 < len(listing) <= MOST_LISTING and len(query) <= MOST_QUERY
    if not is_sound or any(not letter.isprintable() for letter in name + query + listing):
        raise BadInputError.one("view", f"a name of 1 to {MOST_NAME} letters", name[:MOST_NAME], "choose another name")
    key = view_key(account, listing, name)
    kept = SavedView.objects.filter(account=account, listing=listing).exclude(id=key).count()
    if kept >= MOST_VIEWS:
        raise BadInputError.one("view", f"at most {MOST_VIEWS} views of a list", str(kept + 1), "remove one first")
    values = {"account": account, "listing": listing, "name": name, "query": query}
    view, _ = SavedView.objects.update_or_create(id=key, defaults=values)
    return view


def remove_view(account: Account, listing: str, name: str) -> bool:
    """Was there such a view of this person's? Nobody removes another's."""
    return bool(SavedView.objects.filter(account=account, listing=listing, name=name).delete()[0])


def view_key(account: Account, listing: str, name: str) -> str:
    """Under which id is this person's view of this list kept?"""
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"view:{account.pk}/{listing}/{digest}"
