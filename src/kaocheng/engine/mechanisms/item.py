"""The shape of an item: the keys that all items share, and exactly one mechanism."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.forms import Later
from kaocheng.engine.language.scheme import COMMON_KEYS, Item, scheme_shape
from kaocheng.engine.language.shape import Key, ListOf, Record, Schema
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.parts import COMBINE, Parts
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.yaml_text import Mapping, Node


@dataclass(frozen=True)
class _Everything:
    """All keys of an item as read, before its mechanism is known."""

    values: dict[str, object] = field(default_factory=dict)


def _gather(**values: object) -> _Everything:
    return _Everything(values)


@dataclass(frozen=True)
class ItemShape:
    """Reads one item; notes when it has no mechanism or more than one."""

    def _record(self) -> Record:
        items = ListOf(Later("item", lambda: ITEM))
        mechanisms = {
            key: Key(items if key == "parts" else one.shape, one.title)
            for key, one in MECHANISMS.items()
        }
        combine = Key(COMBINE, "各部分怎样合成，默认相加（只用于 parts）", default="sum")
        return Record(_gather, {**COMMON_KEYS, "combine": combine, **mechanisms})

    def read(self, node: Node, *, problems: Problems) -> Item | None:
        everything = self._record().read(node, problems=problems)
        if not isinstance(everything, _Everything) or not isinstance(node, Mapping):
            return None
        values = everything.values
        named = [key for key in MECHANISMS if node.get(key) is not None]
        if len(named) != 1:
            id = "S12" if named else "S11"
            keys = "、".join(named or MECHANISMS)
            problems.add(id, node.place, id=values["id"], keys=keys)
            return None
        mechanism = named[0]
        spec = values[mechanism]
        combine = cast("str", values.pop("combine"))
        for key in MECHANISMS:
            values.pop(key)
        if spec is None:
            return None
        if mechanism == "parts":
            parts = cast("tuple[Item, ...]", spec)
            when = cast("Expr | None", values["when"])
            spec = Parts(parts if when is None else _all_under(when, parts), combine)
        return Item(mechanism=mechanism, spec=spec, **values)  # type: ignore[arg-type]  # COMMON_KEYS

    def schema(self) -> Schema:
        schema = self._record().schema()
        schema["oneOf"] = [{"required": [key]} for key in MECHANISMS]
        return schema


def _all_under(when: Expr, parts: tuple[Item, ...]) -> tuple[Item, ...]:
    """The parts of an item that applies only `when`, down to the last."""
    found = []
    for part in parts:
        spec = part.spec
        if isinstance(spec, Parts):
            spec = replace(spec, parts=_all_under(when, spec.parts))
        found.append(replace(part, spec=spec, conditions=(when, *part.conditions)))
    return tuple(found)


ITEM = ItemShape()
SCHEME_FILE = scheme_shape(Later("item", lambda: ITEM))
