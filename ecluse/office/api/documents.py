"""How does a program lay down a document, and get one back? Told by its content, named by its digest."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from ecluse.base.sealed import encode
from ecluse.office.actions.documents import attachments_of, readable
from ecluse.office.api.answers import DocumentOut
from ecluse.office.api.calls import Key, check, once
from ecluse.office.api.door import BYTES
from ecluse.office.api.office import NAMED, WRITTEN, api, desk_at
from ecluse.office.api.problems import ProblemError, answer_json, problem
from ecluse.office.api.schemas import LONGEST_ID, PLAIN_ID
from ecluse.office.desk.form import Upload
from ecluse.office.desk.office import Attach, lay_down
from ecluse.office.desk.registry import Action, Desk, all_actions
from ecluse.office.handing_out import handed_out
from ecluse.office.media import KINDS, MOST_BYTES
from ecluse.office.people.reads import note_read
from ecluse.office.registers_people import Attachment

ACTION, PROPOSED, OFFICE = "office.attach", "office.propose_import", "office"
SENT = {"requestBody": {"required": True, "content": {kind: {} for kind in (BYTES, *KINDS)}}}
GOT = {
    "responses": {200: {"content": {kind: {} for kind in (BYTES, *KINDS)}, "description": ""}},
}


@api.post(
    "/documents", response={201: DocumentOut, **WRITTEN}, operation_id="attach_document", openapi_extra=SENT
)  # fmt: skip
def attach_document(
    request: HttpRequest,
    subject: Annotated[
        str,
        Query(
            min_length=1,
            max_length=LONGEST_ID,
            pattern=PLAIN_ID,
            description="which order; `office` for a table that an action then names by its digest",
        ),
    ],
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_ID, description="the file's name")],
    key: Key,
) -> HttpResponse:
    """The body is the file itself: PDF, PNG, JPEG, CSV, XLSX or JSON, 10 MB at most, told by its content.

    Laid down for the office, it is a table: an action names it by its digest where a file is asked for.
    """
    content, is_table = request.read(MOST_BYTES + 1), subject == OFFICE
    action = all_actions()[PROPOSED if is_table else ACTION]

    def do() -> tuple[int, str]:
        desk = desk_at(request)
        check(request, desk, action, subject)
        made = lay_down(desk, Upload(name, content)) if is_table else _attached(desk, action, subject, name, content)
        return 201, answer_json(encode(made), 201).content.decode()

    return once(request, f"{ACTION}\n{subject}\n{name}\n".encode() + content, key, do, subject)


def _attached(desk: Desk, action: Action, subject: str, name: str, content: bytes) -> Attachment:
    action.do(desk, subject, Attach(Upload(name, content)))
    return attachments_of(desk.session, subject)[-1]


@api.get("/documents/{digest}", response={200: None, **NAMED}, operation_id="document", openapi_extra=GOT)
def document(
    request: HttpRequest, digest: Annotated[str, Path(min_length=64, max_length=64, pattern=r"^[0-9a-f]+$")]
) -> Any:
    """The file's bytes, for whoever has a part in an order to which it belongs."""
    desk = desk_at(request)
    found = readable(desk.session, desk.mandate, digest)
    if found is None:
        raise ProblemError(problem(request, 404))
    record, content = found
    note_read(request, "api.document", record.subject)
    return handed_out(record.name, record.media_type, content)
