"""What is shown of files, and the bytes for whoever may have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.file import files
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import one
from kaocheng.gateways.files import store
from kaocheng.records.models import FileUse
from kaocheng.records.models.file import FileState

PER_PAGE = 50
MOST_MEGABYTES = 20


@dataclass(frozen=True)
class FileLine:
    """One file as its sender sees it. `refusal`: why it was not taken in after all."""

    id: int
    version: int
    name: str
    size: int
    state: str
    receipt_number: str
    received_at: datetime
    check_code: str
    sender: str
    is_withdrawn: bool
    is_own: bool
    refusal: Refused | None

    @property
    def is_ready(self) -> bool:
        return self.state == FileState.CLEAN and not self.is_withdrawn


@dataclass(frozen=True)
class Content:
    """Bytes to hand out; the stream is closed by whoever sends them."""

    stream: BinaryIO
    name: str
    media_type: str
    size: int


def own_files(actor: Actor, *, page: int) -> Page[FileLine]:
    """What the actor handed in, the newest first."""
    rows = (
        files(actor)
        .filter(person_id=actor.person_id or 0)
        .select_related("file", "person")
        .order_by("-id")
    )
    found = Paginator(rows, PER_PAGE).get_page(page)
    lines = [_line(row, actor) for row in found.object_list]
    return Page(lines, found.number, cast("Paginator[FileLine]", found.paginator))


def file_line(actor: Actor, use_id: int) -> FileLine:
    return _line(one(files(actor).select_related("file", "person"), use_id), actor)


def content_of(actor: Actor, use_id: int) -> Content:
    """The bytes, once they have been looked into; nobody gets them out of quarantine."""
    use = one(files(actor).filter(withdrawn_at=None).select_related("file"), use_id)
    if use.file.state == FileState.REFUSED:
        raise Refused(use.file.refusal)
    if use.file.state != FileState.CLEAN:
        raise Refused("W89")
    return Content(store().open(use.file.digest), use.name, use.file.media_type, use.file.size)


def _line(use: FileUse, actor: Actor) -> FileLine:
    digest = use.file.digest.upper()
    return FileLine(
        id=use.pk,
        version=use.version,
        name=use.name,
        size=use.file.size,
        state=use.file.state,
        receipt_number=use.receipt_number,
        received_at=use.received_at,
        check_code=f"{digest[:4]} {digest[4:8]}",
        sender=use.person.name,
        is_withdrawn=use.withdrawn_at is not None,
        is_own=use.person_id == actor.person_id,
        refusal=Refused(use.file.refusal) if use.file.state == FileState.REFUSED else None,
    )
