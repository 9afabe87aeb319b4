"""What a door would give with one check less, before any page is asked again.

Whatever calls into `access` from outside is answered as ever; then the same call is made with each
check taken away whose statement it ran. Where that gives the same rows, the same condition or the
same yes or no, the page cannot notice, and the cell is not asked about that mutant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FunctionType

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet

from kaocheng.records.prepared import Prepared
from tests.access.mutants import Mutant, spot
from tests.access.table import Cell

CALL = "_called_from_outside"
# These call views, or only put a refusal into words.
NO_DOORS = ("kaocheng/access/endpoints:", "kaocheng/access/refusal:")
Given = tuple[tuple[object, ...], Mapping[str, object]]


class Calls:
    """`differ`: by the name of the mutant, the cells in which some door gave something else.

    `ran`: the statements of the call that is being answered. `tries`: it is being repeated.
    """

    def __init__(self, mutants: Iterable[Mutant]) -> None:
        self.differ: defaultdict[str, set[Cell]] = defaultdict(set)
        self.ran: set[str] = set()
        self.tries = False
        self._at: defaultdict[str, list[Mutant]] = defaultdict(list)
        self._other: dict[str, FunctionType] = {}
        for mutant in mutants:
            if mutant.exchanged is not None:
                self._at[mutant.touches].append(mutant)
                self._other[mutant.name] = _with(*mutant.exchanged)
        self._plain: dict[str, FunctionType] = {}
        self._instead: dict[str, FunctionType] = {}
        self._is_inside = False
        self._writes_text = False
        self._known: dict[object, frozenset[str]] = {}
        self._rows: dict[str, list[str]] = {}
        self._cell: Callable[[], Cell | None] = lambda: None

    def watched(
        self, codes: Mapping[FunctionType, CodeType], cell: Callable[[], Cell | None]
    ) -> dict[FunctionType, CodeType]:
        """Code for the doors that asks `call` for their answers; `codes` are what runs then."""
        self._cell = cell
        made: dict[FunctionType, CodeType] = {}
        for function, code in codes.items():
            name = spot(function)
            if is_door(function) and function.__closure__ is None:
                self._plain[name] = _with(function, code)
                function.__globals__[CALL] = self.call
                made[function] = _asking(function, name)
        return made

    @contextmanager
    def told_of_texts(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """While a text is written once for all its blanks stand in the place of people: no rows."""
        written = Prepared._written

        def told(prepared: Prepared, *given: object) -> object:
            self._writes_text = True
            try:
                return written(prepared, *given)  # type: ignore[arg-type]
            finally:
                self._writes_text = False

        patch.setattr(Prepared, "_written", told)
        yield

    def call(self, name: str, given: tuple[object, ...], named: Mapping[str, object]) -> object:
        function = self._instead.get(name) or self._plain[name]
        if self._is_inside or self._cell() is None:
            return function(*given, **named)
        self._is_inside, self.ran = True, set()
        try:
            try:
                answer = function(*given, **named)
            except Exception as problem:
                self._try_others(name, (given, named), problem)
                raise
            self._try_others(name, (given, named), answer)
            return answer
        finally:
            self._is_inside = False

    def _try_others(self, name: str, given: Given, answer: object) -> None:
        cell = self._cell()
        assert cell is not None
        mutants = [one for key in self.ran for one in self._at.get(key, ())]
        # What a POST wrote before is in no other cell.
        key = self._key(name, given) if cell.method == "GET" else None
        known = self._known.get(key) if key is not None else None
        if known is None:
            differ = (one for one in mutants if not self._same(name, given, answer, one))
            known = frozenset(one.name for one in differ)
            if key is not None:
                self._known[key] = known
        for one in known:
            self.differ[one].add(cell)

    def _key(self, name: str, given: Given) -> object:
        positional, named = given
        key = (name, self._writes_text, positional, tuple(sorted(named.items())))
        try:
            hash(key)
        except TypeError:
            return None
        return key

    def _same(self, name: str, given: Given, answer: object, mutant: Mutant) -> bool:
        positional, named = given
        assert mutant.exchanged is not None
        self._instead = {spot(mutant.exchanged[0]): self._other[mutant.name]}
        self.tries = True
        try:
            with transaction.atomic():
                other = (self._instead.get(name) or self._plain[name])(*positional, **named)
        except Exception as problem:  # noqa: BLE001  # whatever it is, it is the answer
            other = problem
        else:
            return self._alike(answer, other)
        finally:
            self._instead, self.tries = {}, False
        return type(answer) is type(other) and str(answer) == str(other)

    def _alike(self, one: object, other: object) -> bool:
        """Surely the same; where that cannot be seen, it is not."""
        if type(one) is not type(other):
            return False
        if isinstance(one, Q) and isinstance(other, Q):
            same = (one.connector, one.negated) == (other.connector, other.negated)
            return same and self._alike(list(one.children), list(other.children))
        if isinstance(one, QuerySet) and isinstance(other, QuerySet):
            return self._alike_rows(one, other)
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(self._alike(*pair) for pair in pairs)
        return bool(one == other)

    def _alike_rows(self, one: QuerySet, other: QuerySet) -> bool:  # type: ignore[type-arg]
        try:
            texts = _text(one), _text(other)
            if texts[0] == texts[1]:
                return True
            cell = self._cell()
            if self._writes_text or cell is None or cell.method != "GET":
                return False
            with transaction.atomic():
                return self._pks(one, texts[0]) == self._pks(other, texts[1])
        except (ValueError, TypeError, DatabaseError):  # a part of a larger query
            return False

    def _pks(self, rows: QuerySet, text: str) -> list[str]:  # type: ignore[type-arg]
        if text not in self._rows:
            self._rows[text] = sorted(map(str, rows.order_by().values_list("pk", flat=True)))
        return self._rows[text]


def is_door(function: FunctionType) -> bool:
    name = spot(function)
    return name.startswith("kaocheng/access/") and not name.startswith(NO_DOORS)


def _text(rows: QuerySet) -> str:  # type: ignore[type-arg]
    try:
        return f"{rows.model.__name__} {rows.query}"
    except EmptyResultSet:
        return ""


def _with(function: FunctionType, code: CodeType) -> FunctionType:
    made = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _asking(function: FunctionType, name: str) -> CodeType:
    text = f"def asking(*given, **named):\n    return {CALL}({name!r}, given, named)\n"
    names: dict[str, FunctionType] = {}
    exec(compile(text, function.__code__.co_filename, "exec"), names)  # our own code
    return names["asking"].__code__
