"""What did each host state's witness see last of its centres' logs, how far behind is it, how often overridden?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.signing import Key
from ecluse.custody.measures import home_state, witness_terms
from ecluse.custody.terms import Centre
from ecluse.custody.witnessed import WitnessCall, WitnessedHead, WitnessOverride, witness_of
from ecluse.office.desk.registry import Desk
from ecluse.office.desk.today import law
from ecluse.office.models import LogHead
from ecluse.office.people.doors import needs_person
from ecluse.office.registers import Order, Release
from ecluse.office.views.cells import Link, Tag
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import state_name
from ecluse.office.views.things import authority_of, desk_at, is_home, newest, records

BP = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One centre's log as its host's witness saw it last."""

    centre: Link
    host: str
    log: str
    size: int
    seen: int
    seen_at: datetime | None
    tag: Tag
    releases: int
    overrides: int

    @property
    def behind(self) -> int:
        """How many entries were written since?"""
        return self.size - self.seen


@never_cache
@require_safe
@needs_person
def witnesses_page(request: HttpRequest) -> HttpResponse:
    """How are the host states' witnesses? Home roles see all, a host state its own."""
    desk, lang = desk_at(request), language_of(request)
    if desk is None:
        raise Http404
    centres = _centres(desk)
    if not centres and not is_home(desk):
        raise Http404
    rows = _rows(desk, centres, lang)
    overrides, releases = sum(row.overrides for row in rows), sum(row.releases for row in rows)
    terms = witness_terms(law(), desk.on, "")
    limit, wait = min(row["override_share_bp"] for row in terms), max(row["wait_minutes"] for row in terms)
    share = -(-overrides * BP // releases) if releases else 0
    is_over = overrides > min(row["overrides_free"] for row in terms) and share > limit
    return page(request, "office/witnesses.html", {
        "rows": rows, "keys": _keys(centres, lang), "wait": wait,
        "limit": _percent(limit, lang), "share": _percent(share, lang),
        "figures": [
            (len(rows), "witnesses.figure.logs"), (sum(row.seen > 0 for row in rows), "witnesses.figure.seen"),
            (releases, "witnesses.figure.releases"), (overrides, "witnesses.figure.overrides"),
        ],
        "share_tag": Tag("witnesses.over", "danger", "×") if is_over else Tag("witnesses.within", "success", "✓"),
        "year": desk.on.year,
    })  # fmt: skip


def _centres(desk: Desk) -> list[Centre]:
    """Which centres abroad may this person read of?"""
    home = home_state(law(), desk.on)
    abroad = [kept.value for kept in records(Centre) if kept.value.host != home]
    own = [centre for centre in abroad if is_home(desk) or authority_of(centre.host) == desk.body]
    return sorted(own, key=lambda centre: (centre.host, centre.id))


def _rows(desk: Desk, centres: Sequence[Centre], lang: str) -> list[Row]:
    year = desk.on.year
    logs = {centre.id: f"{centre.id.replace(':', '-')}/{year}" for centre in centres}
    sizes = dict(LogHead.objects.filter(log__in=logs.values()).values_list("log", "size"))
    heads: dict[tuple[str, str], WitnessedHead] = {}
    for kept in records(WitnessedHead):
        head: WitnessedHead = kept.value
        slot = (head.host, head.log)
        if slot not in heads or head.size > heads[slot].size:
            heads[slot] = head
    centre_of = {id: order.centre for id, order in newest(records(Order)).items()}
    left = {kept.value.tranche: kept.value.order for kept in records(Release) if kept.value.on.year == year}
    releases = Counter(centre_of.get(order) for order in left.values())
    over = [k.value.tranche for k in records(WitnessOverride) if k.value.at.year == year]
    overrides = Counter(centre_of.get(tranche.rpartition("/")[0]) for tranche in over)
    waits = Counter(
        kept.value.log for kept in records(WitnessCall)
        if kept.value.tranche not in over and not _is_seen(heads.get((kept.value.host, kept.value.log)), kept.value)
    )  # fmt: skip
    return [
        _row(centre, logs[centre.id], sizes.get(logs[centre.id], 0), heads.get((centre.host, logs[centre.id])),
             waits[logs[centre.id]], (releases[centre.id], overrides[centre.id]), lang)
        for centre in centres
        if logs[centre.id] in sizes
    ]  # fmt: skip


def _is_seen(head: WitnessedHead | None, call: WitnessCall) -> bool:
    return head is not None and head.size > call.index


def _row(
    centre: Centre, log: str, size: int, head: WitnessedHead | None, waits: int, counts: tuple[int, int], lang: str
) -> Row:
    tag = Tag("witnesses.state.sees", "success", "✓")
    if waits:
        tag = Tag("witnesses.state.silent", "danger", "!")
    elif head is None:
        tag = Tag("witnesses.state.never", "neutral", "–")
    link = Link(centre.id, f"/places/{centre.id}/")
    seen, at = (head.size, head.at) if head else (0, None)
    return Row(link, state_name(centre.host, lang), log, size, seen, at, tag, *counts)


def _keys(centres: Sequence[Centre], lang: str) -> list[tuple[str, str, str]]:
    """By which keys do these hosts' witnesses sign? State, key id and the fingerprint that the host publishes too."""
    hosts = {witness_of(centre.host): centre.host for centre in centres}
    keys: list[Key] = [kept.value for kept in records(Key) if kept.value.owner in hosts]
    return [(state_name(hosts[key.owner], lang), key.id, fingerprint(key)) for key in sorted(keys, key=lambda k: k.id)]


def fingerprint(key: Key) -> str:
    """How is a key compared over the telephone? SHA-256 of its bytes, in groups of four."""
    told = hashlib.sha256(bytes.fromhex(key.public_hex)).hexdigest()
    return " ".join(told[start : start + 4] for start in range(0, len(told), 4))


def _percent(bp: int, lang: str) -> str:
    """How are hundredths of a percent written? Two digits behind the mark of the language."""
    return f"{bp // 100}{'.' if lang == 'en' else ','}{bp % 100:02d}"


PATHS = [path("witnesses/", witnesses_page, name="witnesses")]
