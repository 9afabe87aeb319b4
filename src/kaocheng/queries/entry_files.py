"""佐证材料 of an entry, and their bytes for whoever may see what is personal in it."""

from __future__ import annotations

from django.db.models import Q

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.gateways.files import store
from kaocheng.queries.file import Content
from kaocheng.records.models import Entry, FileUse
from kaocheng.records.models.file import FileState

ENTRY, IMPORT = "entry", "entryimport"
WHY = "who may see the entry sees its evidence"
MOST_CORRECTIONS = 20


def evidence_condition(entry: Entry) -> Q:
    """The files of an entry: its own, and that of the import which it came with."""
    own = Q(object_kind=ENTRY, object_id=str(entry.pk))
    shared = Q(
        object_kind=IMPORT,
        object_id=str(entry.adoption_id),
        person=entry.entered_by_id,
        received_at=entry.entered_at,
    )
    return own | shared


def evidence_of(entry: Entry) -> list[FileUse]:
    """Its files and, for a correction, those of what it corrects, the newest entry first."""
    condition = Q(pk__in=())
    one: Entry | None = entry
    for _ in range(MOST_CORRECTIONS):
        if one is None:
            break
        condition |= evidence_condition(one)
        one = (
            Entry.objects.unscoped(WHY).filter(pk=one.corrects_id).first()
            if one.corrects_id
            else None
        )
    rows = FileUse.objects.unscoped(WHY).filter(condition, withdrawn_at=None)
    return list(rows.select_related("file").order_by("-pk"))


def evidence_content(entry: Entry, use_id: int) -> Content:
    """The bytes of one of the entry's files, once they have been looked into."""
    use = next((one for one in evidence_of(entry) if one.pk == use_id), None)
    if use is None:
        raise NotYours
    if use.file.state == FileState.REFUSED:
        raise Refused(use.file.refusal)
    if use.file.state != FileState.CLEAN:
        raise Refused("W89")
    return Content(store().open(use.file.digest), use.name, use.file.media_type, use.file.size)
