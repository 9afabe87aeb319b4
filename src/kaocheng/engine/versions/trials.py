"""Which changes are tried alone, and which only together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Refused
from kaocheng.engine.reference.run import RowKey
from kaocheng.engine.versions.applying import CannotApply, with_changes
from kaocheng.engine.versions.change import Change, Path
from kaocheng.engine.versions.moves import ResultMoves, Row

# What the results are with a pack: computed by whoever has the facts.
Compute = Callable[[Pack], list[ResultMoves]]


@dataclass(frozen=True)
class Trial:
    """Some changes put into the old version by themselves, and the rows that they move.

    `changes` are positions. `is_joint`: none of them could be tried alone. `rows` are by the id of
    the old result and the key of the row; None where not even together they could be tried.
    """

    changes: tuple[int, ...]
    is_joint: bool = False
    rows: dict[tuple[str, RowKey], Row] | None = field(default=None, compare=False)

    def moves(self, result: str, row: Row) -> bool:
        """Whether these changes move that row of the old result."""
        found = self.rows.get((result, row.key)) if self.rows is not None else None
        return found is not None and found.is_moved


def trials(
    old: Pack,
    new: Pack,
    changes: Sequence[Change],
    compute: Compute,
    *,
    most: int,
    progress: Callable[[int, int], None],
) -> list[Trial]:
    """Each of the first `most` changes with an effect on results alone.

    Changes at one place (the cells of a table) are one trial. `compute` raises `Refused` for a pack
    that is not sound: weights that no longer add up to 100 %. Such changes are tried with the
    others of their indicator, with those of registers and parameters, and at last all together.
    """
    lab = _Lab(old, new, changes, compute)
    groups = _groups(changes)[:most]
    found: list[Trial] = []
    left: list[int] = []
    for done, group in enumerate(groups):
        progress(done, len(groups))
        trial = lab.tried(group)
        if trial is None:
            left.extend(group)
        else:
            found.append(trial)
    for together in (lab.of_one_item, lab.with_registers, lab.with_facts, _all):
        for group in together(left):
            trial = lab.tried(group, is_joint=True) if len(group) > 1 else None
            if trial is not None:
                found.append(trial)
                left = [at for at in left if at not in group]
    return [*found, Trial(tuple(left), is_joint=True)] if left else found


@dataclass(frozen=True)
class _Lab:
    old: Pack
    new: Pack
    changes: Sequence[Change]
    compute: Compute

    def tried(self, group: Sequence[int], *, is_joint: bool = False) -> Trial | None:
        """What these changes do, or None where the pack with them alone is not sound."""
        changes = [self.changes[at] for at in group]
        try:
            results = self.compute(with_changes(self.old, self.new, changes))
        except (CannotApply, Refused):
            return None
        rows = {
            (result.old.id, row.key): row
            for result in results
            for row in result.rows
            if row.is_moved or row.items
        }
        return Trial(tuple(group), is_joint, rows)

    def of_one_item(self, left: Sequence[int]) -> list[list[int]]:
        """Those that stand in one indicator."""
        found: dict[Path, list[int]] = {}
        for at in left:
            found.setdefault(self._item_path(self.changes[at]), []).append(at)
        return list(found.values())

    def _item_path(self, change: Change) -> Path:
        """The path of the outermost indicator of its result: results, n, items, m."""
        side = change.old or change.side
        return side.path[:5]

    def with_registers(self, left: Sequence[int]) -> list[list[int]]:
        """Each with all the changes of registers and periods, which it may rest on."""
        return self._with(left, ("registers", "period_kinds"))

    def with_facts(self, left: Sequence[int]) -> list[list[int]]:
        """Each with all the changes of registers, periods and parameters."""
        return self._with(left, ("registers", "period_kinds", "parameters"))

    def _with(self, left: Sequence[int], sections: Sequence[str]) -> list[list[int]]:
        facts = [
            at
            for at, change in enumerate(self.changes)
            if change.effect == "results" and change.section in sections
        ]
        return [sorted({at, *facts}) for at in left] if facts else []


def _all(left: Sequence[int]) -> list[list[int]]:
    return [list(left)]


def count_of_trials(changes: Sequence[Change]) -> int:
    return len(_groups(changes))


def _groups(changes: Sequence[Change]) -> list[list[int]]:
    found: dict[object, list[int]] = {}
    for at, change in enumerate(changes):
        if change.effect == "results":
            side = change.old or change.side
            found.setdefault((change.kind, side.path), []).append(at)
    return list(found.values())
