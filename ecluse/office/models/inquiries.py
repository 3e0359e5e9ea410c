"""How often did somebody ask about serial numbers? Counted where every process of the office sees it."""

from __future__ import annotations

from django.db import models


class InquiryCount(models.Model):
    """One count under one digest, until an hour: of questions, of different numbers, or that a number was asked for.

    Neither an address nor a number stands here, only digests; what is past its hour is dropped.
    """

    slot = models.CharField(primary_key=True, max_length=120)
    count = models.IntegerField()
    until = models.DateTimeField(db_index=True)
