"""Results of adoptions as their facts stand now: kept in memory, computed where they change.

`computed(found)` for everybody who shows or uses results; `Computed.explained` for one subject.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.result_columns import Spelled
from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.explaining import Explainer
from kaocheng.engine.explain import Explanation
from kaocheng.engine.facts import Facts
from kaocheng.engine.problems import Problem
from kaocheng.engine.reference.judging import Judgement, Sample, effects, gates, samples
from kaocheng.engine.reference.run import Run
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing_facts import State, facts_digest, revisions_in
from kaocheng.queries.computing_rows import Rows
from kaocheng.queries.computing_store import Kept

# Adoptions kept in memory; the one that nobody has asked for longest goes first.
MOST_KEPT = 8
_kept: OrderedDict[int, Kept] = OrderedDict()
_door = threading.Lock()


@dataclass(frozen=True)
class Explained:
    """A subject's rows explained, with the facts that the explanations name.

    The line of a row of facts is the id of its entry (of its subject in a roster).
    """

    explanations: list[Explanation]
    rows: RowFinder


@dataclass
class Computed:
    """The results of an adoption at one moment; later changes give another one."""

    kept: Kept
    run: Run | ColumnarRun
    state: State
    problems: tuple[Problem, ...]
    # Why entries that should count are not in it; empty where all of them are.
    faults: tuple[Problem, ...] = ()
    _rows: dict[str, Rows] = field(default_factory=dict)

    def rows(self, result: str) -> Rows:
        """The rows of a result in columns of text."""
        with self.kept.lock:
            if result not in self._rows:
                spelled = self.kept.spelled.setdefault(result, Spelled())
                rows = Rows(self.run, self.run.pack.results[result], spelled)
                _ = rows.table, rows.exempt
                self._rows[result] = rows
            return self._rows[result]

    def explained(self, subject: str) -> Explained:
        """Every row of the subject as a tree; no explanation where there is none."""
        with self.kept.lock:
            if isinstance(self.run, ColumnarRun):
                found = self._explainer.explain_with_rows(subject)
                return Explained(found.explanations, RowFinder(self.run.pack, found.facts))
            rows = RowFinder(self.run.pack, self.run.facts)
            return Explained(verbs.explain(self.run, subject), rows)

    @cached_property
    def _explainer(self) -> Explainer:
        assert isinstance(self.run, ColumnarRun)
        return Explainer(self.run)

    @cached_property
    def by_rows(self) -> Run:
        """The results as the reference holds them, for what is asked of everybody at once."""
        with self.kept.lock:
            if isinstance(self.run, Run):
                return self.run
            facts: Facts = self._explainer.facts
            run = Run(self.run.compiled, facts)
            run.members.update(self.run.members)
            run.outcomes.update(self.run.outcomes)
            return run

    def effects(self) -> list[Judgement]:
        """What follows for whom."""
        with self.kept.lock:
            return sorted(effects(self.by_rows), key=lambda one: (one.entry, one.subject))

    def gates(self) -> list[Judgement]:
        """Which gates are open for whom."""
        with self.kept.lock:
            return sorted(gates(self.by_rows), key=lambda one: (one.entry, one.subject))

    def samples(self) -> list[Sample]:
        """How many are to be drawn out of how many."""
        with self.kept.lock:
            return sorted(samples(self.by_rows), key=lambda one: (one.draw, one.group))

    def facts_digest(self) -> str:
        """SHA-256 of the facts, see `computing_facts.facts_digest`."""
        with self.kept.lock:
            return facts_digest(self.kept.found, self.kept.counted)

    def results_digest(self) -> str:
        """SHA-256 over the name of each result and the SHA-256 of its canonical CSV."""
        lines = (
            f"{result.id} {hashlib.sha256(self.rows(result.id).csv()).hexdigest()}\n"
            for result in self.run.pack.scheme.results
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def revisions(self) -> Mapping[str, int]:
        """The revisions that the results rest on: `register/unit` → number."""
        return revisions_in(self.state)


def computed(found: Adopted) -> Computed:
    """The results as the facts stand now.

    Entries at fault are not in them (`Computed.faults`). Raises the engine's `Refused` where a fact
    is at fault that others refer to: its problems name register and entry.
    """
    kept = _kept_of(found)
    with kept.lock:
        if kept.refresh() or kept.current is None:
            assert kept.run is not None
            kept.current = Computed(kept, kept.run, dict(kept.state), kept.problems, kept.faults)
        current = kept.current
        assert isinstance(current, Computed)
        return current


def parameters_digest(found: Adopted) -> str:
    """SHA-256 of what the adoption has settled and results rest on, as it stands on its day."""
    settled = [found.terms.parameters, found.terms.dates, found.adoption.periods]
    text = json.dumps(settled, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def forget() -> None:
    """Let go of everything that is kept; it is computed anew when it is asked for."""
    with _door:
        _kept.clear()


def _kept_of(found: Adopted) -> Kept:
    settled = f"{found.adoption.scheme.digest} {parameters_digest(found)}"
    with _door:
        kept = _kept.get(found.adoption.pk)
        if kept is None or kept.settled != settled:
            kept = _kept[found.adoption.pk] = Kept(found, settled)
        _kept.move_to_end(found.adoption.pk)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return kept
