"""Where do the office's letters go? By SMTP in service; into files in a demonstration, and where no server is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from ecluse.office.desk.today import is_demonstration


class OfficeMail(BaseEmailBackend):
    """A demonstration never writes to the world, whatever the settings say."""

    def __init__(self, fail_silently: bool = False, **wishes: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.wishes = wishes

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many letters were sent?"""
        return int(self._carrier().send_messages(email_messages) or 0)

    def _carrier(self) -> BaseEmailBackend:
        from django.core.mail.backends.filebased import EmailBackend as Files
        from django.core.mail.backends.smtp import EmailBackend as Smtp

        if settings.EMAIL_HOST and not is_demonstration():
            return Smtp(fail_silently=self.fail_silently, **self.wishes)
        return Files(fail_silently=self.fail_silently, file_path=settings.EMAIL_FILE_PATH)
