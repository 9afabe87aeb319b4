"""What stands beside the form: evidence of the same subject, and what it gave itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.review import own_reviews
from kaocheng.access.scope import one
from kaocheng.engine.language.registers import Register
from kaocheng.gateways.files import store
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry_correction import BEHIND
from kaocheng.queries.file import Content as FileContent
from kaocheng.queries.review_content import Content
from kaocheng.queries.review_form import SINGLE, Layout
from kaocheng.queries.review_people import is_self
from kaocheng.queries.review_roles import Roles
from kaocheng.records.models import Entry, FileUse, Review
from kaocheng.records.models.file import FileState
from kaocheng.records.models.register import Standing

WHY = "what the assessor of a review of their own goes through"
MOST_ITEMS = 400
SHOWN = (Standing.WAITING, Standing.CHECKING, Standing.COUNTS)


@dataclass(frozen=True)
class EvidenceFile:
    """A file of an entry; under a blind review it is called by its number."""

    use_id: int
    name: str


@dataclass(frozen=True)
class Item:
    """An entry that speaks for the line: its register, what it says, its files."""

    title: str
    says: tuple[tuple[str, str], ...]
    files: tuple[EvidenceFile, ...]


def evidence_of(review: Review, content: Content) -> dict[str, tuple[Item, ...]]:
    """By code of the line; three queries at most."""
    registers = evidence_registers(content.found, content.layout.roles)
    if not registers:
        return {}
    line = content.layout.roles.line
    rows = list(_entries(review, registers).order_by("pk")[:MOST_ITEMS])
    files = _files_of(rows)
    found: defaultdict[str, list[Item]] = defaultdict(list)
    number = 0
    for row in rows:
        register = content.found.register(row.register)
        named = []
        for use in files.get(str(row.pk), ()):
            number += 1
            named.append(EvidenceFile(use.pk, blind_file(use, number, is_blind=review.is_blind)))
        code = _code(content.layout.roles, row)
        found[code if line else SINGLE].append(
            Item(register.title, _says(content, register, row), tuple(named))
        )
    return {code: tuple(items) for code, items in found.items()}


def evidence_registers(found: Adopted, roles: Roles) -> tuple[str, ...]:
    """Ledgers about the same subject that share the field of the lines, or must bear evidence."""
    return tuple(
        register.id
        for register in found.ledgers
        if register.kind == "register"
        and found.shape(register.id).roster == roles.roster
        and (
            register.id == roles.works
            or (bool(roles.line) and _shares(register, roles))
            or (not roles.line and register.evidence == "required")
        )
    )


def _shares(register: Register, roles: Roles) -> bool:
    mine = roles.register.fields[roles.line]
    theirs = register.fields.get(roles.line)
    return theirs is not None and theirs.type == mine.type


def _code(roles: Roles, row: Entry) -> str:
    if row.register == roles.works:
        return row.key
    return str(row.values.get(roles.line, ""))


def _entries(review: Review, registers: tuple[str, ...]) -> QuerySet[Entry]:
    rows = Entry.objects.unscoped(WHY).filter(
        adoption=review.round.adoption_id,
        register__in=registers,
        subject=review.subject_id,
        standing__in=SHOWN,
    )
    return rows.exclude(BEHIND)


def _says(content: Content, register: Register, row: Entry) -> tuple[tuple[str, str], ...]:
    """What the entry says besides whom and which line it is about; personal fields stay out."""
    shape = content.found.shape(register.id)
    left_out = {shape.subject, content.layout.roles.line, register.key}
    periods = {one.id: one.title for one in content.found.periods}
    return tuple(
        (field.title, periods.get(text, text) if field.type == "period" else text)
        for name, field in register.fields.items()
        if name not in left_out and not field.personal and (text := str(row.values.get(name, "")))
    )


def _files_of(rows: list[Entry]) -> dict[str, list[FileUse]]:
    uses = FileUse.objects.unscoped(WHY).filter(
        object_kind="entry",
        object_id__in=[str(row.pk) for row in rows],
        withdrawn_at=None,
        file__state=FileState.CLEAN,
    )
    found: defaultdict[str, list[FileUse]] = defaultdict(list)
    for use in uses.order_by("pk"):
        found[use.object_id].append(use)
    return found


def blind_file(use: FileUse, number: int, *, is_blind: bool) -> str:
    if not is_blind:
        return use.name
    ending = use.name.rpartition(".")[2] if "." in use.name else ""
    return f"材料 {number}" + (f".{ending}" if ending else "")


def evidence_file(actor: Actor, review_id: int, use_id: int) -> FileContent:
    """A file that belongs to a review of the reader's own, and the name it bears for them."""
    rows = own_reviews(actor).select_related(
        "round__adoption__scheme", "round__adoption__unit", "subject"
    )
    review = one(rows, review_id)
    found = adopted(review.round.adoption)
    registers = evidence_registers(found, Layout.roles_of(found, review.register))
    entries = _entries(review, registers).values_list("pk", flat=True)
    ids = [str(pk) for pk in entries]
    use = (
        FileUse.objects.unscoped(WHY)
        .filter(
            pk=use_id,
            object_kind="entry",
            object_id__in=ids,
            withdrawn_at=None,
            file__state=FileState.CLEAN,
        )
        .select_related("file")
        .first()
    )
    if use is None:
        raise NotYours
    name = blind_file(use, use.pk, is_blind=review.is_blind)
    return FileContent(store().open(use.file.digest), name, use.file.media_type, use.file.size)


def self_marks_of(review: Review, content: Content) -> Mapping[str, str]:
    """By code of the line: what the subject gave itself in another table of ratings."""
    roles = content.layout.roles
    if not roles.line or is_self(content.found, roles, review.subject):
        return {}
    others = {}
    for register in content.found.ledgers:
        if register.kind != "review" or register.id == roles.register.id or register.secret:
            continue
        other = Layout.roles_of(content.found, register.id)
        same = other.roster == roles.roster and _shares(register, roles)
        if same and is_self(content.found, other, review.subject):
            others[register.id] = _mark_of(other)
    rows = _entries(review, tuple(others)) if others else ()
    return {
        str(row.values.get(roles.line, "")): str(row.values.get(others[row.register], ""))
        for row in rows
        if others[row.register]
    }


def _mark_of(roles: Roles) -> str:
    fields = roles.register.fields
    numbers = (name for name, one in fields.items() if one.type in ("number", "whole"))
    return next(numbers, "")
