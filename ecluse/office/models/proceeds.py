"""What do the books say? Entries and postings; an entry that does not sum to zero is refused by the database."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One double entry. Its row is inserted after its postings: a trigger then checks that they sum to zero."""

    rid = models.CharField(primary_key=True, max_length=160)
    tranche = models.CharField(max_length=100, db_index=True)
    on = models.DateField(db_column="on_day")


class Posting(models.Model):
    """One line of an entry, whole minor units; debits above zero. Without its entry the commit fails."""

    id = models.CharField(primary_key=True, max_length=170)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, db_index=True)
    account = models.CharField(max_length=160, db_index=True)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField()

    class Meta:
        # The books sum every account by currency; the index alone answers.
        indexes = (models.Index(fields=["account", "currency", "minor"], name="accounts_summed"),)
