"""How much may a person send at once? Refused by the length that is announced, and by what arrives while it arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from ecluse.edge.imports.sheet import FILE_BYTES_LIMIT
from ecluse.office.media import MOST_BYTES
from ecluse.office.views.errors import handler400

# Beside its files a form carries its fields and the marks between them.
BESIDE_BYTES = 1024 * 1024
# Tables may be larger than any other file; with each comes a map.
TABLE_PLACES = ("/import/", "/do/office.propose_import/")
# The API tells its own limits in its own words.
API = "/api/"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class UploadLimit:
    """Refuses what announces itself as too long, before a byte of it is read. Stands after `People`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is answered? Nothing was read, let alone kept, of what is refused here."""
        if request.method in SAFE or request.path.startswith(API):
            return self.get_response(request)
        if announced(request) > most_bytes(request):
            return handler400(request, RequestDataTooBig(f"{announced(request)} bytes"))
        return self.get_response(request)


class StopAtLimit(FileUploadHandler):
    """Stops receiving once the files of one request hold more than it may carry, whatever length was announced."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Which bytes go on to whoever keeps them? Raises RequestDataTooBig: then nothing of the request is kept."""
        self.received += len(raw_data)
        if self.request is not None and self.received > most_bytes(self.request):
            for handler in self.request.upload_handlers:
                if hasattr(handler, "file"):  # what was spooled so far goes at once
                    handler.file.close()
            raise RequestDataTooBig(f"more than {most_bytes(self.request)} bytes")
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Nothing is kept here: the handlers after this one do."""
        return None


def announced(request: HttpRequest) -> int:
    """How many bytes does the request say it carries? What says nothing carries nothing; nonsense is too much."""
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 10**15


def most_bytes(request: HttpRequest) -> int:
    """How many bytes may this request carry? Without files, and of strangers, no more than a long form holds."""
    is_stranger = getattr(request, "account", None) is None
    if is_stranger or request.content_type != "multipart/form-data":
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
    of_files = FILE_BYTES_LIMIT if request.path.startswith(TABLE_PLACES) else MOST_BYTES
    return of_files + BESIDE_BYTES
