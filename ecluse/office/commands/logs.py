"""What do `ecluse log write`, `recover` and `cosign --db` do? The office's logs, compared before any signature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecluse.base.errors import BadInputError, EvidenceError
from ecluse.base.note import Checkpoint as Head
from ecluse.base.note import parse_checkpoint, split_note
from ecluse.base.proof import Levels
from ecluse.base.words import say as word
from ecluse.base.words import say_count
from ecluse.custody.log.note_keys import opened
from ecluse.custody.log.policy import Policy
from ecluse.edge.commands import out
from ecluse.edge.language import person_language
from ecluse.office.commands.year import open_office, say

YES, NO = 0, 1


def write(folder: str, db: str, policy: str, sign: bool, as_json: bool) -> int:
    """Which logs stand in the folder now, up to which size? 1 when one may not grow, and then nothing is signed.

    Every log is hashed anew from its rows and compared with what is published and what each witness saw last; damaged
    tiles are made again.
    """
    open_office(db)
    from ecluse.edge.log.commands import policy_of

    lang, rules = person_language(), policy_of(policy) if policy else None
    rows, trees = _compared(Path(folder), rules, lang)
    if all("reason" not in row for row in rows):
        if sign:
            _sign(lang)
        rows = [_grown(Path(folder), row, trees[row["log"]], lang) for row in rows]
    if as_json:
        out({"logs": rows})
    return NO if any("reason" in row for row in rows) else YES


def _compared(folder: Path, rules: Policy | None, lang: str) -> tuple[list[dict[str, Any]], dict[str, Levels]]:
    """Each log with the heads that others hold of it; who is ahead or differs stops this office."""
    from ecluse.edge.log.recover import others
    from ecluse.office.actions.recovery import is_behind, mark_behind
    from ecluse.office.publish.tiles import log_keys, log_names, tree_of

    rows, trees, stopped = [], {}, is_behind()
    for name in log_names():
        row: dict[str, Any] = {"log": name, "keys": [str(key) for key in log_keys(name)]}
        try:
            tree = trees[name] = tree_of(name)
            found = list(others(tree, _heads(folder, name, rules, row)))
            if found:
                told = [word("log.recover.ahead" if one.is_ahead else "log.recover.differs", lang, who=one.who,
                             size=one.size, own=tree.size, log=name) for one in found]  # fmt: skip
                mark_behind(f"{name}: {', '.join(one.who for one in found)}"[:200])
                raise EvidenceError("; ".join(told))
            if stopped:
                raise EvidenceError(word("log.recover.stopped", lang, who=stopped))
        except EvidenceError as error:
            row["reason"] = str(error)
            say(word("log.write.refused", lang, log=name, reason=str(error)))
        rows.append(row)
    return rows, trees


def _heads(folder: Path, name: str, rules: Policy | None, row: dict[str, Any]) -> Iterator[tuple[str, Head]]:
    """Which heads of this log do others hold: signed before, published, seen by a witness that answers?"""
    from ecluse.edge.log.folder import LogFolder
    from ecluse.edge.log.recover import PUBLISHED, seen_by_witnesses
    from ecluse.office.actions.checkpoint import origin_of
    from ecluse.office.publish.tiles import log_keys, signed_heads

    yield from signed_heads(name)
    note = LogFolder(folder / name).checkpoint()
    if note:  # a folder of another office's log stops nothing here: it is refused, and that is all
        yield PUBLISHED, parse_checkpoint(opened(note, log_keys(name)).text)
    for witness, head in seen_by_witnesses(rules, origin_of(name), log_keys(name)) if rules else ():
        row.setdefault("witnesses", {})[witness] = head.size if head else None
        if head is not None:
            yield witness, head


def _sign(lang: str) -> None:
    """Sign the heads of the logs that grew, by the key that this office holds."""
    from ecluse.office.actions.checkpoint import sign_heads
    from ecluse.office.desk.today import open_session, today

    signed = sign_heads(open_session(), today())
    say(say_count("log.recover.signed", len(signed), lang))


def _grown(folder: Path, row: dict[str, Any], tree: Levels, lang: str) -> dict[str, Any]:
    """Write one log up to its newest signed head, torn files made whole first."""
    from ecluse.edge.log.recover import Mender
    from ecluse.office.publish.tiles import entries_of, newest_checkpoint

    name, (size, note) = row["log"], newest_checkpoint(row["log"])
    if not note:
        return row
    try:
        log = Mender(folder / name)
        mended = log.mend(tree, entries_of(name))
        if mended:
            row["mended"] = mended
            say(say_count("log.recover.mended", len(mended), lang, log=name))
        log.grow(tree, size, entries_of(name))
        log.publish(note)
        say(say_count("log.write.written", size, lang, log=name))
        return {**row, "size": size}
    except EvidenceError as error:
        say(word("log.write.refused", lang, log=name, reason=str(error)))
        return {**row, "reason": str(error)}


def recover(source: str, db: str, as_json: bool) -> int:
    """Which entries did a mirror give back to an office on an older copy? 1 when one log could not be filled."""
    open_office(db)
    from ecluse.edge.log.recover import refill_from
    from ecluse.office.actions.checkpoint import origin_of
    from ecluse.office.actions.recovery import mark_whole, records_missing, refill
    from ecluse.office.desk.today import today
    from ecluse.office.publish.tiles import log_keys, log_names, tree_of

    lang, rows = person_language(), []
    for name in log_names(_folders(source)):
        row: dict[str, Any] = {"log": name}
        try:
            tree = tree_of(name)
            row["old"] = tree.size
            found = refill_from(_reader(source, name), origin_of(name), log_keys(name), tree)
            row["new"] = refill(name, found, today()) if found.entries else tree.size
            row["records_missing"] = records_missing(name, row["old"])
            say(word("log.recover.filled", lang, log=name, old=row["old"], new=row["new"]))
            if row["records_missing"]:
                say(say_count("log.recover.records", row["records_missing"], lang, log=name))
        except EvidenceError as error:
            row["reason"] = str(error)
            say(word("log.recover.refused", lang, log=name, reason=str(error)))
        except OSError as error:
            expected, remedy = word("log.expected.source", lang), word("log.remedy.source", lang)
            raise BadInputError.one(f"{source}/{name}", expected, str(error), remedy) from None
        rows.append(row)
    is_whole = all("reason" not in row for row in rows)
    if is_whole:
        mark_whole(source[:200])
    if as_json:
        out({"logs": rows, "whole": is_whole})
    return YES if is_whole else NO


def _reader(source: str, name: str) -> Any:
    from ecluse.edge.log.folder import LogFolder
    from ecluse.edge.log.reader import LogSite

    return LogSite(f"{source.rstrip('/')}/{name}") if "://" in source else LogFolder(Path(source) / name)


def _folders(source: str) -> list[str]:
    """Which logs lie in a mirror's folder? At an address only those known here are asked for."""
    from ecluse.edge.log.reader import CHECKPOINT

    root = Path(source)
    return [] if "://" in source else sorted(p.parent.relative_to(root).as_posix() for p in root.rglob(CHECKPOINT))


def cosign(folder: str, policy: str, db: str, as_json: bool) -> int:
    """Which witnesses signed each newest head, and which hosts' heads are on record in the office now?"""
    from ecluse.edge.log.commands import cosign as ask

    open_office(db)
    done = ask(folder, policy, as_json)
    for log in _folders(folder):
        _bring_in(Path(folder) / log)
    return done


def _bring_in(folder: Path) -> None:
    """Put on record what the host state of this centre's log saw, where its witness's line stands under the head."""
    from ecluse.custody.terms import Centre
    from ecluse.edge.log.folder import LogFolder
    from ecluse.office.actions.checkpoint import origin_of
    from ecluse.office.actions.witness import witness_head
    from ecluse.office.desk.refs import on_file
    from ecluse.office.desk.today import open_session, today

    lang, note = person_language(), LogFolder(folder).checkpoint()
    head = parse_checkpoint(split_note(note)[0])
    log = head.origin.removeprefix(origin_of(""))
    centre = next((c for c in on_file(Centre) if c.id.replace(":", "-") == log.rpartition("/")[0]), None)
    if centre is None:
        return
    try:
        witness_head(open_session(), centre.host, log, note, today())
        say(word("log.recover.brought", lang, log=log, host=centre.host, size=head.size))
    except EvidenceError as error:
        say(word("log.recover.not_brought", lang, log=log, host=centre.host, reason=str(error)))
