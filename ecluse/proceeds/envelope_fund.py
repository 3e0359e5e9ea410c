"""Which statements show, without an amount, that the fund set aside and spent no more than it was paid?

Drafts over committed figures (`base.draft`): of a tranche what is set aside, of an allocation what is drawn on it, of a
purchase where its money comes from, of the fund each month's end, and of each currency the totals that are public.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ecluse.base.draft import Draft, Ref, Values, ref
from ecluse.base.figure_line import Line
from ecluse.base.statement import InRange, Sum
from ecluse.proceeds.envelope import Paid
from ecluse.proceeds.envelope_claims import AMOUNT_BITS, Claims, Term, down, split, worth

FUND_BITS = 48
# Looks up any committed figure by its reference, for whoever knows it.
Known = Callable[[Ref], int]


def tranche_name(tranche: str) -> str:
    """What is the draft called that shows what of this tranche's contribution is set aside?"""
    return f"allocations of {tranche}"


def tranche_draft(
    tranche: str, contributions: Sequence[Paid], allocations: Sequence[Paid], *, may_be_beyond: bool
) -> Draft:
    """What shows that paid = allocated + idle - beyond, one of the last two nothing?

    Where the sum of what is beyond is published for the currency, `totals_draft` holds it to that; everywhere else
    nothing may be beyond. Amounts in other currencies count exactly, and the difference is rounded down. That
    contributions are amounts is shown by `title_draft`, that allocations are by `allocation_draft`.
    """
    found, share = Claims(), dict[str, Fraction]()
    for kind, sign, payments in (("contribution", 1, contributions), ("allocation", -1, allocations)):
        for at, paid in enumerate(payments, 1):
            share[found.take(f"{kind} {at}", ref(paid.line, "money"))] = sign * paid.worth
    found.make(lambda values: split(down(worth(values, share)), "idle", "beyond"), "idle", "beyond")
    found.rounded_down((("idle", 1), ("beyond", -1)), share)
    found.apart("idle", "beyond")
    if not may_be_beyond:
        found.equal(("beyond", 1))
    return found.draft(tranche_name(tranche), allocations[-1].line)


def allocation_draft(allocation: Line, purchases: Sequence[Line], draws: Callable[[Known], Mapping[Ref, int]]) -> Draft:
    """What shows that purchases draw no more on an allocation than it holds? A new figure for each that cites it.

    `draws` computes what each purchase draws on each allocation, by the places of both.
    """
    names = {f"drawn by {purchase}": str(purchase) for purchase in purchases}
    found = Claims()
    found.take("money", ref(allocation, "money"))
    for name in names:
        found.amount(name)
    left: tuple[Term, ...] = (("money", 1), *((name, -1) for name in names))
    found.in_range.append(InRange(Sum(left), AMOUNT_BITS))
    here = str(allocation)

    def solve(values: Values, known: Known) -> Values:
        drawn = draws(known)
        return {name: drawn[here, place] for name, place in names.items()}

    return Draft(
        allocation_name(allocation), allocation.log, allocation.index, tuple(found.given), tuple(names),
        in_range=tuple(found.in_range), solve=solve,
    )  # fmt: skip


def allocation_name(allocation: Line) -> str:
    """What is the draft called that shows what is drawn on this allocation?"""
    return f"allocation {allocation.scope['allocation']}"


def draw_ref(allocation: Line, purchase: Line) -> Ref:
    """Under which reference stands what this purchase draws on this allocation?"""
    return allocation_name(allocation), f"drawn by {purchase}"


def purchase_draft(purchase: Line, allocations: Sequence[Line]) -> Draft:
    """What shows that a purchase costs what it drew on the allocations that it cites, and nothing more?"""
    found = Claims()
    terms: tuple[Term, ...] = ((found.take("money", ref(purchase, "money")), 1),)
    if allocations:
        drawn = found.take("drawn", *(draw_ref(allocation, purchase) for allocation in allocations))
        terms = (*terms, (drawn, -1))
    found.equal(*terms)
    return found.draft(f"purchase {purchase}", purchase)


def greedy(pairs: Sequence[tuple[Line, Sequence[Line]]]) -> Callable[[Known], Mapping[Ref, int]]:
    """What does each purchase draw on each allocation that it cites? In the order of the log, and of the citation.

    As `reckoning.draw_down`, of amounts in one currency; a purchase that lacks something draws what there is, and its
    sum is then not shown. Computed once, when it is first asked.
    """
    found: dict[Ref, int] = {}

    def draws(known: Known) -> Mapping[Ref, int]:
        if not found:
            left: dict[str, int] = {}
            for purchase, cited in pairs:
                wanted = known(ref(purchase, "money"))
                for allocation in cited:
                    place = str(allocation)
                    had = left.setdefault(place, known(ref(allocation, "money")))
                    found[place, str(purchase)] = drawn = min(had, wanted)
                    left[place], wanted = had - drawn, wanted - drawn
        return found

    return draws


# ------------------------------------------------------------------ the fund as a whole


def month_draft(
    currency: str, month: str, last: Line, paid: Sequence[Line], allocated: Sequence[Line], spent: Sequence[Line]
) -> Draft:
    """What shows that by a month's end no more was set aside than was paid, and no more spent than was set aside?"""
    found = Claims()
    sums = {"paid": paid, "allocated": allocated, "spent": spent}
    names = [found.take(name, *(ref(line, "money") for line in lines)) for name, lines in sums.items() if lines]
    for more, less in (("paid", "allocated"), ("allocated", "spent")):
        if less in names:
            terms = tuple((name, sign) for name, sign in ((more, 1), (less, -1)) if name in names)
            found.in_range.append(InRange(Sum(terms), FUND_BITS))
    return found.draft(f"fund {currency} at the end of {month}", last)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed of titles whose term has certainly ended by the day of publication, and of those where it may have.

    When a price came in full began the term, and whether it did is secret; so what is overdue lies between the two.
    """

    certainly: tuple[Ref, ...]
    possibly: tuple[Ref, ...]


def totals_draft(
    currency: str,
    sums: Mapping[str, Sequence[Ref]],
    invoiced: Sequence[Ref],
    owed: Owed | None,
    totals: Mapping[str, int],
    last: Line,
) -> Draft:
    """What shows that the published totals of a currency are the sums of what was committed?

    What is invoiced is at most the published total: that counts receivables which an office began with too. Raises
    ValueError when a total is published of which nothing is committed, or that no sum of commitments is shown to be.
    """
    if not all(0 <= total < 2**FUND_BITS for total in totals.values()):
        raise ValueError(f"a total has {FUND_BITS} bits and no sign")
    found = Claims()
    for name, refs in sums.items():
        if refs:
            found.equal_to(found.take(name, *refs), totals[name])
        elif totals[name]:
            raise ValueError(f"nothing is committed that makes up the total {name}")
    if invoiced:
        found.take("invoiced", *invoiced)
        found.in_range.append(InRange(Sum((("invoiced", -1),), -totals["invoiced"]), FUND_BITS))
    if owed is None:
        return found.draft(f"totals {currency}", last)
    if owed.certainly:
        found.take("owed certainly late", *owed.certainly)
        found.in_range.append(InRange(Sum((("owed certainly late", -1),), -totals["overdue"]), FUND_BITS))
    if owed.possibly:
        found.take("owed possibly late", *owed.possibly)
        found.in_range.append(InRange(Sum((("owed possibly late", 1),), totals["overdue"]), FUND_BITS))
    elif totals["overdue"]:
        raise ValueError("no term can have ended, and something is published as overdue")
    return found.draft(f"totals {currency}", last)
