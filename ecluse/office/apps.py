"""What is the office to Django? One app, every model with a named primary key of its own."""

from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The office: people and a database."""

    name = "ecluse.office"
    label = "office"
