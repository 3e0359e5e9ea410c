"""What is the office to Django? One app, every model with a named primary key of its own."""

from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The office: people and a database."""

    name = "ecluse.office"
    label = "office"

    def ready(self) -> None:
        """Make every noun known, so that any record on file can be read whoever asks."""
        from ecluse.custody import tracing  # noqa: F401
        from ecluse.office import registers, registers_audit, registers_people  # noqa: F401
        from ecluse.plan import terms  # noqa: F401
