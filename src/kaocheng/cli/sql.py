"""`kaocheng sql`: the SQL that computes a scheme, for people who check it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.cli.command import Command
from kaocheng.cli.packs import the_pack, the_pack_folder, the_tables
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import write_text
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Place, Problems, refuse

if TYPE_CHECKING:
    from kaocheng.engine.columnar.facts import ColumnFacts


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    facts = say(
        "数据表所在的文件夹，或一个工作簿；默认用方案的 example",
        "folder of fact tables, or a workbook; the pack's `example` by default",
    )
    parser.add_argument("--facts", metavar=say("文件夹", "DIR"), help=facts)
    out = say("写到这个文件；默认显示出来", "write to this file; shown by default")
    parser.add_argument("--out", metavar=say("文件", "FILE"), help=out)
    tables = say(
        "把计算用的数据表存到这个文件夹（Parquet），SQL 里写明怎样读入",
        "save the tables that are computed from here (Parquet); the SQL then reads them",
    )
    parser.add_argument("--tables", metavar=say("文件夹", "DIR"), help=tables)
    plan = say("不写 SQL，写计算的步骤", "the plan instead of its SQL")
    parser.add_argument("--plan", action="store_true", help=plan)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    compiled = the_pack(options.pack)
    folder = the_pack_folder(options.pack) / "example"
    if options.facts is None and not folder.is_dir():
        raise refuse("C19", Place("--facts"))
    problems = Problems()
    tables = the_tables(compiled.pack, Path(options.facts or folder), problems=problems)
    facts = verbs.facts_in_columns(compiled.pack, tables, problems=problems)
    terminal.problems(problems, to=terminal.err)
    kept = None if options.tables is None else Path(options.tables).absolute()
    text = _text(compiled, facts, kept, is_plan=options.plan)
    if kept is not None:
        _save(facts, kept)
    if options.out is None:
        terminal.line(text.rstrip("\n"))
    else:
        write_text(Path(options.out), text)
        terminal.line(terminal.say(f"已写入 {options.out}", f"Written: {options.out}"))
    return 0


def _text(compiled: Compiled, facts: ColumnFacts, tables: Path | None, *, is_plan: bool) -> str:
    from kaocheng.engine.columnar.rows import Unlowered

    try:
        if is_plan:
            return verbs.plan(compiled, facts)
        return verbs.sql(compiled, facts, tables=tables)
    except Unlowered as left:
        raise refuse("C20", Place(compiled.pack.name), reason=left) from left


def _save(facts: ColumnFacts, folder: Path) -> None:
    from kaocheng.engine.columnar.rows import stored
    from kaocheng.formats import save_tables

    save_tables(folder, {stored(name): table.arrow for name, table in facts.tables.items()})


COMMAND = Command(declare=_declare, run=_run)
