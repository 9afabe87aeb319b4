"""自己核算: what somebody needs to compute their own result on a machine of their own.

Scheme, parameters, periods and the facts about the subject, with those rows that they refer to;
names of other people are masked. Items that compare with others cannot come out of one's own facts:
they are listed with the value that was computed from everybody's.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from kaocheng.access.actor import Actor
from kaocheng.documents.register_rows import masked_name
from kaocheng.engine import verbs
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.problems import Problems, Refused
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.values import Value, is_known
from kaocheng.formats import OutColumn, OutTable, out_text
from kaocheng.formats.column_writers import write_csv_columns
from kaocheng.formats.writers import write_csv
from kaocheng.queries.adopted import EXAMPLE, Adopted
from kaocheng.queries.computing import Computed, computed
from kaocheng.queries.computing_facts import ID
from kaocheng.queries.result import chosen_result, round_of
from kaocheng.queries.result_subject import subject_of
from kaocheng.records.models import Subject

STAMP = (1980, 1, 1, 0, 0, 0)
SCHEME, FACTS, RESULTS = "scheme", "facts", "results"


@dataclass(frozen=True)
class Own:
    """The facts about a subject, and the items of their result that need others."""

    tables: Mapping[str, TextTable]
    differing: tuple[tuple[str, str, str], ...]
    why: str = ""


def own_package(actor: Actor, round_id: int, result_id: str, subject_id: int) -> bytes:
    """The zip. Raises the engine's `Refused` where nothing can be computed at present."""
    work, found = round_of(actor, round_id)
    result = chosen_result(found, work, result_id)
    subject = subject_of(actor, work, result, subject_id)
    done = computed(found)
    is_own = subject.person_id is not None and subject.person_id == actor.person_id
    own = own_facts(done, found, result, subject, is_own=is_own)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _files(done, found, result, subject, own):
            packed.writestr(zipfile.ZipInfo(name, STAMP), content)
    return stream.getvalue()


def own_facts(
    done: Computed, found: Adopted, result: Result, subject: Subject, *, is_own: bool
) -> Own:
    """What the subject's result rests on, tried out: items that come out otherwise are listed."""
    tables = _tables(done, found, result, subject, is_own=is_own)
    problems = Problems()
    try:
        run = verbs.run(found.compiled, verbs.facts(found.pack, tables, problems=problems))
    except Refused as refused:
        return Own(tables, (), refused.problems[0].reason())
    rows = done.rows(result.id)
    differing: dict[tuple[str, str], tuple[str, str, str]] = {}
    for at, (key, period) in enumerate(zip(rows.keys, rows.periods, strict=True)):
        if key != subject.key:
            continue
        for item in items_below(result.items):
            text, state = rows.values(item.id)[at] or "", rows.states(item.id)[at] or ""
            outcome = run.outcomes[result.id, item.id].get((key, period or ""))
            value = "" if outcome is None else _text(outcome.value)
            if value != text or item.mechanism == "seats":
                differing[item.id, period or ""] = (item.title, period or "", text or state)
    return Own(tables, tuple(differing.values()))


def _text(value: Value) -> str:
    return out_text(value) if is_known(value) else ""


@dataclass
class _Gathering:
    """Rows about the subject, and every row that one of them refers to; by register and id."""

    found: Adopted
    of: str
    key: str
    rows: dict[str, dict[int, tuple[str, ...]]]
    chosen: dict[str, dict[int, tuple[str, ...]]] = field(default_factory=dict)

    def gather(self) -> None:
        wanted: dict[str, set[str]] = {name: set() for name in self.found.pack.registers}
        wanted[self.of].add(self.key)
        for name, rows in self.rows.items():
            about = self._places(name, self.of)
            self.chosen[name] = {
                line: row for line, row in rows.items() if any(row[at] == self.key for at in about)
            }
        while self._refer(wanted):
            pass

    def _refer(self, wanted: dict[str, set[str]]) -> bool:
        """Bring what the chosen rows refer to; whether anything came."""
        for name, rows in self.chosen.items():
            fields = self.found.register(name).fields.values()
            for row in rows.values():
                for described, cell in zip(fields, row, strict=True):
                    if cell and described.type in wanted:
                        wanted[described.type].add(cell)
        came = False
        for name, rows in self.rows.items():
            register = self.found.register(name)
            if register.key:
                at = [*register.fields].index(register.key)
                new = {
                    line: row
                    for line, row in rows.items()
                    if row[at] in wanted[name] and line not in self.chosen[name]
                }
                self.chosen[name].update(new)
                came = came or bool(new)
        return came

    def _places(self, name: str, of: str) -> list[int]:
        fields = self.found.register(name).fields
        return [at for at, described in enumerate(fields.values()) if described.type == of]

    def aliases(self) -> dict[tuple[str, str], str]:
        """(roster of people, key) → what others are called here; their order stays."""
        found = {}
        for register in self.found.rosters:
            if not register.name or not register.fields[register.name].personal:
                continue
            at = [*register.fields].index(register.key)
            keys = sorted({row[at] for row in self.chosen[register.id].values()})
            others = [key for key in keys if register.id != self.of or key != self.key]
            found.update({(register.id, key): f"其他{n:04d}" for n, key in enumerate(others, 1)})
        return found

    def tables(self, *, is_own: bool) -> dict[str, TextTable]:
        aliases = self.aliases()
        tables = dict(self.found.settled)
        for register in (*self.found.rosters, *self.found.ledgers):
            rows = self.chosen[register.id]
            if rows or not register.optional:
                at = [*register.fields].index(register.key) if register.key else -1
                body = []
                for line, (_, row) in enumerate(sorted(rows.items()), start=2):
                    mine = is_own and (register.kind != "roster" or row[at] == self.key)
                    body.append(TextRow(line, self._row(register, row, aliases, shows=mine)))
                names = tuple(register.fields)
                tables[register.id] = TextTable(register.id, register.title, names, tuple(body))
        return tables

    def _row(
        self,
        register: Register,
        row: tuple[str, ...],
        aliases: Mapping[tuple[str, str], str],
        *,
        shows: bool,
    ) -> tuple[str, ...]:
        """The cells with other people's names and keys replaced; personal ones where shown."""
        cells = []
        for (name, described), cell in zip(register.fields.items(), row, strict=True):
            roster = register.id if name == register.key else described.type
            alias = aliases.get((roster, cell), cell)
            if alias == cell and described.personal and not shows and described.type == "text":
                alias = masked_name(cell) if cell and name != register.key else cell
            cells.append(alias)
        return tuple(cells)


def _tables(
    done: Computed, found: Adopted, result: Result, subject: Subject, *, is_own: bool
) -> dict[str, TextTable]:
    with done.kept.lock:
        rows = {
            name: dict(
                zip(
                    table.column(ID).to_pylist(),
                    (
                        tuple(cell or "" for cell in row)
                        for row in zip(
                            *(table.column(one).to_pylist() for one in found.register(name).fields),
                            strict=True,
                        )
                    ),
                    strict=True,
                )
            )
            for name, table in done.kept.counted.items()
        }
    gathering = _Gathering(found, result.of, subject.key, rows)
    gathering.gather()
    return gathering.tables(is_own=is_own)


def _files(
    done: Computed, found: Adopted, result: Result, subject: Subject, own: Own
) -> Iterator[tuple[str, bytes]]:
    scheme = found.adoption.scheme
    for name, text in sorted(scheme.files.items()):
        if not name.startswith(EXAMPLE):
            yield f"{SCHEME}/{name}", text.encode()
    for name, table in sorted(own.tables.items()):
        yield f"{FACTS}/{name}.csv", _csv(table)
    yield f"{RESULTS}.csv", _own_results(done, result, subject)
    yield "README.txt", _readme(found, result, own).encode()


def _csv(table: TextTable) -> bytes:
    columns = tuple(OutColumn(name, name) for name in table.header)
    stream = io.BytesIO()
    write_csv(
        stream, OutTable(table.name, table.name, columns, tuple(row.cells for row in table.rows))
    )
    return stream.getvalue()


def _own_results(done: Computed, result: Result, subject: Subject) -> bytes:
    """The subject's rows of the table, as they stand in that of everybody."""
    rows = done.rows(result.id)
    chosen = [at for at, key in enumerate(rows.keys) if key == subject.key]
    table, stream = rows.table, io.BytesIO()
    if isinstance(table, OutTable):
        write_csv(stream, replace(table, rows=tuple(table.rows[at] for at in chosen)))
    else:
        few = pa.array(chosen, pa.int64())
        cells = tuple(replace(one, texts=one.texts.take(few)) for one in table.cells)
        write_csv_columns(stream, replace(table, cells=cells))
    return stream.getvalue()


def _readme(found: Adopted, result: Result, own: Own) -> str:
    lines = [
        f"{found.pack.scheme.title}·{result.title}",
        "",
        "这个文件夹里是算出本结果要用的全部：方案原文（scheme）、参数和事实（facts）、平台上的结果（results.csv）。",
        "装好考成命令行以后，在这个文件夹里运行：",
        "",
        f"    kaocheng score {SCHEME} --facts {FACTS} --result {result.id} --out mine.csv",
        "",
        "mine.csv 里本人那一行应当和 results.csv 一样。别人的姓名已隐去，别人的记录没有放进来。",
    ]
    if own.why:
        lines += ["", f"只凭本人的事实算不出来：{own.why}"]
    if own.differing:
        lines += ["", "下面的项目要和别人比，只凭本人的事实算不出来，以平台按全体算出的为准："]
        lines += [
            f"- {title}{f'（{period}）' if period else ''}：{text}"
            for title, period, text in own.differing
        ]
    return "\n".join(lines) + "\n"
