"""The results of a rehearsal: computed, frozen, compared with those of the example."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kaocheng.access.actor import By
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.engine.problems import Refused as FactsRefused
from kaocheng.engine.reference.run import Run
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.trace import shown
from kaocheng.engine.values import state_of
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries.adopted import Adopted, adopted, fact_tables
from kaocheng.records.models import ResultRow, ResultSet, Round, Subject
from kaocheng.records.models.round import RoundState

WHY = "a rehearsal owns everything that it has made"


def freeze(
    by: By, work: Round, example: Mapping[str, TextTable]
) -> tuple[dict[str, int], list[str]]:
    """How many rows each result has, and what is wrong with them."""
    found = adopted(work.adoption)
    try:
        run = _run(found, fact_tables(found))
    except FactsRefused as refused:
        return {}, [f"结果没有算出来：{refused}"]
    _freeze(by, work=work, run=run)
    problems = []
    for result, there, wanted in zip(
        run.pack.scheme.results, _texts(run), _texts(_run(found, example)), strict=True
    ):
        if there != wanted:
            problems.append(f"“{result.title}”与示例的结果不同")
    counts = {one.title: len(run.members[one.id]) for one in run.pack.scheme.results}
    return counts, problems


def _run(found: Adopted, tables: Mapping[str, TextTable]) -> Run:
    return verbs.run(found.compiled, verbs.facts(found.pack, tables, problems=Problems()))


def _texts(run: Run) -> list[bytes]:
    return [canonical_csv_bytes(result_table(run, one)) for one in run.pack.scheme.results]


@action("rehearsal.freeze")
def _freeze(act: Act, *, work: Round, run: Run) -> Answer:
    digest = hashlib.sha256(b"".join(_texts(run))).hexdigest()
    kept = ResultSet(
        round=work,
        number=1,
        frozen_at=act.at,
        scheme_digest=work.adoption.scheme.digest,
        parameters_digest=digest,
        facts_digest=digest,
        results_digest=digest,
    )
    act.make(kept, digest=digest)
    rows = [row for one in run.pack.scheme.results for row in _rows(run, kept, one.id)]
    ResultRow.objects.bulk_create(rows)
    row = act.lock(Round.objects.unscoped(WHY), work.pk)
    row.state = RoundState.FROZEN
    act.keep(row, "state")
    return Answer.of(kept)


def _rows(run: Run, kept: ResultSet, result: str) -> list[ResultRow]:
    subjects = {
        (one.roster, one.key): one
        for one in Subject.objects.unscoped(WHY).filter(adoption=kept.round.adoption)
    }
    roster = run.pack.results[result].of
    items = [item for name, item in run.outcomes if name == result]
    made = []
    for key, period in run.members[result]:
        subject = subjects.get((roster, key))
        if subject is None:
            continue
        outcomes = {item: run.outcomes[result, item].get((key, period)) for item in items}
        values = {
            item: [shown(one.value), state_of(one.value)]
            for item, one in outcomes.items()
            if one is not None
        }
        made.append(
            ResultRow(
                result_set=kept,
                result=result,
                subject=subject,
                period=period,
                unit_id=subject.unit_id,
                values=values,
            )
        )
    return made
