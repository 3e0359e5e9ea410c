"""Where does every order and tranche stand? Caches that `audit` rebuilds from the hearings."""

from __future__ import annotations

from django.db import models


class OrderRow(models.Model):
    """Cache: one order and its standing, which is its gravest tranche's."""

    order = models.CharField(primary_key=True, max_length=80)
    exporter = models.CharField(max_length=120)
    filed_on = models.DateField()
    standing = models.CharField(max_length=20, db_index=True)
    gate = models.CharField(max_length=20)


class Tranche(models.Model):
    """Cache: one tranche, its parent if it came of a split, its units, the last hearing and where it stands."""

    tranche = models.CharField(primary_key=True, max_length=100)
    order = models.CharField(max_length=80, db_index=True)
    parent = models.CharField(max_length=100, null=True)
    units = models.BigIntegerField()
    gate = models.CharField(max_length=20)
    standing = models.CharField(max_length=20, db_index=True)
    hearing = models.CharField(max_length=160)
    is_split = models.BooleanField(default=False)
