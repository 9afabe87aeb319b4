"""One register as it is read: its entries by page, what they add up to, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Min, Q, QuerySet, Sum, When

from kaocheng.access.actor import Actor
from kaocheng.access.entry import (
    adoptions_to_keep,
    entries_of,
    entries_to_sign,
    subject_condition,
    subjects_of,
    subjects_to_enter,
)
from kaocheng.access.grants import Permission
from kaocheng.access.scope import units
from kaocheng.documents.tables import Cell
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry import EntryLine, entry_line, key_names
from kaocheng.queries.entry_batch import came_with, tables_of
from kaocheng.queries.register import adopted_in_sight, may_enter
from kaocheng.queries.register_codes import codes_of
from kaocheng.queries.register_route import ledger, route_of, who_enters
from kaocheng.records.models import Entry, RegisterTotal, Subject, Unit
from kaocheng.records.models.scheme import AdoptionState

PAGE = 50
# Words are looked for in what the newest entries say, and the newest of those that hold them are
# listed; numbers and names are looked for in all.
MOST_SEARCHED = 20_000
MOST_FOUND = 1_000
MOST_SUBJECTS = 300
MOST_EXPORTED = 100_000
# So many are signed at once.
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Filters:
    """As the address has them; what does not read is left out."""

    q: str = ""
    unit_id: int = 0
    month: str = ""
    state: str = ""
    standing: str = ""
    code: str = ""
    subject_id: int = 0
    before: int = 0
    to_sign: bool = False
    import_id: int = 0

    @property
    def is_any(self) -> bool:
        return any(
            (self.q, self.unit_id, self.month, self.state, self.standing, self.code,
             self.subject_id, self.to_sign, self.import_id)
        )  # fmt: skip

    @property
    def month_span(self) -> tuple[date, date] | None:
        try:
            first = date.fromisoformat(f"{self.month}-01")
        except ValueError:
            return None
        return first, (first + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class Total:
    code: str
    entries: int
    quantity: Decimal
    money: Decimal


@dataclass(frozen=True)
class RegisterPage:
    adoption_id: int
    adoption_title: str
    id: str
    title: str
    note: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[EntryLine, ...]
    next_before: int
    filters: Filters
    totals: tuple[Total, ...]
    totals_of: str
    quantity_title: str
    money_title: str
    codes: tuple[str, ...]
    states: tuple[str, ...]
    units: tuple[tuple[int, str], ...]
    to_sign: int
    # Of the import that the list is narrowed to.
    in_batch: int
    may_enter: bool
    may_propose: bool
    is_in_force: bool
    makes_sheets: bool
    keeps: bool
    who_enters: str
    signers: tuple[str, ...]
    subject_title: str
    # That more entries may hold the words.
    is_cut: bool

    @property
    def at_once(self) -> int:
        return min(self.in_batch, MOST_AT_ONCE)

    @property
    def may_write(self) -> bool:
        return self.is_in_force and (self.may_enter or self.may_propose)

    @property
    def has_numbers(self) -> bool:
        return any(line.number for line in self.lines)


def register_page(actor: Actor, adoption_id: int, name: str, filters: Filters) -> RegisterPage:
    """One page of a register, by keyset: `before` is the last id of the page before."""
    found = adopted_in_sight(actor, adoption_id)
    register = ledger(found, name)
    route = route_of(found, name)
    shape = found.shape(name)
    rows, is_cut = _searched(actor, found, register, filters)
    if filters.before:
        rows = rows.filter(pk__lt=filters.before)
    listed = list(rows.select_related("subject", "unit", "entered_by").order_by("-pk")[: PAGE + 1])
    shown, more = listed[:PAGE], len(listed) > PAGE
    to_sign = entries_to_sign(actor, found.adoption, [route])
    signable = set(to_sign.filter(pk__in=[row.pk for row in shown]).values_list("pk", flat=True))
    names, codes = key_names(found, register, shown), codes_of(found, register)
    enters = may_enter(actor, found, register)
    code = register.fields.get(shape.code)
    return RegisterPage(
        adoption_id=adoption_id,
        adoption_title=found.adoption.title,
        id=name,
        title=register.title,
        note=register.note,
        fields=tuple(
            (n, one_field.title)
            for n, one_field in register.fields.items()
            if n not in (shape.subject, shape.date)
        ),
        lines=tuple(
            entry_line(
                actor,
                found,
                register,
                row,
                may_sign=row.pk in signable,
                names=names,
                codes=codes,
            )
            for row in shown
        ),
        next_before=shown[-1].pk if more else 0,
        filters=filters,
        totals=totals(actor, found, register, filters),
        totals_of=filters.month,
        quantity_title=_title(register, shape.quantity),
        money_title=_title(register, shape.money),
        codes=code.values if code else (),
        states=register.states,
        units=_units(actor, found),
        to_sign=to_sign.count(),
        in_batch=len(signable_in(actor, found, register, import_id=filters.import_id))
        if filters.to_sign
        else 0,
        may_enter=enters,
        may_propose=_may_propose(actor, found, shape.subject),
        is_in_force=found.adoption.state == AdoptionState.IN_FORCE,
        makes_sheets=name in found.adoption.monthly_sheets,
        keeps=adoptions_to_keep(actor).filter(pk=adoption_id).exists(),
        who_enters=who_enters(register),
        signers=register.signed_by,
        subject_title=_title(register, shape.subject),
        is_cut=is_cut,
    )


def signable_in(actor: Actor, found: Adopted, register: Register, *, import_id: int) -> list[int]:
    """Ids of the entries of an import that the actor signs next, in order."""
    if not import_id:
        return []
    filters = Filters(to_sign=True, import_id=import_id)
    rows = matching(actor, found, register, filters).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _title(register: Register, name: str) -> str:
    if not name:
        return ""
    field_of = register.fields[name]
    return f"{field_of.title}（{field_of.unit}）" if field_of.unit else field_of.title


def _may_propose(actor: Actor, found: Adopted, subject_field: str) -> bool:
    if not subject_field or found.adoption.state != AdoptionState.IN_FORCE:
        return False
    condition = subject_condition(actor, Permission.WRITE_ENTRIES)
    return Subject.objects.within(condition).filter(adoption=found.adoption).exists()


def matching(actor: Actor, found: Adopted, register: Register, filters: Filters) -> QuerySet[Entry]:
    """The entries in sight that the filters leave."""
    return _searched(actor, found, register, filters)[0]


def _narrowed(
    actor: Actor, found: Adopted, register: Register, filters: Filters
) -> QuerySet[Entry]:
    """What all filters but the words leave of the entries in sight."""
    route = route_of(found, register.id)
    rows: QuerySet[Entry] = (
        entries_to_sign(actor, found.adoption, [route])
        if filters.to_sign
        else entries_of(actor, found.adoption, route)
    )
    if filters.import_id:
        tables = tables_of(found.adoption.pk, register.id)
        table = tables.filter(pk=filters.import_id).first()
        rows = rows.filter(came_with(table)) if table else rows.none()
    if filters.subject_id:
        rows = rows.filter(subject=filters.subject_id)
    if filters.unit_id:
        unit = Unit.objects.unscoped("rows stay those in sight").filter(pk=filters.unit_id).first()
        path = unit.path if unit else "-"
        below = Unit.objects.unscoped("of the chosen one").filter(path__startswith=path)
        rows = rows.filter(unit__in=[*below.values_list("pk", flat=True)])
    if filters.month_span:
        rows = rows.filter(date__gte=filters.month_span[0], date__lt=filters.month_span[1])
    for name in ("state", "standing", "code"):
        if getattr(filters, name):
            rows = rows.filter(**{name: getattr(filters, name)})
    return rows


def _texts(register: Register) -> list[str]:
    """The fields in which words are looked for: those that are nobody's personal data."""
    return [n for n, one in register.fields.items() if one.type == "text" and not one.personal]


def _searched(
    actor: Actor, found: Adopted, register: Register, filters: Filters
) -> tuple[QuerySet[Entry], bool]:
    """By number, by whom it is about, and by words that are nobody's personal data.

    And whether more may hold the words than were found.
    """
    rows, q = _narrowed(actor, found, register, filters), filters.q
    if not q:
        return rows, False
    about = subjects_of(actor, found.adoption, route_of(found, register.id)).filter(
        Q(name__startswith=q) | Q(key=q) | Q(pinyin__startswith=q.lower())
    )
    named = [*about.order_by().values_list("pk", flat=True)[:500]]
    condition = Q(number=q) | Q(subject__in=named)
    is_cut = False
    if texts := _texts(register):
        said = Q()
        for name in texts:
            said |= Q(**{f"values__{name}__icontains": q})
        newest = rows.order_by("-pk").annotate(said=Case(When(said, then="pk")))
        read = newest[: MOST_SEARCHED + 1].aggregate(
            count=Count("pk"),
            oldest=Min("pk"),
            pks=ArrayAgg("said", filter=Q(said__isnull=False), default=[]),
        )
        has_older = read["count"] > MOST_SEARCHED
        pks = sorted({*read["pks"]} - {read["oldest"] if has_older else None}, reverse=True)
        is_cut = has_older or len(pks) > MOST_FOUND
        condition |= Q(pk__in=pks[:MOST_FOUND])
    return rows.filter(condition), is_cut


def totals(actor: Actor, found: Adopted, register: Register, filters: Filters) -> tuple[Total, ...]:
    """What counts, added up per code out of the totals of the units within reach."""
    reach = Unit.objects.unscoped("units within reach").filter(
        pk__in=units(actor, Permission.SEE_ENTRIES).values("pk")
    )
    if filters.unit_id:
        unit = reach.filter(pk=filters.unit_id).first()
        reach = reach.filter(path__startswith=unit.path) if unit else reach.none()
    rows = RegisterTotal.objects.filter(
        adoption=found.adoption, register=register.id, unit__in=reach.values("pk")
    )
    if filters.month_span:
        rows = rows.filter(month=filters.month_span[0])
    if filters.code:
        rows = rows.filter(code=filters.code)
    summed = (
        rows.order_by()
        .values_list("code")
        .annotate(Sum("entries"), Sum("quantity"), Sum("money"))
        .order_by("code")
    )
    return tuple(
        Total(code, count, quantity.normalize(), money) for code, count, quantity, money in summed
        if count
    )  # fmt: skip


def _units(actor: Actor, found: Adopted) -> tuple[tuple[int, str], ...]:
    """The units that its rosters belong to, as far as the reader sees them."""
    listed = Subject.objects.unscoped("units to filter by").filter(adoption=found.adoption)
    rows = units(actor, Permission.SEE_ENTRIES).filter(pk__in=listed.values("unit"))
    return tuple(rows.order_by("pinyin", "pk").values_list("pk", "name")[:MOST_SUBJECTS])


def subjects_offered(
    actor: Actor, found: Adopted, roster: str, *, register: str = ""
) -> tuple[tuple[str, str], ...]:
    """(key, name) of a roster to choose from, as far as one list holds them."""
    rows = Subject.objects.unscoped("names to choose from").filter(
        adoption=found.adoption, roster=roster, has_left=False
    )
    if register:
        route = route_of(found, register)
        held = subjects_to_enter(actor, found.adoption, route).values("pk")
        reach = subject_condition(actor, Permission.WRITE_ENTRIES)
        rows = rows.filter(Q(pk__in=held) | reach)
    else:
        reach = subject_condition(actor, Permission.SEE_ENTRIES)
        rows = rows.filter(reach)
    listed = rows.order_by("pinyin", "pk").values_list("key", "name")[: MOST_SUBJECTS + 1]
    return tuple(listed) if len(listed) <= MOST_SUBJECTS else ()


def exported(
    actor: Actor, adoption_id: int, name: str, filters: Filters
) -> tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]:
    """Title, headings and rows of what the filters leave, personal fields masked as on the page."""
    found = adopted_in_sight(actor, adoption_id)
    register = ledger(found, name)
    shape = found.shape(name)
    rows = matching(actor, found, register, filters)
    entries = list(
        rows.select_related("subject", "unit", "entered_by").order_by("-pk")[:MOST_EXPORTED]
    )
    names = key_names(found, register, entries)
    to_sign = entries_to_sign(actor, found.adoption, [route_of(found, name)])
    signable = set(to_sign.values_list("pk", flat=True))
    titles = [
        one_field.title
        for n, one_field in register.fields.items()
        if n not in (shape.subject, shape.date)
    ]
    headings = (
        "编号", _title(register, shape.subject) or "对象", "单位", "日期", *titles,
        "是否计入", "状态", "登记人", "登记时间",
    )  # fmt: skip
    table: list[tuple[Cell, ...]] = []
    for entry in entries:
        line = entry_line(actor, found, register, entry, may_sign=entry.pk in signable, names=names)
        cells = (_exact(cell.text, is_number=cell.is_number) for cell in line.cells)
        table.append(
            (
                line.number, line.subject, line.unit, line.date, *cells,
                line.standing_words, line.state, line.entered_by, line.entered_at,
            )
        )  # fmt: skip
    return register.title, headings, table


def _exact(text: str, *, is_number: bool) -> Cell:
    if is_number and text.replace(".", "", 1).replace("-", "", 1).isascii():
        try:
            return Decimal(text)
        except ArithmeticError:
            return text
    return text
