"""What a mechanism is: one way in which a value comes about, said in one file.

A mechanism has a key in YAML, a shape, the expressions it evaluates, static checks, and a meaning:
either `outcome` (one subject at a time) or `outcomes` (those asked for among all subjects of a
result: everybody counts, but only of those asked is anything said). Beside it stands `lower`,
which says the same of whole columns for the columnar evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import SettingValue, Shape
from kaocheng.engine.language.types import NUMBER, Type
from kaocheng.engine.problems import Problems
from kaocheng.engine.trace import Advice, Outcome, RowRef
from kaocheng.engine.values import Missing, Value, is_known

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowered import Lowered
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Slot:
    """An expression of a mechanism and where it is read.

    `want` is the type it must have (None: any). `each` restricts it to one period of that kind.
    `table` reads it on rows of that register. `special` are names the mechanism supplies. `gives`:
    its value may become the item's, so that both must be of one type.
    """

    expr: Expr
    want: Type | None = NUMBER
    each: str = ""
    table: str = ""
    special: Mapping[str, tuple[Type, str]] = field(default_factory=dict)
    gives: bool = False


class Row(Protocol):
    """A row of facts as a mechanism sees it."""

    @property
    def ref(self) -> RowRef: ...

    def get(self, field: str) -> Value: ...


class Frame(Protocol):
    """One subject (and period) of a result, as a mechanism sees it while it is computed."""

    @property
    def subject(self) -> str: ...

    def value(
        self,
        expr: Expr,
        *,
        period: Period | None = None,
        row: Row | None = None,
        special: Mapping[str, Value] | None = None,
    ) -> Value:
        """The value of `expr` here; `period` narrows it, `row` is the row it is read on."""

    def spell(self, expr: Expr) -> str:
        """`expr` with this subject's numbers put in, such as `18 ÷ 15`."""

    def name_of(self, expr: Expr) -> str:
        """What `expr` is called where it is a mere name, otherwise its arithmetic."""

    def rows_used(self) -> tuple[RowRef, ...]:
        """The rows that aggregates have looked at since the last call."""

    def item(self, item: str) -> Outcome:
        """The outcome of another item of the same result for this subject."""

    def rows(self, register: str) -> Sequence[Row]:
        """The counted rows of `register` that belong to this subject (and period)."""

    def setting(self, setting: SettingValue) -> str:
        """The word that a setting has here."""

    def periods(self, kind: str) -> Sequence[Period]:
        """The periods of `kind`, within the frame's own period where it has one."""

    def spell_on(self, expr: Expr, row: Row) -> str:
        """`expr` spelled on a row."""


class Told(Protocol):
    """What a finished run has kept of a subject among those it was compared with, by name."""

    def number(self, name: str) -> Fraction:
        """A number of the subject or of its whole group."""

    def count(self, name: str) -> int:
        """The same where it is a whole number."""

    def member(self, name: str) -> Frame | None:
        """The one of the group that is named; the subject's own frame if that is the subject."""

    def is_before(self, name: str) -> bool:
        """Whether the subject stands in the roster before the one that is named, or nobody is."""


TypeOf = Callable[[Expr], Type]


@dataclass(frozen=True)
class Mechanism:
    """One entry of the table of mechanisms.

    `fields` are the fields of registers that it names, as (register, field). `needs_points`: the
    item must state its full mark. `least` is the floor where it names none. `within`: what those
    have in common whom `outcomes` looks at together; None when it is everybody. `outcome_told`
    says what `outcomes` says of one of them, from what its `lower` has `told`.
    """

    key: str
    title: str
    shape: Shape
    slots: Callable[[Item], Iterable[Slot]]
    type_of: Callable[[Item, TypeOf], Type]
    outcome: Callable[[Item, Frame], Outcome] | None = None
    outcomes: Callable[[Item, Sequence[Frame], Sequence[Frame]], list[Outcome]] | None = None
    within: Callable[[Item], Expr | None] = lambda _: None
    outcome_told: Callable[[Item, Frame, Told], Outcome] | None = None
    lower: Callable[[Item, Lowering], Lowered] | None = None
    check: Callable[[Item, Problems], None] | None = None
    advise: Callable[[Item, Frame], list[Advice]] | None = None
    fields: Callable[[Item], Iterable[tuple[str, str]]] = lambda _: ()
    settings: Callable[[Item], Iterable[SettingValue]] = lambda _: ()
    needs_points: bool = False
    least: Fraction | None = None


def unset_setting(
    settings: Iterable[SettingValue], parameters: Mapping[str, Value]
) -> Missing | None:
    """Why a setting is open: the parameter that should say it is not set. None where all are."""
    for setting in settings:
        value = parameters[setting.parameter] if setting.parameter else setting.word
        if not is_known(value):
            return Missing(value.why or "选项还没有确定")
    return None


def number_type(_item: Item, _type_of: TypeOf) -> Type:
    """For mechanisms that always give points."""
    return NUMBER
