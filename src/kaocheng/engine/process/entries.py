"""The entries of a process, as read from process.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import FlagRule
from kaocheng.engine.language.shape import Clause, SettingValue
from kaocheng.engine.problems import Place
from kaocheng.engine.process.times import Length, Recurrence, When, Written

GateState = Literal["owe", "open", "closed"]
Rounding = Literal["ceil", "floor", "half_up"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every part of the process has. Ids are unique across all kinds and events."""

    id: str
    title: str
    place: Place
    clauses: tuple[Clause, ...] = ()
    note: str = ""
    accept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Phase(Entry):
    """A stretch of time; one `within` another runs beside it and takes its days where none are."""

    begins: Written[When] | None = None
    ends: Written[When] | None = None
    who: str = ""
    within: str = ""


@dataclass(frozen=True)
class Escalation:
    """Once `after` is over and nothing is done, the matter goes to `goes_to`."""

    after: Written[When]
    goes_to: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Duty(Entry):
    """`who` owes `what` for `about` by `by`, else `otherwise`.

    With `each` it is owed once per period; without `by` it is due within that period, or within the
    phase. `when` (for a subject of `of`) says who owes it at all. `target` is the earlier day that
    is aimed at, `by` the one that binds; `done` is the event that fulfils it.
    """

    who: str
    what: str = ""
    about: str = ""
    goes_to: str = ""
    each: Written[Recurrence] | None = None
    begins: Written[When] | None = None
    by: Written[When] | None = None
    target: Written[When] | None = None
    reading: SettingValue | None = None
    at_least: int = 1
    at_most: int | None = None
    otherwise: str = ""
    escalate: tuple[Escalation, ...] = ()
    register: str = ""
    done: str = ""
    within: str = ""
    soft: bool = False
    of: str = ""
    when: Expr | None = None


@dataclass(frozen=True)
class IfEmpty:
    """What holds while `of` is 0, for example nobody else's work to review yet."""

    of: Expr
    then: GateState
    place: Place


@dataclass(frozen=True, kw_only=True)
class Gate(Entry):
    """`before` waits: for `need` to hold for the subject of `of`, and for everything in `after`."""

    before: str
    of: str = ""
    need: Expr | None = None
    if_empty: IfEmpty | None = None
    after: tuple[str, ...] = ()
    soft: bool = False


@dataclass(frozen=True, kw_only=True)
class Publicity(Entry):
    """Posted from `begins` on for at least `length`, over by `by`; `posted` is the event."""

    length: Written[Length]
    who: str = ""
    begins: Written[When] | None = None
    by: Written[When] | None = None
    posted: str = ""
    audience: str = ""


@dataclass(frozen=True, kw_only=True)
class Objection(Entry):
    """Filed within `within`, answered by `answer`, which must be over when `before` begins."""

    kind: str
    who: str
    goes_to: str
    filed: str
    within: Written[When] | None = None
    answer: Written[When] | None = None
    answered: str = ""
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Vote(Entry):
    """Passes with `quorum` of the members present and `majority` of those present, or of all.

    `strict` needs more than the majority; a quorum of 以上 always includes its number.
    """

    who: str
    majority: Fraction
    quorum: Fraction = Fraction(0)
    of: str = "present"
    reading: SettingValue | None = None
    by: Written[When] | None = None
    passed: str = ""


@dataclass(frozen=True, kw_only=True)
class Draw(Entry):
    """A sample of the rows of `of` that satisfy `where`: a `share` of them or a fixed `count`."""

    of: str
    who: str = ""
    where: Expr | None = None
    share: Expr | None = None
    count: Expr | None = None
    rounding: Rounding = "ceil"
    at_least: int = 1
    per: str = ""
    by: Written[When] | None = None


@dataclass(frozen=True, kw_only=True)
class Effect(Entry):
    """When `when` holds for a subject of `of`, `then` follows; with `confirm` it is proposed."""

    of: str
    when: Expr
    then: str
    bars: tuple[str, ...] = ()
    lasts: str = ""
    confirm: str = ""
    flags: tuple[FlagRule, ...] = ()


@dataclass(frozen=True)
class Step:
    id: str
    title: str
    place: Place
    who: str = ""
    by: Written[When] | None = None


@dataclass(frozen=True, kw_only=True)
class Route(Entry):
    """Steps in a fixed order, for every row of `of` where one is named."""

    steps: tuple[Step, ...]
    of: str = ""


@dataclass(frozen=True)
class Start:
    """The day that everything is counted from: what it is called, and which day where known."""

    title: str
    place: Place
    day: Written[When] | None = None
