"""P5: does every centre and line live in order, each step recorded by the state whose it is to record?"""

from __future__ import annotations

from collections import defaultdict

from ecluse.custody.life import out_of_turn
from ecluse.custody.terms import Centre, LifeEvent, Line
from ecluse.office.audit.reading import Filed, Reading
from ecluse.office.audit.report import Tally


def lives_go_in_turn(reading: Reading, tally: Tally) -> None:
    """Did each step follow the one before, and did who suspended a place, and nobody else, let it go on?"""
    lived: dict[str, list[Filed]] = defaultdict(list)
    for row in reading.of(LifeEvent):
        lived[row.value.subject].append(row)

    def check(item: tuple[str, list[Filed]]) -> None:
        subject, rows = item
        place = reading.newest(subject, Centre) or reading.newest(subject, Line)
        if place is None:
            tally.broken("life_of_nothing", subject, rows[0].on, rests=[subject])
            return
        tally.count("life_steps", len(rows))
        wrong = {step.id for step in out_of_turn(subject, place.host, [row.value for row in rows])}
        for row in rows:
            if row.value.id in wrong:
                step = {"step": row.value.id, "owner": row.value.owner}
                tally.broken("life_out_of_turn", subject, row.on, rests=[subject], **step)

    tally.each(sorted(lived.items()), check, lambda item: item[0])
