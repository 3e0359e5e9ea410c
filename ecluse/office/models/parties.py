"""Who is live? Parties that any order touches, by the digest that sweeps take as leaves."""

from __future__ import annotations

from django.db import models


class LiveParty(models.Model):
    """Cache: a registered party and the digest of its newest record."""

    party = models.CharField(primary_key=True, max_length=120)
    digest = models.CharField(max_length=64)


class Involvement(models.Model):
    """Cache: a party plays a role in an order, itself or as an owner."""

    id = models.CharField(primary_key=True, max_length=240)
    party = models.CharField(max_length=120, db_index=True)
    order = models.CharField(max_length=80)
