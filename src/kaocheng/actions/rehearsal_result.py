"""The results of a rehearsal: frozen as the product does it, compared with those of the example."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Mapping

from kaocheng.access.actor import By
from kaocheng.access.refusal import Refused
from kaocheng.actions.result import freeze_results
from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextTable
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import computed
from kaocheng.queries.result_scope import rows_of_round
from kaocheng.records.models import ResultRow, Round

# The data of an example may leave something open on purpose.
BECAUSE = "演练"


def freeze(
    by: By, work: Round, example: Mapping[str, TextTable]
) -> tuple[dict[str, int], list[str]]:
    """How many rows each result has, and what is wrong with them."""
    found = adopted(work.adoption)
    try:
        freeze_results(by, round_id=work.pk, because=BECAUSE)
    except Refused as refused:
        return {}, [f"结果没有冻结：{refused}"]
    done, wanted = computed(found), _of_example(found, example)
    results = found.pack.scheme.results
    problems = [
        f"“{one.title}”与示例的结果不同"
        for one in results
        if done.rows(one.id).csv() != wanted[one.id]
    ]
    rows = ResultRow.objects.unscoped("a rehearsal looks").filter(result_set__round=work)
    kept = Counter(rows.values_list("result", flat=True))
    problems += [
        f"“{one.title}”没有全部冻结"
        for one in results
        if kept[one.id] != len(rows_of_round(done, found, work, one))
    ]
    return {one.title: len(done.rows(one.id).keys) for one in results}, problems


def _of_example(found: Adopted, example: Mapping[str, TextTable]) -> dict[str, bytes]:
    """The table of each result, computed from the example as it came with the scheme."""
    run = verbs.run(found.compiled, verbs.facts(found.pack, example, problems=Problems()))
    return {
        one.id: BOM_UTF8 + canonical_csv_bytes(result_table(run, one))
        for one in found.pack.scheme.results
    }
