"""Both evaluators on the same pack and facts: they must give the same bytes."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from itertools import zip_longest

from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts, read_facts, text_table
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run
from kaocheng.formats import OutTable, canonical_csv_bytes, out_text

IN_COLUMNS = "kaocheng.engine.columnar.run"
ENCODING = "kaocheng.engine.columnar.encoding"
HAS_COLUMNS = all(importlib.util.find_spec(name) is not None for name in (IN_COLUMNS, ENCODING))


class Unreadable(Exception):
    """The pack does not compile, or its facts do not read: every problem, one a line."""


def compiled_pack(pack: str) -> Compiled:
    """The pack whose files are the sections of one text."""
    problems = Problems()
    read = read_bundle(pack, file="generated.yaml", problems=problems)
    found = None if read is None else verbs.compile(read, problems=problems)
    if found is None:
        raise Unreadable(_told(problems))
    return found


def facts_of(compiled: Compiled, tables: Mapping[str, str]) -> Facts:
    problems = Problems()
    texts = {name: text_table(name, text, source=name) for name, text in tables.items()}
    facts = read_facts(compiled.pack, texts, problems=problems)
    if problems.errors:
        raise Unreadable(_told(problems))
    return facts


def _told(problems: Problems) -> str:
    return "\n".join(f"{one.place} {one.id} {one.reason()}" for one in problems.errors)


def run_in_columns(compiled: Compiled, facts: Facts) -> Run:
    """The columnar run of the facts; while there is none, the reference's."""
    if not HAS_COLUMNS:
        return verbs.run(compiled, facts)
    encoded = importlib.import_module(ENCODING).encode_facts(compiled.pack, facts)
    run: Run = importlib.import_module(IN_COLUMNS).run_columnar(compiled, encoded)
    return run


def tables_of(run: Run) -> dict[str, OutTable]:
    """Every result as the table that is written out."""
    return {result.id: result_table(run, result) for result in run.pack.scheme.results}


def agree(pack: str, tables: Mapping[str, str]) -> Run:
    """Fail with the first cell in which the evaluators differ; the reference's run otherwise."""
    compiled = compiled_pack(pack)
    return agree_on(compiled, facts_of(compiled, tables), told=pack)


def agree_on(compiled: Compiled, facts: Facts, *, told: str = "") -> Run:
    """As `agree`, for what has been read already; `told` is shown when they differ."""
    reference = verbs.run(compiled, facts)
    wanted, found = tables_of(reference), tables_of(run_in_columns(compiled, facts))
    differences = [difference(wanted[name], found[name]) for name in wanted]
    differing = [one for one in differences if one]
    assert not differing, "\n".join((*differing, told))
    return reference


def difference(wanted: OutTable, found: OutTable) -> str:
    """Where two tables differ first, in words; empty where their bytes are the same."""
    if canonical_csv_bytes(wanted) == canonical_csv_bytes(found):
        return ""
    ids, other_ids = ([one.id for one in table.columns] for table in (wanted, found))
    if ids != other_ids:
        return f"{wanted.name}: columns {ids} != {other_ids}"
    for at, (row, other) in enumerate(zip_longest(wanted.rows, found.rows), start=1):
        if row is None or other is None:
            return f"{wanted.name}: {len(wanted.rows)} != {len(found.rows)} rows"
        for name, cell, other_cell in zip(ids, row, other, strict=True):
            texts = [None if one is None else out_text(one) for one in (cell, other_cell)]
            if texts[0] != texts[1]:
                subject = out_text(row[0]) if row[0] is not None else ""
                return f"{wanted.name} row {at} ({subject}) {name}: {texts[0]} != {texts[1]}"
    return f"{wanted.name}: the bytes differ, the cells do not"
