"""Where is every unit now? One row a number of every block, moved by handovers."""

from __future__ import annotations

from django.db import models


class Unit(models.Model):
    """Cache: one serial number: its block, fate, custodian, responsible authority, tranche and last event."""

    serial = models.CharField(primary_key=True, max_length=80)
    block = models.CharField(max_length=120)
    number = models.BigIntegerField()
    model = models.CharField(max_length=120)
    fate = models.CharField(max_length=10)
    custodian = models.CharField(max_length=120)
    authority = models.CharField(max_length=120)
    state = models.CharField(max_length=20)
    tranche = models.CharField(max_length=100, db_index=True)
    on = models.DateField(db_column="on_day")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["block", "number"], name="one_unit_a_number"),)
        # Pages count all units by these; the index alone answers.
        indexes = (
            models.Index(fields=["fate", "custodian", "authority", "state", "model", "block"], name="units_counted"),
        )
