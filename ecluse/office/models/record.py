"""What is kept for ever? Sealed records, their signatures and salts, the log and its checkpoints.

Triggers refuse UPDATE and DELETE of these tables on both databases (migration 0002). Every column beside `body` is a
projection of it or of the deed that wrote it; `audit` compares them.
"""

from __future__ import annotations

from django.db import models


class Record(models.Model):
    """One sealed record: canonical bytes as written, its digest, and where the log holds its commitment."""

    rid = models.CharField(primary_key=True, max_length=160)
    v = models.CharField(max_length=60)
    body = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=160, db_index=True)
    order = models.CharField(max_length=80, db_index=True)
    on = models.DateField(db_column="on_day")
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    log = models.CharField(max_length=80)
    index = models.BigIntegerField(db_column="log_index")
    turn = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["v", "subject"]), models.Index(fields=["log", "index"]))


class SignatureRow(models.Model):
    """One signature of one record's digest."""

    id = models.CharField(primary_key=True, max_length=240)
    digest = models.CharField(max_length=64, db_index=True)
    key = models.CharField(max_length=160)
    on = models.DateField(db_column="on_day")
    value_hex = models.CharField(max_length=128)


class Salt(models.Model):
    """The salt of one record's commitment; whoever holds it and the record can open the log's entry."""

    digest = models.CharField(primary_key=True, max_length=64)
    salt_hex = models.CharField(max_length=64)


class LogEntry(models.Model):
    """One entry of one log: commitments, never facts."""

    id = models.CharField(primary_key=True, max_length=100)
    log = models.CharField(max_length=80)
    index = models.BigIntegerField(db_column="log_index")
    body = models.BinaryField()
    leaf_hex = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "index"], name="one_entry_an_index"),)


class Checkpoint(models.Model):
    """A signed tree head of one log at one size."""

    id = models.CharField(primary_key=True, max_length=100)
    log = models.CharField(max_length=80)
    size = models.BigIntegerField()
    root_hex = models.CharField(max_length=64)
    note = models.TextField()
    on = models.DateField(db_column="on_day")


class LogHead(models.Model):
    """Cache: the size and frontier of a log; the row that writers lock so that indices have no gap."""

    log = models.CharField(primary_key=True, max_length=80)
    size = models.BigIntegerField()
    edge_hex = models.TextField()


class Head(models.Model):
    """Cache: how many deeds have touched a subject; what a deed has read still stands when this number does."""

    subject = models.CharField(primary_key=True, max_length=160)
    version = models.BigIntegerField()
    turn = models.IntegerField(default=0)
    leaf_hex = models.CharField(max_length=64, default="")


class Setting(models.Model):
    """What kind of office is this? Written once: demonstration or service, the world's digest, the seed's name."""

    key = models.CharField(primary_key=True, max_length=60)
    value = models.TextField()


class Agenda(models.Model):
    """Demonstration only: what the simulated parties will do, by day and turn."""

    id = models.CharField(primary_key=True, max_length=160)
    on = models.DateField(db_column="on_day", db_index=True)
    body = models.TextField()
