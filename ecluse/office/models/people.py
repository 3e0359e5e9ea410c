"""Who may come in, and what does the office keep for each? Accounts, tokens, drafts, saved views, notices, reads.

None of these is a record: what a person *does* is sealed; how a person works is not.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Account(models.Model):
    """One person's way in. The officer id is the person: four eyes are two of these, never two accounts of one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="account")
    officer = models.CharField(max_length=120, unique=True)
    language = models.CharField(max_length=2, default="uk")
    theme = models.CharField(max_length=5, default="auto")


class ApiToken(models.Model):
    """A program's way in, on a person's behalf: only its digest is kept; it has scopes and an end."""

    digest = models.CharField(primary_key=True, max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    # `read` and names of actions: however many there are, all of them fit.
    scopes = models.TextField()
    body = models.CharField(max_length=120)
    role = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class IdempotencyKey(models.Model):
    """What was answered to a request with this key: the same request gets the same answer, another is refused."""

    id = models.CharField(primary_key=True, max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.IntegerField()
    answer = models.TextField()
    at = models.DateTimeField(db_index=True)


class Draft(models.Model):
    """What a person has typed into a form and not sent."""

    id = models.CharField(primary_key=True, max_length=320)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="drafts")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=160)
    fields = models.JSONField()
    at = models.DateTimeField()


class SavedView(models.Model):
    """A list as a person likes it: filters, order and columns, as its query string."""

    id = models.CharField(primary_key=True, max_length=240)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="views")
    listing = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)


class ReadEntry(models.Model):
    """Who looked at what, when."""

    at = models.DateTimeField(db_index=True)
    person = models.CharField(max_length=120, db_index=True)
    page = models.CharField(max_length=60)
    subject = models.CharField(max_length=160, db_index=True)


class Notice(models.Model):
    """What a person should know: a sentence of the catalogue with its facts, and where to go."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=80)
    facts = models.JSONField()
    link = models.CharField(max_length=240)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)


class Document(models.Model):
    """A file by its digest; what it belongs to is a sealed record."""

    digest = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    content = models.BinaryField()
