"""The answers that a form offers to “who is that”, in plain words, each with a name of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.roles import role_title
from kaocheng.methods.holders import OUTSIDE, SUBJECT, Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Unit
from kaocheng.records.models.unit import UnitKind

# Role and kind of unit, as schemes speak of people; no kind means the adopting unit itself.
_ROLES = (
    ("lead", ""),
    ("clerk", ""),
    ("lead", "school"),
    ("clerk", "school"),
    ("workshop_leader", "group"),
    ("lead", "group"),
    ("officer", "town"),
    ("officer", "district"),
    ("officer", "city"),
    ("lead", "department"),
    ("lead", "township"),
    ("lead", "company"),
    ("reviewer", "panel"),
)


@dataclass(frozen=True)
class Choice:
    """`name` is what a form sends for it."""

    name: str
    words: str
    holder: Holder


def choices_for(actor: Actor, found: Adopted) -> tuple[Choice, ...]:
    """Every holder that can be chosen; one query, for the panels."""
    holders = [(one, words_of(one, found)) for one in _plain(found)]
    holders += [(Holder(How.PANEL, panel=pk), f"专家组：{name}") for pk, name in _panels(actor)]
    return tuple(Choice(name_of(holder), words, holder) for holder, words in holders)


def name_of(holder: Holder) -> str:
    return ":".join(str(value) for value in asdict(holder).values())


def words_of(holder: Holder, found: Adopted) -> str:
    """What a form and a list say of a holder."""
    match holder.how:
        case How.SUBJECT:
            return "被考核的人自己（考核单位时：单位负责人）"
        case How.OUTSIDE:
            return "不在系统里的人，由本单位代为登记"
        case How.ROLE if holder.kind == UnitKind.PANEL:
            return "评审专家：考核对象所在单位或其上级的专家组"
        case How.ROLE:
            where = UnitKind(holder.kind).label if holder.kind else "本单位"
            kind = holder.kind or found.adoption.unit.kind
            return f"{where}：{role_title(holder.role, kind)}"
        case How.FIELD:
            return f"名册里“{_title_of_field(found, holder.field)}”一栏写的人"
        case How.REGISTER:
            register = found.pack.registers.get(holder.register)
            return f"“{register.title if register else holder.register}”里指派的人"
        case _:
            return "专家组"


def _plain(found: Adopted) -> Iterator[Holder]:
    yield SUBJECT
    for role, kind in _ROLES:
        yield Holder(How.ROLE, role=role, kind=kind)
    yield from dict.fromkeys(_named_in_rosters(found))
    yield from _assigned(found)
    yield OUTSIDE


def _named_in_rosters(found: Adopted) -> Iterator[Holder]:
    """Text that may name somebody, and references to a roster of people."""
    people = people_rosters(found)
    for roster in found.rosters:
        for name, field in roster.fields.items():
            is_own = name in (roster.key, roster.name)
            if not is_own and (field.type == "text" or field.type in people):
                yield Holder(How.FIELD, field=name)


def _assigned(found: Adopted) -> Iterator[Holder]:
    """Registers that say of somebody whom they are for: a subject, and a person."""
    people = people_rosters(found)
    for register in found.ledgers:
        about = found.shape(register.id).subject
        for name, field in register.fields.items():
            if about and name != about and field.type in people:
                yield Holder(How.REGISTER, register=register.id, field=name)


def people_rosters(found: Adopted) -> frozenset[str]:
    return frozenset(one.id for one in found.rosters if one.name and one.fields[one.name].personal)


def _panels(actor: Actor) -> list[tuple[int, str]]:
    """Open panels that the actor's unit or one above it keeps."""
    if actor.held is None:
        return []
    way = [int(part) for part in actor.held.unit_path.split("/") if part]
    rows = Unit.objects.unscoped("panels on the way up may be asked").filter(
        kind=UnitKind.PANEL, keeper__in=way, closes_on=None
    )
    return list(rows.order_by("pinyin", "pk").values_list("pk", "name"))


def _title_of_field(found: Adopted, name: str) -> str:
    titles = (one.fields[name].title for one in found.rosters if name in one.fields)
    return next(titles, name)
