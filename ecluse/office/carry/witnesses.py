"""What do the simulated host states' witnesses do? They see each release on record; now and then one is silent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ecluse.base.proof import Levels
from ecluse.custody.log.note_keys import cosign
from ecluse.custody.witnessed import WitnessOverride, witness_of
from ecluse.office.actions import witness as act
from ecluse.office.carry.clock import at_noon
from ecluse.office.facts.departure import witnessing_host
from ecluse.office.registers import Order

if TYPE_CHECKING:
    from ecluse.office.carry.stage import Stage

# Of 256 releases so many find their host's witness silent.
SILENT_OF_256 = 6
ASKED_AT_HOUR, WAITED = 8, timedelta(minutes=25)


def see_release(stage: Stage, order: Order, tranche: str, on: date) -> None:
    """The host's witness sees the head that holds the release; if it stays silent, two officers let the goods leave."""
    host = witnessing_host(stage.session, order.id, on)
    if host is None:
        return
    log = stage.log_of(order)
    if stage.session.source.salt(tranche, "silent-witness")[0] < SILENT_OF_256 and _override(stage, order, tranche, on):
        return
    name = f"{log}/{on.year}"
    tree = stage.trees[name] = act.tree_of(stage.session, name, stage.trees.get(name, Levels()))
    note = act.head_to_witness(stage.session, name, tree)
    private = stage.session.source.private_key(witness_of(host))
    text = note.partition("\n\n")[0] + "\n"
    line = cosign(text, witness_of(host).replace(":", "/"), private, int(at_noon(on, ASKED_AT_HOUR).timestamp()))
    act.witness_head(stage.session, host, name, note + line, on, actor=f"authority:{host.lower()}", tree=tree)


def _override(stage: Stage, order: Order, tranche: str, on: date) -> bool:
    """Two officers of two authorities; False where the world has no such two on this day."""
    author = stage.officer("authority:ssecu", "author", on, order)
    second = stage.officer("authority:mod", "countersigner", on, order)
    if author is None or second is None:
        return False
    at, log = at_noon(on, ASKED_AT_HOUR), stage.log_of(order)
    call = act.call_witness(stage.session, order.id, tranche, at, log=log, actor=author)
    override = WitnessOverride(
        f"witness-override:{tranche}", call.host, tranche, call.id, author, stage.authority_of(author), second,
        stage.authority_of(second), "the host's witness did not answer", at + WAITED,
    )  # fmt: skip
    signatures = [stage.sign(officer, override, on) for officer in (author, second)]
    stays = act.override_witness(stage.session, order.id, override, signatures, on, log=log, actor=second)
    return stays is None
