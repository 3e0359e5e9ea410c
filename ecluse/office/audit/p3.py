"""P3: was everyone who touches an order screened on the lists in force, and again at every change of a list?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ecluse.licence.terms import Licence
from ecluse.office.audit.p3_replay import screenings_replay
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally
from ecluse.office.models import Involvement, LiveParty
from ecluse.office.registers import Order, Release
from ecluse.order import Gate
from ecluse.parties.sweep import sweep_root
from ecluse.parties.terms import Clearance, ListVersion, MatchGrade, Ownership, Party, Screening, Sweep

CERTAIN = frozenset({MatchGrade.IDENTIFIER, MatchGrade.EXACT})


def everyone_is_screened(reading: Reading, tally: Tally) -> None:
    """Had every party and owner, as registered, a screening on every list in force when its order was heard?"""
    checked: set[tuple[str, date]] = set()

    def check(row: Filed) -> None:
        order: Order = row.value
        tally.count("orders")
        last = reading.last_hearing(f"{order.id}/0", Gate.PARTIES)
        day = last.on if last else order.filed_on
        is_held = last is None or last.value.finding is None
        for party in touching(reading, order, day):
            tally.count("parties_of_orders")
            if (party, day) in checked:
                continue
            fault = _screening_fault(reading, party, day)
            if fault:
                tally.broken_unless(is_held, fault, party, day, rests=[order.id, "lists", "sweeps"], order=order.id)
            else:
                checked.add((party, day))

    tally.each(reading.of(Order), check, lambda row: row.rid)


def touching(reading: Reading, order: Order, on: date | None) -> tuple[str, ...]:
    """Who touches this order on this day (ever, when none is given): everyone with a role, and whoever owns them?"""
    above = _ties(reading)
    memo: dict[tuple[str, date | None], tuple[str, ...]] = reading.kept("touching") or reading.keep("touching", {})
    if (order.id, on) not in memo:
        found = dict.fromkeys(party for _, party in order.roles())
        waiting = list(found)
        while waiting:
            ties = above.get(waiting.pop(), ())
            owners = [t.owner for t in ties if on is None or (t.since <= on and (t.until is None or on <= t.until))]
            waiting += [owner for owner in owners if owner not in found]
            found |= dict.fromkeys(owners)
        memo[order.id, on] = tuple(found)
    return memo[order.id, on]


def _ties(reading: Reading) -> dict[str, list[Ownership]]:
    found: dict[str, list[Ownership]] | None = reading.kept("ties")
    if found is None:
        ties: dict[str, list[Ownership]] = defaultdict(list)
        for row in reading.of(Ownership):
            ties[row.value.owned].append(row.value)
        found = reading.keep("ties", ties)
    return found


def _screening_fault(reading: Reading, party: str, on: date) -> str:
    registered = [row for row in reading.about(party, Party) if row.on <= on]
    if not registered:
        return "party_unregistered"
    screenings = [row.value for row in reading.about(party, Screening) if row.on <= on]
    own = [screening for screening in screenings if screening.party_digest == registered[-1].digest]
    if not own:
        return "party_unscreened"
    return "" if set(lists_on(reading, on)) <= set(own[-1].list_versions) else "screening_out_of_date"


def lists_on(reading: Reading, on: date) -> tuple[str, ...]:
    """Which list versions were in force on this day: the newest of each publisher and title that had come in?"""
    memo = reading.kept("lists_on") or reading.keep("lists_on", {})
    if on not in memo:
        newest: dict[tuple[str, str], ListVersion] = {}
        for row in reading.about("lists", ListVersion):
            version: ListVersion = row.value
            slot = (version.publisher, version.title)
            is_newer = slot not in newest or newest[slot].in_force_from < version.in_force_from
            if max(version.in_force_from, row.on) <= on and is_newer:
                newest[slot] = version
        memo[on] = tuple(newest[slot].id for slot in sorted(newest))
    found: tuple[str, ...] = memo[on]
    return found


def sweeps_are_whole(reading: Reading, tally: Tally) -> None:
    """Does every sweep's count, number of hits and root come out of its own screenings, and did it leave nobody out?"""
    by_place: dict[str, list[Screening]] = defaultdict(list)
    for row in reading.of(Screening):
        by_place[row.value.id.split("/", 1)[0]].append(row.value)
    filed = [row.value for row in reading.of(Order)]

    def check(row: Filed) -> None:
        sweep: Sweep = row.value
        tally.count("sweeps")
        screenings = by_place.get(sweep.id, [])
        tally.count("screenings", len(screenings))
        rests = ["sweeps", "lists"]
        digests = [screening.party_digest for screening in screenings]
        found = (len(set(digests)), sum(bool(s.hits) for s in screenings), sweep_root(digests))
        if (sweep.parties, sweep.hits, sweep.root) != found:
            tally.broken(
                "sweep_differs", sweep.id, row.on, rests=rests, parties=sweep.parties, parties_found=found[0],
                hits=sweep.hits, hits_found=found[1],
            )  # fmt: skip
        if set(sweep.list_versions) != set(lists_on(reading, row.on)):
            tally.broken("sweep_on_other_lists", sweep.id, row.on, rests=rests)
        live = [order for order in filed if order.filed_on <= sweep.on]
        wanted = {party for order in live for party in touching(reading, order, sweep.on)}
        left_out = sorted(wanted - {screening.party for screening in screenings})
        if left_out:
            tally.broken("sweep_left_out", left_out[0], row.on, rests=rests, sweep=sweep.id, parties=len(left_out))

    tally.each(reading.of(Sweep), check, lambda row: row.rid)
    swept = [(row.value, row.on) for row in reading.of(Sweep)]
    for row in reading.of(ListVersion):
        tally.count("list_versions")
        since = max(row.on, row.value.in_force_from)
        if not any(row.value.id in sweep.list_versions and on == since for sweep, on in swept):
            tally.broken("list_without_sweep", row.value.id, since, rests=["sweeps", "lists"])


def hits_were_reheard(reading: Reading, tally: Tally) -> None:
    """After a certain hit on whoever touches an order, did nothing leave before the order was reheard?"""
    hits = _certain_hits(reading)
    orders = reading.orders()

    def check(row: Filed) -> None:
        order = orders[row.value.order].value
        tranche: str = row.value.tranche
        names = dict.fromkeys((tranche, f"{order.id}/0"))
        heard = [h for name in names for h in reading.hearings(name, Gate.PARTIES) if h.on <= row.on]
        for party in touching(reading, order, row.on) if hits else ():
            for hit, entry in hits.get(party, ()):
                hit_on = hit.on
                if _came_later(hit, row) or _is_cleared(reading, party, entry, row.on):
                    continue
                tally.count("hits_followed")
                after = [h for h in heard if h.on >= hit_on]
                rests = [order.id, party, "sweeps"]
                if not after:
                    tally.broken("hit_not_reheard", tranche, row.on, rests=rests, party=party, entry=entry)
                elif max(after, key=lambda h: h.on).value.finding is None:
                    tally.broken("left_despite_hit", tranche, row.on, rests=rests, party=party, entry=entry)

    moves = [*reading.of(Licence), *(row for row in reading.of(Release) if row.subject == row.value.tranche)]
    tally.each(moves, check, lambda row: row.rid)


def _certain_hits(reading: Reading) -> dict[str, list[tuple[Filed, str]]]:
    """Since which screening does whom which entry name for certain?"""
    found: dict[str, dict[str, Filed]] = defaultdict(dict)
    for row in reading.of(Screening):
        for hit in row.value.hits:
            if hit.grade in CERTAIN:
                first = found[row.value.party].setdefault(hit.entry, row)
                if _came_later(first, row):
                    found[row.value.party][hit.entry] = row
    return {party: [(row, entry) for entry, row in sorted(entries.items())] for party, entries in found.items()}


def _came_later(row: Filed, other: Filed) -> bool:
    """Was this filed after the other: on a later day, or on the same one further on in the same log?"""
    return row.on > other.on or (row.on == other.on and row.log == other.log and row.index > other.index)


def _is_cleared(reading: Reading, party: str, entry: str, on: date) -> bool:
    clearances = (row.value for row in reading.about(party, Clearance) if row.on <= on)
    return any(clearance.entry == entry and clearance.officer for clearance in clearances)


def clearances_are_by_officers(reading: Reading, tally: Tally) -> None:
    """Was every hit cleared by a named officer in office, with a reason?"""
    from ecluse.office.audit.p4 import officer_on

    for row in reading.of(Clearance):
        tally.count("clearances")
        clearance: Clearance = row.value
        officer = officer_on(reading, clearance.officer, row.on)
        if officer is None or officer.authority != clearance.authority or not clearance.reason:
            tally.broken("clearance_by_nobody", row.rid, row.on, rests=[row.subject], officer=clearance.officer)


def caches_are_rebuilt(reading: Reading, tally: Tally) -> None:
    """Do the stored lists of live parties and of who touches which order say what the registers say?"""
    newest = {row.value.id: row.digest for row in reading.of(Party)}
    for party, digest in LiveParty.objects.order_by("party").values_list("party", "digest"):
        tally.count("live_parties")
        if newest.pop(party, None) != digest:
            tally.broken("live_party_differs", party, None, rests=[party])
    for party in sorted(newest):
        if not reading.is_demonstration():
            break
        tally.broken("live_party_differs", party, None, rests=[party])
    stored = set()
    for id, party, order in Involvement.objects.values_list("id", "party", "order"):
        stored.add((party, order))
        if id != f"{party}|{order}":
            tally.broken("involvement_differs", party, None, rests=[order], order=order)
    wanted = {(party, row.value.id) for row in reading.of(Order) for party in touching(reading, row.value, None)}
    tally.count("involvements", len(wanted))
    for party, order in sorted(stored ^ wanted):
        tally.broken("involvement_differs", party, None, rests=[order], order=order)


def lists_are_in_force(reading: Reading, tally: Tally) -> None:
    """Is at least one list in force? Screened on no list is not screened."""
    if reading.of(Order) and not lists_on(reading, reading.today()):
        tally.broken("no_list_in_force", "lists", reading.today(), rests=["lists"])


CHECKS = (
    everyone_is_screened,
    sweeps_are_whole,
    screenings_replay,
    hits_were_reheard,
    clearances_are_by_officers,
    caches_are_rebuilt,
    lists_are_in_force,
)


def not_checked(reading: Reading, tally: Tally) -> None:
    """Nothing waits but what the replay of screenings names."""
