"""What is kept of the closed envelope beside the log? Published lines and proofs: derived, and made anew when lost."""

from __future__ import annotations

from django.db import models


class FiguresLine(models.Model):
    """The points of one record's figures as their line is published; its hash stands in the log's entry."""

    id = models.CharField(primary_key=True, max_length=110)
    log = models.CharField(max_length=80)
    index = models.BigIntegerField(db_column="log_index")
    at = models.IntegerField()
    record = models.CharField(max_length=64, db_index=True)
    # The label of whoever must sign these figures; empty where nobody need.
    owner = models.CharField(max_length=16, db_index=True)
    hash = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=["log", "index", "at"]),)


class EnvelopeProof(models.Model):
    """One statement about committed figures, and the bytes that show it."""

    statement_digest = models.CharField(primary_key=True, max_length=64)
    body = models.BinaryField()
    proof = models.BinaryField()
