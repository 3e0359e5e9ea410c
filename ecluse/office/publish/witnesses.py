"""How often did goods leave a centre abroad unseen by its host's witness? A count, of how many, and the law's limit."""

from __future__ import annotations

from typing import Any

from ecluse.custody.measures import home_state, witness_terms
from ecluse.custody.terms import Centre, Manifest, Step
from ecluse.custody.witnessed import WitnessOverride
from ecluse.edge.law import newest_law
from ecluse.office.publish.reading import Reading
from ecluse.office.registers import Order


def overrides(reading: Reading) -> dict[str, Any]:
    """Which figures of overrides are public? Of the newest record's year, as the limit is a year's."""
    law, day = newest_law(), reading.as_of
    home, terms = home_state(law, day), witness_terms(law, day, "")
    abroad = {centre.id for centre in reading.values(Centre) if centre.host != home}
    by_centre = {order.id for order in reading.values(Order) if order.centre in abroad}
    left = [
        made for made in reading.values(Manifest)
        if made.step is Step.RELEASE and made.tranche.rpartition("/")[0] in by_centre and made.sent_at.year == day.year
    ]  # fmt: skip
    return {
        "count": sum(made.at.year == day.year for made in reading.values(WitnessOverride)),
        "of_entries": sum(reading.sizes.values()),
        "of_releases": len(left),
        "free": min(row["overrides_free"] for row in terms),
        "limit_bp": min(row["override_share_bp"] for row in terms),
    }
