"""What is answered to a trace request, as one package: birth, licence, custody, log proofs, and no more than is due?

How much is told hangs on who asks: the home service all, a state that has a part in the order its parties' names and
handovers, every other state days, states and digests. What is left out is named with its reason.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ecluse.base.canon import canonical, digest
from ecluse.base.proof import Levels, leaf_hash
from ecluse.base.words import LANGUAGES, say
from ecluse.custody.log.proof_file import LogProof
from ecluse.custody.tracing.terms import TraceCandidates, TraceConfirmation, TraceRequest
from ecluse.licence.terms import Licence
from ecluse.office.actions.cases import HOME_SERVICE, bodies_of, state_of
from ecluse.office.models import Checkpoint, LogEntry, Record, SignatureRow
from ecluse.office.registers import Order
from ecluse.office.session import Session
from ecluse.office.trace.unit import trace_unit

VERSION = "trace_package/1"
HOME, PART, OTHER = "home", "part", "other"
ROWS_AT_ONCE = 2_000
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
MOVES = frozenset({"handed_over", "refused"})


@dataclass(slots=True)
class Package:
    """An answer put together: its form, what it tells and what it withholds and why."""

    form: dict[str, Any]
    told: list[str] = field(default_factory=list)
    withheld: dict[str, str] = field(default_factory=dict)

    def tell(self, part: str, value: Any) -> None:
        """Put this part in."""
        self.form[part] = value
        self.told.append(part)

    def content(self) -> bytes:
        """Which bytes are sent and sealed by their digest?"""
        named = [{"what": part, "why": why} for part, why in sorted(self.withheld.items())]
        return canonical(_present({**self.form, "withheld": named}))


def package_of(session: Session, request: TraceRequest, at: datetime) -> Package:
    """Which package answers this request as it stands? Unknown when nobody confirmed a number."""
    confirmed = session.newest(request.id, TraceConfirmation)
    searched = session.newest(request.id, TraceCandidates)
    found = Package({"v": VERSION, "at": at.isoformat(), "outcome": "traced" if confirmed else "unknown"})
    found.tell("request", {
        "id": request.id, "reference": request.reference, "requester": request.requester,
        "serial_read": request.serial_read, "digest": session.digest_of(request.id, request.id),
    })  # fmt: skip
    if confirmed is None:
        found.tell("searched", {"reading": searched.reading if searched else "", "candidates": len(searched.ranked)
                                if searched else 0})  # fmt: skip
        found.withheld["candidates"] = "not_confirmed"
        return found
    _tell_unit(session, request, confirmed, found)
    return found


def _tell_unit(session: Session, request: TraceRequest, confirmed: TraceConfirmation, found: Package) -> None:
    life = trace_unit(confirmed.serial)
    tranche = str((life.get("last") or {}).get("tranche") or "")
    order = session.newest(tranche.rpartition("/")[0], Order) if tranche else None
    level = level_of(session, request.requester, order)
    found.form["level"] = level
    by_whom = {"officer": confirmed.officer, "reason": confirmed.reason} if level == HOME else {}
    said = {"serial": confirmed.serial, "score": confirmed.score, "at": confirmed.at.isoformat()}
    found.tell("confirmation", {**said, **by_whom})
    if level != HOME:
        found.withheld["officer"] = "internal"
    if not life["known"]:  # taken over with an opening balance: stated, and proven by nobody
        found.tell("opening", {"as_of": life["opening"]["as_of"], "grade": life["opening"]["grade"]})
        found.withheld["chain"] = "opening_balance"
        return
    events = life["events"]
    if order is None and level != HOME:  # not sold: where the home army keeps it is told to nobody abroad
        found.tell("unit", _unit(life, level))
        found.withheld["last"] = "not_exported"
        events = [event for event in events if event["kind"] in ("committed", "marked")]
    else:
        found.tell("unit", _unit(life, level))
        _tell_licence(session, tranche, order, found)
        found.tell("last", _last(life, level))
        found.tell("handovers", _handovers(events, level))
    if level == OTHER:
        found.withheld |= {"names": "not_a_party", "records": "not_a_party"}
    _tell_proofs(events, found)


def level_of(session: Session, requester: str, order: Order | None) -> str:
    """How much may this body be told? All at home; a state with a part in the order more than every other."""
    home = state_of(session, HOME_SERVICE)
    if home and state_of(session, requester) == home:
        return HOME
    return PART if order is not None and requester in bodies_of(session, order) else OTHER


def _unit(life: dict[str, Any], level: str) -> dict[str, Any]:
    born = life["born"] or {}
    told = {
        "serial": life["serial"],
        "marked_on": born.get("on"),
        "fate": born.get("fate"),
        "made_in": born.get("place"),
    }
    return told if level == OTHER else {**told, "model": life["model"], "maker": _name(life, born.get("maker", ""))}


def _tell_licence(session: Session, tranche: str, order: Order | None, found: Package) -> None:
    licences = session.of(order.id, Licence) if order else []
    own = [one for one in licences if one.tranche == tranche] or licences
    if not own:
        found.withheld["licence"] = "none_on_record"
        return
    licence = own[-1]
    found.tell("licence", {
        "number": licence.number, "issued_on": licence.issued_on.isoformat(), "destination": licence.destination,
        "valid_until": licence.valid_until.isoformat(), "digest": session.digest_of(order.id, licence.id),
    } if order else {})  # fmt: skip


def _last(life: dict[str, Any], level: str) -> dict[str, Any]:
    last = life["last"]
    told = {"state": last["state"], "place": last["place"], "since": last["since"], "authority": last["authority"]}
    return told if level == OTHER else {**told, "custodian": _name(life, last["custodian"])}


def _handovers(events: Iterable[dict[str, Any]], level: str) -> list[dict[str, Any]]:
    """Which handovers were there, each with the digests of its record and of both signatures?"""
    moves = [event for event in events if event["kind"] in MOVES]
    rows = {row.rid: row.digest for row in Record.objects.filter(rid__in=[move["manifest"] for move in moves])}
    signed: dict[str, list[dict[str, str]]] = {}
    for row in SignatureRow.objects.filter(digest__in=rows.values()).order_by("key"):
        named = {"on": row.on.isoformat(), "sha256": digest(bytes.fromhex(row.value_hex))}
        signed.setdefault(row.digest, []).append(named if level == OTHER else {**named, "key": row.key})
    return [
        {
            "on": move["on"], "kind": move["kind"], "step": move["step"], "place": move["place"],
            "authority": move["authority"], "record": rows.get(move["manifest"]),
            "signatures": signed.get(rows.get(move["manifest"], ""), []),
            **({} if level == OTHER else {"from": move["from"], "to": move["to"], "manifest": move["manifest"]}),
        }
        for move in moves
    ]  # fmt: skip


def _tell_proofs(events: Iterable[dict[str, Any]], found: Package) -> None:
    """What shows without a network that each entry stands in its log? Where its head is signed."""
    signed: dict[str, tuple[Levels, str]] = {}
    proofs = []
    for log, index in sorted({(event["log"], event["index"]) for event in events}):
        if log not in signed:
            signed[log] = _signed_tree(log)
        tree, note = signed[log]
        if index >= tree.size:
            found.withheld[f"proof {log} {index}"] = "head_not_signed"
            continue
        entry = bytes(LogEntry.objects.get(log=log, index=index).body).decode()
        proof = LogProof(index, tuple(tree.inclusion_proof(index)), note)
        proofs.append({"log": log, "index": index, "entry": entry, "proof": str(proof)})
    found.tell("proofs", proofs)


def _signed_tree(log: str) -> tuple[Levels, str]:
    """Which tree has this log's newest signed head, hashed anew, and how is the head signed? An empty one without."""
    head = Checkpoint.objects.filter(log=log).order_by("size", "on").values_list("size", "note").last()
    size, note = head or (0, "")
    bodies = LogEntry.objects.filter(log=log, index__lt=size).order_by("index").values_list("body", flat=True)
    return Levels(leaf_hash(bytes(body)) for body in bodies.iterator(chunk_size=ROWS_AT_ONCE)), note


def _name(life: dict[str, Any], body: str) -> str:
    name = life["names"].get(body, body)
    return str(name["en"] if isinstance(name, dict) else name)


def _present(value: Any) -> Any:
    """The same without what is absent: a sealed form holds no nulls."""
    if isinstance(value, dict):
        return {name: _present(one) for name, one in value.items() if one is not None}
    return [_present(one) for one in value] if isinstance(value, list | tuple) else value


def archive(content: bytes, form: dict[str, Any]) -> bytes:
    """Which ZIP holds this package? The package as sealed, each proof as a file of its own, and how to check them."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, body: bytes) -> None:
            packed.writestr(zipfile.ZipInfo(name, ZIP_DAY), body)

        put("package.json", content)
        for one in form.get("proofs", []):
            name = f"proofs/{one['log'].replace('/', '-')}-{one['index']:08d}"
            put(f"{name}.entry.json", one["entry"].encode())
            put(f"{name}.tlog-proof", one["proof"].encode())
        for lang in LANGUAGES:
            put(f"README.{lang}.txt", read_me(form, digest(content), lang).encode())
    return kept.getvalue()


def read_me(form: dict[str, Any], named: str, lang: str) -> str:
    """What does the reader of this package need to know, in this language?"""
    lines = [say("tracing.package.title", lang, request=form["request"]["id"]), say("tracing.package.digest", lang,
             digest=named), say("tracing.package.proofs", lang), ""]  # fmt: skip
    if form["withheld"]:
        lines.append(say("tracing.package.withheld", lang))
        lines += [f"- {one['what']}: {say('tracing.why.' + one['why'], lang)}" for one in form["withheld"]]
    return "\n".join(lines) + "\n"
