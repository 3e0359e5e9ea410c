"""What does each certificate still hold? A cache whose sum the database itself never lets below zero."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class CertificateBalance(models.Model):
    """Cache: certified - reserved - committed - used, in units."""

    certificate = models.CharField(primary_key=True, max_length=120)
    model = models.CharField(max_length=120)
    units_certified = models.BigIntegerField()
    units_reserved = models.BigIntegerField(default=0)
    units_committed = models.BigIntegerField(default=0)
    units_used = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="balance_not_below_zero",
                condition=Q(units_certified__gte=F("units_reserved") + F("units_committed") + F("units_used"))
                & Q(units_reserved__gte=0)
                & Q(units_committed__gte=0)
                & Q(units_used__gte=0),
            ),
        )
