"""What the log noted, as a reader reads it: words, names and Chinese days instead of keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.amendment import change_title
from kaocheng.queries.audit_names import field_text
from kaocheng.queries.audit_words import kind_text
from kaocheng.queries.setting import KINDS as SETTINGS
from kaocheng.records.models import AuditRow
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.unit import UnitKind

# Under these names stand ids of people, and of units.
_OF_PEOPLE = frozenset({"person", "helper", "giver", "taker"})
_OF_UNITS = frozenset(
    {"unit", "above", "merged_from", "merged_into", "transferred_to", "split_into"}
    | {"split_among", "taken_back"}
)
# A unit's place before; of a setting it is what stood there.
_UNIT_BEFORE = ("unit", "before")
# Under these stand names of fields, which have words of their own.
_OF_FIELDS = frozenset({"changed", "chosen", "counts", "digests", "personal"})
# Under these stands what only the scheme of the object has words for.
_OF_SCHEME = frozenset(
    {"changed", "changes", "days", "duty", "effect", "name", "names", "register", "registers"}
    | {"roster"}
)
# The kinds of objects that have a scheme, and the way to their adoption.
TO_ADOPTION: Mapping[str, str] = {
    "adoption": "pk",
    "amendment": "adoption_id",
    "ballot": "round__adoption_id",
    "consequence": "round__adoption_id",
    "entry": "adoption_id",
    "monthlysheet": "adoption_id",
    "obligation": "round__adoption_id",
    "resultset": "round__adoption_id",
    "review": "round__adoption_id",
    "round": "adoption_id",
    "roundevent": "round__adoption_id",
    "subject": "adoption_id",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "imported": {"new": "新增", "changed": "改动", "left": "调离"},
    "language": {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"},
    "role": {str(role.value): str(role.label) for role in Role},
    "second_factor": {"none": "没有", "totp": "动态口令", "sms": "短信", "spare code": "备用码"},
    "unit_kind": {str(kind.value): str(kind.label) for kind in UnitKind},
    "way": {
        "password": "密码",
        "titles": "按方案写的人",
        "circle": "轮流",
        "random": "随机",
        "everybody": "互相都评",
    },
}
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")


@dataclass(frozen=True)
class Known:
    """Names by id, and the adoptions that the objects of the rows rest on by (kind, id)."""

    people: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    adoptions: Mapping[tuple[str, str], Adopted] = field(default_factory=dict)


def detail(row: AuditRow, known: Known) -> str:
    """All that the action noted besides the fields that it changed."""
    return "；".join(
        f"{field_text(row.object_kind, name)}：{value_text(row, name, value, known)}"
        for name, value in row.changes.items()
        if name != "fields"
    )


def people_in(row: AuditRow) -> Iterator[int]:
    """The ids of people that a row notes."""
    return _ids(row.changes[name] for name in _OF_PEOPLE & row.changes.keys())


def units_in(row: AuditRow) -> Iterator[int]:
    """The ids of units that a row notes."""
    return _ids(noted for name, noted in row.changes.items() if _is_unit(row.object_kind, name))


def needs_scheme(row: AuditRow) -> bool:
    """Whether only the scheme of its object has words for what a row notes."""
    return row.object_kind in TO_ADOPTION and not _OF_SCHEME.isdisjoint(row.changes)


def _ids(noted: Iterable[object]) -> Iterator[int]:
    for one in noted:
        if isinstance(one, list):
            yield from _ids(one)
        elif isinstance(one, int) and not isinstance(one, bool):
            yield one


def _is_unit(kind: str, name: str) -> bool:
    return name in _OF_UNITS or (kind, name) == _UNIT_BEFORE


def value_text(row: AuditRow, name: str, value: object, known: Known) -> str:
    """A value in words; as it was noted where there are none for it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value in ("", [], {}):
        return "无"
    if isinstance(value, dict):
        return _mapping_text(row, name, value, known)
    if isinstance(value, list):
        if any(isinstance(one, (list, dict)) for one in value):
            return f"{len(value)} 项"
        return "、".join(value_text(row, name, one, known) for one in value)
    if isinstance(value, int):
        return _name_of(row.object_kind, name, value, known) or str(value)
    return _text(row, name, str(value), known)


def _mapping_text(row: AuditRow, name: str, value: Mapping[str, object], known: Known) -> str:
    """`{"phone": "9f…"}` under `personal` as 手机号码 9f…."""
    if any(isinstance(one, (list, dict)) for one in value.values()):
        return f"{len(value)} 项"
    return "、".join(
        f"{_text(row, name, one, known)} {value_text(row, one, noted, known)}"
        for one, noted in value.items()
    )


def _name_of(kind: str, name: str, id: int, known: Known) -> str:
    if name in _OF_PEOPLE:
        return known.people.get(id, "")
    return known.units.get(id, "") if _is_unit(kind, name) else ""


def _text(row: AuditRow, name: str, text: str, known: Known) -> str:
    kind = row.object_kind
    words = _choice(kind, name, text) or _WORDS.get(name, {}).get(text, "")
    if not words and name == "source_kind":
        words = kind_text(text)
    if not words and (kind, name) == ("setting", "name") and text in SETTINGS:
        words = str(SETTINGS[text].title)
    if not words and name in _OF_SCHEME and (found := known.adoptions.get((kind, row.object_id))):
        words = _scheme_words(found, row, name, text)
    if not words and name in _OF_FIELDS:
        words = field_text(kind, text)
    return words or _moment(text)


def _choice(kind: str, name: str, text: str) -> str:
    """The label of a field's choice."""
    try:
        choices = apps.get_model("records", kind)._meta.get_field(name).choices
    except (LookupError, FieldDoesNotExist, AttributeError):
        return ""
    return str(dict(choices or ()).get(text, ""))


def _scheme_words(found: Adopted, row: AuditRow, name: str, text: str) -> str:
    """The scheme's own title of a thing; empty where it has none."""
    pack = found.pack
    if name == "changed":
        register = pack.registers.get(str(row.changes.get("roster", "")))
        described = register.fields.get(text) if register else None
        return described.title if described else ""
    if name in {"changes", "days", "names"}:
        group = {"days": "dates.", "names": "parameters."}.get(name, "")
        title = change_title(found, f"{group}{text}")
        return "" if title == text.partition(".")[2] else title
    return _TITLES[name](found).get(text, "")


def _registers(found: Adopted) -> Mapping[str, str]:
    return {id: one.title for id, one in found.pack.registers.items()}


_TITLES: Mapping[str, Callable[[Adopted], Mapping[str, str]]] = {
    "duty": lambda found: {one.id: one.title for one in found.pack.process.duties},
    "effect": lambda found: {one.id: one.title for one in found.pack.process.effects},
    "name": lambda found: found.pack.process.events,
    "register": _registers,
    "registers": _registers,
    "roster": _registers,
}


def _moment(text: str) -> str:
    """2026年11月27日 10:42 for what is a day or a moment, always with its year."""
    if _MOMENT.fullmatch(text):
        try:
            at = datetime.fromisoformat(text).astimezone(CHINA)
        except ValueError:
            return text
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    if _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return text
        return f"{day.year}年{day.month}月{day.day}日"
    if month := _MONTH.fullmatch(text):
        return f"{month[1]}年{int(month[2])}月"
    return text
