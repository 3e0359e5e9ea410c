"""What does each licence still allow? A cache that the database never lets below zero."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class LicenceLine(models.Model):
    """Cache: a licence, its state, the units it allows and those that left under it."""

    licence = models.CharField(primary_key=True, max_length=120)
    order = models.CharField(max_length=80, db_index=True)
    state = models.CharField(max_length=20)
    units = models.BigIntegerField()
    units_released = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(name="release_within_licence", condition=Q(units__gte=F("units_released"))),
        )
