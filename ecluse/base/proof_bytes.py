"""Which points and scalars do a proof's bytes hold, one after another? Nothing before, between or after them."""

from __future__ import annotations

from ecluse.base.errors import EvidenceError
from ecluse.base.group import POINT_BYTES, SCALAR_BYTES, Point, decode, decode_scalar
from ecluse.base.transcript import Transcript

# An equation holds when these multiples of points add up to the neutral element.
Equation = list[tuple[int, Point]]


class ProofBytes:
    """A proof being read. Each part is checked as it is read; what the prover announced enters the transcript."""

    __slots__ = ("_at", "_raw")

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw = raw
        self._at = at

    def point(self, place: str) -> Point:
        """Which point comes next? Raises EvidenceError with place and byte for bytes that spell none."""
        at = self._at
        return decode(self._take(POINT_BYTES, place), f"proof, byte {at}, {place}")

    def scalar(self, place: str) -> int:
        """Which scalar comes next? Raises EvidenceError with place and byte for one out of range."""
        at = self._at
        return decode_scalar(self._take(SCALAR_BYTES, place), f"proof, byte {at}, {place}")

    def said(self, place: str, transcript: Transcript) -> Point:
        """Which point was announced next? It enters the transcript under its place."""
        point = self.point(place)
        transcript.say(place, point.raw)
        return point

    def answered(self, place: str, count: int, transcript: Transcript) -> list[int]:
        """Which so many scalars were answered next? They enter the transcript, and so bind what follows."""
        at = self._at
        scalars = [self.scalar(place) for _ in range(count)]
        transcript.say(place, self._raw[at : self._at])
        return scalars

    def end(self) -> None:
        """Is nothing left? Raises EvidenceError otherwise."""
        if self._at != len(self._raw):
            raise EvidenceError(f"proof: {len(self._raw)} bytes, expected {self._at}: it is not of this statement")

    def _take(self, count: int, place: str) -> bytes:
        part = self._raw[self._at : self._at + count]
        if len(part) != count:
            raise EvidenceError(f"proof, byte {self._at}, {place}: the proof is cut, here are {len(self._raw)} bytes")
        self._at += count
        return part
