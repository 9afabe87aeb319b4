"""Packs and facts as a command line names them; whatever cannot be used is `Refused`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.cli.terminal import Terminal
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problem, Problems, refuse
from kaocheng.engine.text_table import TextTable

if TYPE_CHECKING:
    from kaocheng.engine.columnar.arrow_table import ArrowTable
    from kaocheng.engine.reference.run import Run


def folders(paths: Iterable[str], *, problems: Problems) -> list[Path]:
    """The folder of every pack at or below `paths`, each once; `problems` gets what is no pack."""
    found: list[Path] = []
    for name in paths:
        path = _folder(Path(name))
        packs = verbs.find_packs(path)
        if not path.is_dir():
            problems.add("C01", Place(name), path=name)
        elif not packs:
            problems.add("C02", Place(name), path=name)
        found.extend(packs)
    return list(dict.fromkeys(found))


def _folder(path: Path) -> Path:
    """Whoever names scheme.yaml means the pack around it."""
    return path.parent if path.name == "scheme.yaml" and path.is_file() else path


def the_pack(name: str) -> Compiled:
    """The one pack at `name`, compiled."""
    problems = Problems()
    found = folders([name], problems=problems)
    problems.stop_on_errors()
    if len(found) > 1:
        names = "、".join(str(folder) for folder in found)
        raise refuse("C03", Place(name), path=name, count=len(found), names=names)
    pack = verbs.read(found[0], problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    return compiled


Tables = Mapping[str, "ArrowTable | TextTable"]


def the_tables(pack: Pack, path: Path, *, problems: Problems) -> Tables:
    """The tables in a folder or workbook, by columns where there are very many rows.

    A file that cannot be read ends the work: every reference into it would be reported as well.
    """
    # Imported here: `check` must not wait for what it does not need.
    from kaocheng.formats import has_columns, read_tables

    known = [*pack.registers, *pack.parameters, "periods", "parameters"]
    tables: Tables
    if has_columns(path):
        from kaocheng.formats.arrow_reader import read_columns

        tables = read_columns(path, problems=problems, known=known)
    else:
        tables = read_tables(path, problems=problems, known=known)
    problems.stop_on_errors()
    return tables


def facts_by_rows(pack: Pack, tables: Tables, *, problems: Problems) -> Facts:
    """The facts in tables of either kind, row by row."""
    return verbs.facts(
        pack, {name: _by_rows(table) for name, table in tables.items()}, problems=problems
    )


def _by_rows(table: ArrowTable | TextTable) -> TextTable:
    if isinstance(table, TextTable):
        return table
    from kaocheng.engine.columnar.arrow_table import text_table_of

    return text_table_of(table)


def the_facts(pack: Pack, path: Path) -> tuple[Facts, list[Problem]]:
    """The facts in a folder or workbook, and what is worth a warning about them."""
    problems = Problems()
    facts = facts_by_rows(pack, the_tables(pack, path, problems=problems), problems=problems)
    return facts, list(problems)


def computed(compiled: Compiled, facts: Facts, terminal: Terminal) -> Run:
    """The run, with its progress on the terminal."""
    what = terminal.say("正在核算", "Computing")
    done = verbs.run(
        compiled, facts, progress=lambda done, total: terminal.progress(what, done, total)
    )
    terminal.end_progress()
    return done


def chosen_results(pack: Pack, name: str | None) -> list[Result]:
    """Every result of the pack, or the one called `name`."""
    if name is None:
        return list(pack.scheme.results)
    if name in pack.results:
        return [pack.results[name]]
    names = "、".join(f"{result.id}（{result.title}）" for result in pack.scheme.results)
    hint = near(name, {result.id: result.title for result in pack.scheme.results})
    raise refuse("C04", Place("--result"), found=name[:60], hint=hint, names=names)


def near(found: str, titles: dict[str, str]) -> str:
    """A hint at the id (of id → title) that somebody may have meant; empty when none is near."""
    named = [id for id, title in titles.items() if title == found]
    if named:
        return f"“{found}”的编号是 {'、'.join(named[:5])}。"
    close = difflib.get_close_matches(found, titles, n=1, cutoff=0.6)
    if not close:
        return ""
    title = titles[close[0]]
    return f"是不是“{close[0]}”" + (f"（{title}）？" if title and title != close[0] else "？")
