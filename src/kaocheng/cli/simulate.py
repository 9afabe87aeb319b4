"""`kaocheng simulate`: two versions on the same facts: who moves, and by which rule."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from kaocheng.cli.command import Command
from kaocheng.cli.computing import Backend, Computed, compute, resources_of
from kaocheng.cli.moves_text import moves_lines
from kaocheng.cli.packs import Tables, the_tables
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import write_text
from kaocheng.cli.versions import Version, compiled_again, declare_versions, the_versions
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.versions import Comparison, compare_packs
from kaocheng.engine.versions.fitting import check_set_defaults, check_wanting, fitted
from kaocheng.engine.versions.moves import ResultMoves
from kaocheng.engine.versions.settling import PARAMETERS, settled
from kaocheng.engine.versions.trials import Trial, count_of_trials, trials

if TYPE_CHECKING:
    from kaocheng.documents.move_view import MovesView, Named
    from kaocheng.documents.trial_view import TrialView
    from kaocheng.engine.columnar.database import Resources
    from kaocheng.engine.versions.columns import Columns

MOST_TRIALS = 12
_COMMAND = "kaocheng simulate"
_KINDS = (".csv", ".xlsx", ".json", ".parquet", ".html")


@dataclass(frozen=True)
class _Work:
    """What every computation here needs."""

    tables: Tables
    options: argparse.Namespace
    resources: Resources
    terminal: Terminal


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    declare_versions(parser, say)
    facts = say("数据表所在的文件夹，或一个工作簿", "folder of fact tables, or a workbook")
    parser.add_argument("--facts", metavar=say("文件夹", "DIR"), required=True, help=facts)
    out = say(
        "写到这个文件，可以写几个：.csv .xlsx .json .parquet 是全部对照，.html 是网页",
        "write to this file, given once or more: .csv .xlsx .json .parquet hold everybody, .html "
        "is a page",
    )
    parser.add_argument("--out", metavar=say("文件", "FILE"), action="append", default=[], help=out)
    one = say("只要这一张结果表", "only this result")
    parser.add_argument("--result", metavar=say("结果表", "NAME"), help=one)
    by = say(
        "按名册的这个字段分组，默认所属单位",
        "group by this field of the roster; the unit by default",
    )
    parser.add_argument("--by", metavar=say("字段", "FIELD"), help=by)
    most = say(
        f"最多单独试算几处改动，默认 {MOST_TRIALS}；0 为不单独试算",
        f"most changes to try alone, {MOST_TRIALS} by default; 0 for none",
    )
    parser.add_argument(
        "--try", dest="most", type=int, metavar=say("个数", "N"), default=MOST_TRIALS, help=most
    )
    backend = say("计算方式，同 kaocheng score", "how to compute, as of `kaocheng score`")
    choices = [one for one in get_args(Backend) if one != "spark"]
    parser.add_argument("--backend", choices=choices, default="auto", help=backend)
    memory = say("duckdb 最多用多少内存，如 4GB", "most memory for duckdb, such as 4GB")
    parser.add_argument("--memory", metavar=say("大小", "SIZE"), default="", help=memory)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    for out in options.out:
        if Path(out).suffix.lower() not in _KINDS:
            raise refuse("F32", Place(Path(out).name), path=out)
    if options.most < 0:
        what = terminal.say("--try 后面要写 0 或更大的整数", "--try must be 0 or more")
        raise refuse("C13", Place(_COMMAND), what=what, command=_COMMAND)
    versions = the_versions(options, terminal.say, command=_COMMAND)
    with ExitStack() as stack:
        resources = stack.enter_context(resources_of(options.memory, None))
        problems = Problems()
        terminal.progress(terminal.say("正在读入数据", "Reading facts"), 0, 1)
        tables = _tables(versions, Path(options.facts), problems)
        work = _Work(tables, options, resources, terminal)
        _Simulation(versions, work, problems).show()
    return 0


def _tables(versions: tuple[Version, Version], path: Path, problems: Problems) -> Tables:
    """Every table at `path` that either version knows."""
    old, new = (version.pack for version in versions)
    everything = {**new.registers, **old.registers}
    known = {**new.parameters, **old.parameters}
    both = replace(old, registers=everything, parameters=known)
    return the_tables(both, path, problems=problems)


@dataclass(frozen=True)
class _Simulation:
    versions: tuple[Version, Version]
    work: _Work
    problems: Problems

    def show(self) -> None:
        """Compute, write, say: whoever only reads the first lines has the files all the same."""
        terminal, options = self.work.terminal, self.work.options
        old, new = self._settled()
        comparison = _results_first(compare_packs(old, new))
        self._refuse_without_common_results(comparison)
        self._refuse_unknown_group(new)
        self._check_new(old, new)
        before = self._computed(old, new, self.problems)
        after = self._computed(new, old, self.problems)
        terminal.end_progress()
        terminal.problems(self.problems, to=terminal.err)
        columns = self._columns(before), self._columns(after)
        from kaocheng.engine.versions.moves import moves

        results = self._wanted(moves(*columns, comparison, by=options.by))
        tried = self._trials(old, new, comparison, columns[0], results)
        views, told = self._views(results, tried, columns, (before, after))
        self._write(views, told, comparison, old, new)
        for line in moves_lines(views, told, comparison.changes, terminal):
            terminal.line(line)
        terminal.line(after.by(terminal.say))
        for out in options.out:
            terminal.line(terminal.say(f"已写入 {out}", f"Written: {out}"))

    # The two packs and the facts

    def _settled(self) -> tuple[Pack, Pack]:
        """Both packs with the parameters that the facts and the command line set."""
        packs = []
        for at, version in enumerate(self.versions):
            other = self.versions[1 - at].pack
            given = fitted(version.pack, other, self.work.tables).parameters
            chosen = {**given, **version.chosen}
            if PARAMETERS in given and PARAMETERS in version.chosen:
                pack = settled(version.pack, given, problems=self.problems)
            else:
                pack = version.pack
            packs.append(settled(pack, chosen, problems=self.problems))
        self.problems.stop_on_errors()
        for pack in packs:
            compiled_again(pack, problems=self.problems)
        self._check_defaults()
        return packs[0], packs[1]

    def _check_defaults(self) -> None:
        old, new = self.versions
        table = fitted(new.pack, old.pack, self.work.tables).parameters.get(PARAMETERS)
        if table is None or "id" not in table.header:
            return
        at = table.header.index("id")
        chosen = new.chosen.get(PARAMETERS)
        names = [row.cells[at] for row in table.rows]
        if chosen is not None:
            own = {row.cells[chosen.header.index("id")] for row in chosen.rows}
            names = [name for name in names if name not in own]
        check_set_defaults(new.pack, old.pack, names, problems=self.problems)

    def _check_new(self, old: Pack, new: Pack) -> None:
        """What the new version wants of the facts and leaves of them, all at once."""
        fitted(new, old, self.work.tables, problems=self.problems)
        check_wanting(new, old, self.work.tables, problems=self.problems)
        self.problems.stop_on_errors()

    def _computed(self, pack: Pack, other: Pack, problems: Problems) -> Computed:
        compiled = compiled_again(pack, problems=problems)
        taken = fitted(pack, other, self.work.tables)
        return compute(
            compiled,
            dict(taken.facts),
            self.work.terminal,
            backend=self.work.options.backend,
            resources=self.work.resources,
            problems=problems,
        )

    def _columns(self, computed: Computed) -> Columns:
        from kaocheng.engine.versions.columns import columns_of

        return columns_of(computed.run)

    # What is compared

    def _refuse_without_common_results(self, comparison: Comparison) -> None:
        if not comparison.results:
            old, new = (
                "、".join(one.title for one in version.pack.scheme.results)
                for version in self.versions
            )
            raise refuse("V07", Place(self.versions[1].name), old=old, new=new)
        wanted = self.work.options.result
        if wanted is not None and wanted not in comparison.results.values():
            names = "、".join(comparison.results.values())
            raise refuse("C04", Place("--result"), found=wanted[:60], hint="", names=names)

    def _refuse_unknown_group(self, new: Pack) -> None:
        by = self.work.options.by
        if by is None:
            return
        rosters = [new.subject_of(result) for result in new.scheme.results]
        known = {
            name: field
            for roster in rosters
            for name, field in roster.fields.items()
            if not field.personal
        }
        if by not in known:
            listed = "、".join(f"{name}（{field.title}）" for name, field in known.items())
            what = self.work.terminal.say(
                f"--by 不能用“{by[:60]}”分组，可选：{listed}",
                f"--by cannot be “{by[:60]}”; choose from {listed}",
            )
            raise refuse("C13", Place(_COMMAND), what=what, command=_COMMAND)

    def _wanted(self, results: list[ResultMoves]) -> list[ResultMoves]:
        """Those asked for, the results in which anybody moves before the others."""
        wanted = self.work.options.result
        asked = [one for one in results if wanted in (None, one.new.id)]
        return sorted(asked, key=lambda one: not one.moved)

    # Changes alone

    def _trials(
        self,
        old: Pack,
        new: Pack,
        comparison: Comparison,
        before: Columns,
        results: Sequence[ResultMoves],
    ) -> list[Trial]:
        most, terminal = self.work.options.most, self.work.terminal
        count = count_of_trials(comparison.changes)
        if not any(one.moved or any(row.items for row in one.rows) for one in results):
            return []
        if count > most > 0:
            problems = Problems()
            problems.add("V08", Place(self.versions[1].name), most=most, count=count)
            terminal.problems(problems, to=terminal.err)

        def tried(pack: Pack) -> list[ResultMoves]:
            from kaocheng.engine.versions.moves import moves

            problems = Problems()
            computed = self._computed(pack, new, problems)
            return moves(before, self._columns(computed), compare_packs(old, pack))

        found = trials(
            old,
            new,
            comparison.changes,
            tried,
            most=most,
            progress=lambda done, all_: terminal.progress(
                terminal.say("正在单独试算各处改动", "Trying each change alone"), done, all_
            ),
        )
        terminal.end_progress()
        return found

    # What is shown

    def _views(
        self,
        results: Sequence[ResultMoves],
        tried: Sequence[Trial],
        columns: tuple[Columns, Columns],
        computed: tuple[Computed, Computed],
    ) -> tuple[list[MovesView], list[TrialView]]:
        from kaocheng.documents.move_view import moves_view
        from kaocheng.documents.trial_view import trial_views

        compiled = columns[0].compiled, columns[1].compiled
        named, by = _named(columns[1].compiled.pack, computed[1]), self.work.options.by
        views = [moves_view(one, compiled, tried, by=by, named=named) for one in results]
        return views, trial_views(tried, results)

    def _write(
        self,
        views: Sequence[MovesView],
        told: Sequence[TrialView],
        comparison: Comparison,
        old: Pack,
        new: Pack,
    ) -> None:
        from kaocheng.documents.move_table import move_table, moves_json

        terminal, changes = self.work.terminal, comparison.changes
        for out in map(Path, self.work.options.out):
            if out.suffix.lower() == ".html":
                write_text(out, self._page(views, told, comparison, old, new))
            elif out.suffix.lower() == ".json":
                write_text(out, moves_json(views, changes, told, terminal.language))
            else:
                from kaocheng.formats import write_table

                write_table(out, move_table(views, changes, terminal.language))

    def _page(
        self,
        views: Sequence[MovesView],
        told: Sequence[TrialView],
        comparison: Comparison,
        old: Pack,
        new: Pack,
    ) -> str:
        from kaocheng.documents.move_page import move_page

        names = version_names(self.versions, old, new)
        notes = [one.reason() for one in self.problems]
        return move_page(
            views,
            comparison.changes,
            told,
            title=new.scheme.title,
            names=(*names, Path(self.work.options.facts).name),
            notes=list(dict.fromkeys(notes)),
        )


def _results_first(comparison: Comparison) -> Comparison:
    """Numbered so that what can change results comes first."""
    order = ("results", "process", "wording")
    changes = sorted(comparison.changes, key=lambda change: order.index(change.effect))
    return replace(comparison, changes=tuple(changes))


def version_names(versions: tuple[Version, Version], old: Pack, new: Pack) -> tuple[str, str]:
    """What the versions are called: folder and version of the text, and what tells them apart."""
    names = [
        f"{version.name} {pack.scheme.version}"
        for version, pack in zip(versions, (old, new), strict=True)
    ]
    if names[0] == names[1]:
        return f"{names[0]}（原）", f"{names[1]}（新）"
    return names[0], names[1]


def _named(pack: Pack, computed: Computed) -> Named:
    """Names of the rows that groups may be named by: those of rosters and lists."""
    from kaocheng.documents.move_view import Named
    from kaocheng.documents.register_rows import subject_name
    from kaocheng.engine.reference.run import Run

    run = computed.run
    found: dict[str, Mapping[str, str]] = {}
    for register in pack.registers.values():
        if not register.name or not register.key:
            continue
        if isinstance(run, Run):
            rows = run.facts.tables[register.id].rows
        else:
            from kaocheng.engine.columnar.decoding import decode_table

            table = run.planner.facts.tables[register.id]
            rows = decode_table(run.planner.facts, table, table.arrow).rows
        found[register.id] = {row.ref.key: subject_name(register, row) for row in rows}
    return Named(found)


COMMAND = Command(declare=_declare, run=_run)
