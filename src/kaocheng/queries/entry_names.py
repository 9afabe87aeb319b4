"""Whom a row names: keys or names of rosters, keys of other tables, found for all rows at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from kaocheng.access.refusal import Refused
from kaocheng.engine.facts import NOT_APPLICABLE, list_table
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Entry, Subject
from kaocheng.records.models.register import Standing

WHY = "whether what is named exists; whose it is, is asked afterwards"
_WITH_KEY = re.compile(r".*[（(]([^（()）]+)[)）]")
_MOST_KEYS = 5


@dataclass
class Names:
    """Shape: subjects by (roster, key), and by (roster, name) all who bear it."""

    register: Register
    targets: Mapping[str, Register]
    by_key: dict[tuple[str, str], Subject] = field(default_factory=dict)
    by_name: defaultdict[tuple[str, str], list[Subject]] = field(
        default_factory=lambda: defaultdict(list)
    )
    keys: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Adopted, register: Register, rows: Iterable[Mapping[str, str]]) -> Self:
        """What the rows name, read from the rosters of the adoption."""
        targets = {
            name: found.pack.registers[one.type]
            for name, one in register.fields.items()
            if one.type in found.pack.registers
        }
        names = cls(register, targets)
        said: defaultdict[str, set[str]] = defaultdict(set)
        for values in rows:
            for name, target in targets.items():
                said[target.id] |= {values[name]} if values.get(name) else set()
        for target in {one.id: one for one in targets.values()}.values():
            texts = said[target.id]
            if target.kind == "roster":
                names._read_roster(found, target, texts)
            elif target.kind == "list":
                names.keys[target.id] = _list_keys(target)
            else:
                names.keys[target.id] = _entry_keys(found, target, texts)
        return names

    def _read_roster(self, found: Adopted, target: Register, texts: set[str]) -> None:
        """Keys first; names are looked for only where a text is no key."""
        rows = Subject.objects.unscoped(WHY).filter(
            adoption=found.adoption, roster=target.id, has_left=False
        )
        keys = {one for text in texts for one in _readings(text)}
        for subject in rows.filter(key__in=keys).select_related("unit") if keys else ():
            self.by_key[target.id, subject.key] = subject
        named = {
            one
            for text in texts
            if not any((target.id, key) in self.by_key for key in _readings(text))
            for one in _readings(text)
        }
        listed = rows.filter(name__in=named).select_related("unit").order_by("key")
        for subject in listed if named else ():
            self.by_name[target.id, subject.name].append(subject)
            self.by_key[target.id, subject.key] = subject

    def resolve(self, values: dict[str, str]) -> Iterator[tuple[str, Refused]]:
        """Put the keys where names stood, in place; what cannot be found is told by field."""
        for name, target in self.targets.items():
            text = values.get(name, "")
            if text in ("", NOT_APPLICABLE):
                continue
            key = self._key(target, text)
            if isinstance(key, Refused):
                yield name, key
            else:
                values[name] = key

    def subject(self, roster: str, key: str) -> Subject | None:
        return self.by_key.get((roster, key))

    def _key(self, target: Register, text: str) -> str | Refused:
        readings = _readings(text)
        if target.kind != "roster":
            known = self.keys[target.id]
            found = next((one for one in readings if one in known), None)
            return found or Refused("K27", roster=target.title, found=text[:40])
        for one in readings:
            if (target.id, one) in self.by_key:
                return self.by_key[target.id, one].key
            named = self.by_name.get((target.id, one), [])
            if len(named) == 1:
                return named[0].key
            if named:
                keys = "、".join(subject.key for subject in named[:_MOST_KEYS])
                return Refused(
                    "K28", roster=target.title, found=one[:40], count=len(named), keys=keys
                )
        return Refused("K27", roster=target.title, found=text[:40])


def _readings(text: str) -> tuple[str, ...]:
    """`张敏（T07）` is meant by its key first, then as it stands."""
    found = _WITH_KEY.fullmatch(text)
    return (found[1].strip(), text) if found else (text,)


def _list_keys(register: Register) -> frozenset[str]:
    table = list_table(register)
    at = table.header.index(register.key)
    return frozenset(row.cells[at] for row in table.rows)


def _entry_keys(found: Adopted, target: Register, texts: set[str]) -> frozenset[str]:
    standing = (Standing.WAITING, Standing.CHECKING, Standing.COUNTS)
    keys = {one for text in texts for one in _readings(text)}
    rows = Entry.objects.unscoped(WHY).filter(
        adoption=found.adoption, register=target.id, key__in=keys, standing__in=standing
    )
    return frozenset(rows.values_list("key", flat=True)) if keys else frozenset()
