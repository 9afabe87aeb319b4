"""`kaocheng score`: compute results from facts and write them to files."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from kaocheng.cli.columns import aligned
from kaocheng.cli.command import Command
from kaocheng.cli.computing import Backend, Computed, compute, resources_of
from kaocheng.cli.packs import chosen_results, near, the_pack, the_tables
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems, refuse

if TYPE_CHECKING:
    from kaocheng.documents.result_summary import ResultSummary


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    facts = say("数据表所在的文件夹，或一个工作簿", "folder of fact tables, or a workbook")
    parser.add_argument("--facts", metavar=say("文件夹", "DIR"), required=True, help=facts)
    out = say(
        "写到哪里：.csv .xlsx .json .parquet 文件，或文件夹（每张结果表一个 CSV）",
        "where to: a .csv .xlsx .json .parquet file, or a folder (one CSV per result)",
    )
    parser.add_argument("--out", metavar=say("文件或文件夹", "FILE|DIR"), required=True, help=out)
    one = say("只要这一张结果表", "only this result")
    parser.add_argument("--result", metavar=say("结果表", "NAME"), help=one)
    unit = say(
        "只写出这个单位的对象（仍按全体计算）",
        "only subjects of this unit (computed over everything)",
    )
    parser.add_argument("--unit", metavar=say("单位", "ID"), help=unit)
    backend = say(
        "计算方式：duckdb 按列，reference 逐行，spark 在集群上，结果相同；auto 按数据多少选",
        "how to compute: duckdb by columns, reference by rows, spark on a cluster, to the same "
        "results; auto chooses",
    )
    parser.add_argument("--backend", choices=get_args(Backend), default="auto", help=backend)
    cluster = say(
        "Spark 集群的地址，如 spark://主机:7077；默认只用本机",
        "address of the Spark cluster, such as spark://host:7077; this machine by default",
    )
    parser.add_argument("--cluster", metavar=say("地址", "URL"), default="local[*]", help=cluster)
    memory = say("duckdb 最多用多少内存，如 4GB", "most memory for duckdb, such as 4GB")
    parser.add_argument("--memory", metavar=say("大小", "SIZE"), default="", help=memory)
    temporary = say(
        "duckdb 放临时文件的文件夹，默认用系统的",
        "folder for duckdb's temporary files; the system's by default",
    )
    parser.add_argument("--temp", metavar=say("文件夹", "DIR"), help=temporary)
    titles = say("列名和状态用中文", "Chinese headers and states")
    parser.add_argument("--titles", action="store_true", help=titles)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    from kaocheng.formats import kind_of

    compiled = the_pack(options.pack)
    results = chosen_results(compiled.pack, options.result)
    out = Path(options.out)
    if not _is_folder(out):
        kind_of(out)
        _refuse_several(results, out)
    for result in results if options.unit is not None else ():
        _refuse_without_unit(compiled.pack, result)
    with resources_of(options.memory, options.temp) as resources:
        problems = Problems()
        terminal.progress(terminal.say("正在读入数据", "Reading facts"), 0, 1)
        tables = the_tables(compiled.pack, Path(options.facts), problems=problems)
        computed = compute(
            compiled,
            tables,
            terminal,
            backend=options.backend,
            resources=resources,
            problems=problems,
            cluster=options.cluster,
        )
        terminal.problems(problems, to=terminal.err)
        for result in results if options.unit is not None else ():
            _refuse_unknown_unit(computed, result, options.unit)
        # Still with the resources: what the reference decides is read from the database.
        _write(computed, results, out, unit=options.unit, titled=options.titles, terminal=terminal)
        _print_summaries(computed, results, unit=options.unit, terminal=terminal)
        terminal.problems(computed.borderline(results, unit=options.unit), to=terminal.err)
    terminal.line(computed.by(terminal.say))
    _print_files(results, out, terminal)
    return 0


def _is_folder(out: Path) -> bool:
    """A name that ends as files do is a file; `results-2.1` or `结果 2.0` are folders."""
    return out.is_dir() or not re.fullmatch(r"\.[A-Za-z]+\d?", out.suffix)


def _refuse_several(results: list[Result], out: Path) -> None:
    if len(results) > 1:
        names = "、".join(result.id for result in results)
        raise refuse("C08", Place(str(out)), count=len(results), names=names)


def _refuse_without_unit(pack: Pack, result: Result) -> None:
    register = pack.subject_of(result)
    if not register.unit:
        raise refuse("C07", Place("--unit"), title=result.title, table=register.id)


def _refuse_unknown_unit(computed: Computed, result: Result, unit: str) -> None:
    known = dict.fromkeys(computed.units(result), "")
    if unit not in known:
        hint = near(unit, known)
        raise refuse("C06", Place("--unit"), title=result.title, found=unit[:60], hint=hint)


def _write(
    computed: Computed,
    results: list[Result],
    out: Path,
    *,
    unit: str | None,
    titled: bool,
    terminal: Terminal,
) -> None:
    from kaocheng.formats import kind_of, write_table, write_tables

    kind = "csv" if _is_folder(out) else kind_of(out)
    tables = []
    for done, result in enumerate(results):
        terminal.progress(terminal.say("正在写出", "Writing"), done, len(results))
        tables.append(computed.table(result, unit=unit, titled=titled, kind=kind))
    if _is_folder(out):
        write_tables(out, tables, kind="csv")
    else:
        write_table(out, tables[0])
    terminal.end_progress()


def _print_files(results: list[Result], out: Path, terminal: Terminal) -> None:
    names = [out / f"{result.id}.csv" for result in results] if _is_folder(out) else [out]
    for name in names:
        terminal.line(terminal.say(f"已写入 {name}", f"Written: {name}"))


def _print_summaries(
    computed: Computed, results: list[Result], *, unit: str | None, terminal: Terminal
) -> None:
    for result in results:
        summary = computed.summary(result, unit=unit)
        terminal.line(terminal.styled(f"{summary.title}（{result.id}）", "bold"))
        for line in aligned(summary_rows(summary, terminal.say)):
            terminal.line(f"  {line}")


def summary_rows(summary: ResultSummary, say: Say) -> list[tuple[str, str]]:
    """A label and its words for each thing to say about a result."""
    people = say(f"{summary.subjects} 个", str(summary.subjects))
    if summary.rows != summary.subjects:
        people += say(f"（{summary.rows} 行）", f" ({summary.rows} rows)")
    states = [
        (say("有结果", "scored"), summary.scored),
        (say("缺数据", "missing"), summary.missing),
        (say("不适用", "not applicable"), summary.not_applicable),
        (say("免于考核", "exempt"), summary.exempt),
    ]
    rows = [
        (say("对象", "subjects"), people),
        (say("状态", "states"), say("，", ", ").join(f"{word} {count}" for word, count in states)),
    ]
    if summary.grades:
        grades = "，".join(f"{grade} {count}" for grade, count in summary.grades)
        rows.append((say("等次", "grades"), grades))
    if summary.spread is not None:
        spread = summary.spread
        low, mean, high = (spread.figure(one) for one in (spread.least, spread.mean, spread.most))
        words = say(
            f"最低 {low}，平均 {mean}，最高 {high}", f"least {low}, mean {mean}, most {high}"
        )
        rows.append((spread.title, f"{words}{spread.behind}"))
    rows.append((say("要核对", "flags"), say(f"{summary.flags} 条提示", str(summary.flags))))
    return rows


COMMAND = Command(declare=_declare, run=_run)
