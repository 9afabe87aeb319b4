"""Which columns the table of a result has, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.mechanisms.pay import Pay
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import unit_words
from kaocheng.formats import OutColumn

STATE_WORDS = {"scored": "有结果", "missing": "缺数据", "not_applicable": "不适用"}


@dataclass(frozen=True)
class Layout:
    """`extras`: the further columns of each item. `titled`: headers and states for people."""

    pack: Pack
    result: Result
    extras: Mapping[str, Sequence[str]]
    titled: bool = False

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(items_below(self.result.items))

    @cached_property
    def subject_fields(self) -> list[str]:
        register = self.pack.subject_of(self.result)
        return list(dict.fromkeys(name for name in (register.key, register.name) if name))

    def state(self, state: str) -> str:
        """The word for a state."""
        return STATE_WORDS[state] if self.titled else state

    def columns(self) -> tuple[OutColumn, ...]:
        """Ids that differ: one that is taken gets a dash behind it."""
        taken: set[str] = set()
        columns = []
        for id, title in (*self._subject_columns(), *self._item_columns(), ("flags", "提示")):
            free = id
            while free in taken:
                free += "_"
            taken.add(free)
            columns.append(OutColumn(free, title if self.titled else free))
        return tuple(columns)

    def _subject_columns(self) -> Iterator[tuple[str, str]]:
        register = self.pack.subject_of(self.result)
        for name in self.subject_fields:
            yield name, register.fields[name].title
        if self.result.each:
            yield "period", self.pack.period_kinds.get(self.result.each, "周期")

    def _item_columns(self) -> Iterator[tuple[str, str]]:
        for item in self.items:
            unit = unit_words(unit_of(item))
            yield item.id, f"{item.title}（{unit}）" if unit else item.title
            yield f"{item.id}.state", f"{item.title}·状态"
            for name in self.extras[item.id]:
                yield f"{item.id}.{name}", f"{item.title}·{_extra_title(item, name)}"


def fixed_extras(item: Item) -> list[str] | None:
    """The further columns that an item has whoever is computed; None where that depends."""
    return [step.id for step in item.spec.take] if isinstance(item.spec, Pay) else None


def _extra_title(item: Item, name: str) -> str:
    if isinstance(item.spec, Pay):
        return next(step.title for step in item.spec.take if step.id == name)
    return {"rank": "位次"}.get(name, name)
