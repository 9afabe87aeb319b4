"""佐证材料 of an entry, and their bytes for whoever may see what is personal in it."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.gateways.files import store
from kaocheng.queries.file import Content
from kaocheng.records.models import Entry, FileUse
from kaocheng.records.models.file import FileState
from kaocheng.records.scoped import OwnedQuerySet

ENTRY, IMPORT = "entry", "entryimport"
WHY = "who may see the entry sees its evidence"
# The files of an entry and of all that it corrects, one after the other: their own, and that of
# the import with which they came.
_ALONG_THE_CHAIN = """
with recursive chain as (
    select id, corrects_id, adoption_id, entered_by_id, entered_at
    from records_entry where id = %s
    union all
    select e.id, e.corrects_id, e.adoption_id, e.entered_by_id, e.entered_at
    from records_entry e join chain on e.id = chain.corrects_id
)
select use.id from chain join records_fileuse use
    on use.object_kind = %s and use.object_id = chain.id::text
union all
select use.id from chain join records_fileuse use
    on use.object_kind = %s and use.object_id = chain.adoption_id::text
    and use.person_id = chain.entered_by_id and use.received_at = chain.entered_at
"""


def evidence_uses(entry: Entry) -> OwnedQuerySet[FileUse]:
    """Its files and, for a correction, those of everything that led to it; one query."""
    along = RawSQL(_ALONG_THE_CHAIN, (entry.pk, ENTRY, IMPORT))  # noqa: S611  # a fixed text
    return FileUse.objects.unscoped(WHY).filter(pk__in=along, withdrawn_at=None)


def evidence_of(entry: Entry) -> list[FileUse]:
    """The files of `evidence_uses`, the newest first."""
    return list(evidence_uses(entry).select_related("file").order_by("-pk"))


def evidence_content(entry: Entry, use_id: int) -> Content:
    """The bytes of one of the entry's files, once they have been looked into."""
    use = evidence_uses(entry).filter(pk=use_id).select_related("file").first()
    if use is None:
        raise NotYours
    if use.file.state == FileState.REFUSED:
        raise Refused(use.file.refusal)
    if use.file.state != FileState.CLEAN:
        raise Refused("W89")
    return Content(store().open(use.file.digest), use.name, use.file.media_type, use.file.size)
