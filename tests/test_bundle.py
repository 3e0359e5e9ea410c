"""Does a proof bundle say yes only where everything holds, by a policy that the checker brought?"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import bundle_matrix as matrix
import pytest

from ecluse.base.canon import canonical, parse
from ecluse.base.errors import EvidenceError
from ecluse.custody.log.bundle import BUNDLE_BYTES_LIMIT, ENTRY, LIMITS, MANIFEST, make, pack, read_bundle
from ecluse.custody.log.bundle_judge import Answer, judge_bundle
from ecluse.custody.log.policy import Policy, read_policy
from ecluse.custody.log.proof_file import LogProof, read_log_proof

MATRIX = matrix.rows()


def test_every_case_of_the_matrix_gets_its_answer() -> None:
    wrong = [case.name for case in MATRIX if not matrix.fits(case, matrix.answered(case.content, case.policy))]
    assert wrong == []


def test_the_matrix_is_large_and_has_each_kind_of_answer() -> None:
    assert len(MATRIX) > 2_000
    assert {case.answer for case in MATRIX} == {"holds", "own", "fails", "unreadable", "bad_policy"}
    assert len({case.name for case in MATRIX}) == len(MATRIX)


def test_the_honest_bundle_says_what_was_checked() -> None:
    report = judge_bundle(read_bundle(matrix.good()), matrix.policy_of())
    assert report.answer is Answer.HOLDS
    assert [(one["check"], one["state"]) for one in report.form()["checks"]] == [
        ("members", "holds"), ("entry", "holds"), ("inclusion", "holds"), ("log_signature", "holds"),
        ("quorum", "holds"), ("disclosure", "holds"), ("disclosure", "holds"), ("disclosure", "holds"),
        ("closed", "told"), ("policy", "holds"),
    ]  # fmt: skip
    found = {one.name: one.facts for one in report.checks}
    assert found["inclusion"] == {"index": matrix.INDEX, "size": matrix.SIZE}
    assert found["quorum"] == {"witnesses": {"home": matrix.AT, "lasting": matrix.AT}}
    assert found["closed"] == {"n": 1}


def test_the_answer_is_yes_exactly_where_the_policy_says_so_of_the_proof() -> None:
    for case in MATRIX:
        answer = matrix.answered(case.content, case.policy)
        if answer.get("answer") == "holds":
            members, rules = read_bundle(case.content).members, read_policy(case.policy or b"")
            inner = read_log_proof(members["inner.tlog-proof"])
            if _quorum(answer).get("reason") == "outer":
                _is_shown_by_the_outer_log(inner, members, rules)
                rules = replace(rules, quorum="none")
            assert inner.shows(members[ENTRY], rules).checkpoint.origin == matrix.ORIGIN


def _quorum(answer: dict[str, Any]) -> dict[str, Any]:
    return next(check for check in answer["checks"] if check["check"] == "quorum")


def _is_shown_by_the_outer_log(inner: LogProof, members: Mapping[str, bytes], rules: Policy) -> None:
    """The policy itself, its log's key under the outer log's name, says yes of the outer proof."""
    proof, name = read_log_proof(members["outer.tlog-proof"]), f"ecluse/{matrix.OUTER}"
    known = {replace(key, name=name): "" for key in rules.logs}
    assert proof.extra is not None
    assert proof.shows(proof.extra, replace(rules, logs=known))
    text = inner.checkpoint.partition("\n\n")[0] + "\n"
    assert sha256(members["outer.salt"] + text.encode()).hexdigest() in proof.extra.decode()


def test_a_stacked_proof_says_which_day_hid_it_and_who_saw_that() -> None:
    case = next(case for case in MATRIX if case.name == "too few saw the log, enough the outer one")
    found = {one["check"]: one for one in matrix.answered(case.content, case.policy)["checks"]}
    seen = {"home": matrix.AT + 9, "host": matrix.AT + 9}
    assert found["quorum"] == {"check": "quorum", "state": "holds", "reason": "outer", "witnesses": seen}
    assert found["outer"] == {"check": "outer", "state": "holds", "log": matrix.OUTER, "on": "2026-09-21",
                              "index": matrix.OUTER_AT, "witnesses": seen}  # fmt: skip


def test_one_bit_anywhere_in_the_file_is_refused() -> None:
    whole = matrix.good()
    for at in random.Random(3).sample(range(len(whole)), 500):
        assert "unreadable" in matrix.answered(matrix.flipped(whole, at, at % 8), matrix.policy_of()), at


def test_nothing_is_read_beyond_what_a_member_may_have() -> None:
    assert sum(LIMITS.values()) < BUNDLE_BYTES_LIMIT  # so a bundle of which each member may be there is not refused
    with pytest.raises(EvidenceError, match="bundle_bytes"):
        read_bundle(bytes(BUNDLE_BYTES_LIMIT + 1))
    with pytest.raises(EvidenceError, match="member_bytes"):
        make(matrix.parts(salt=bytes(33)))


def test_a_bundle_has_one_spelling() -> None:
    assert pack(read_bundle(matrix.good()).members) == matrix.good()
    listed = parse(matrix.members()[MANIFEST])
    assert canonical(listed) == matrix.members()[MANIFEST]
    assert [row["name"] for row in listed["members"]] == [name for name in LIMITS if name in matrix.members()][1:]
