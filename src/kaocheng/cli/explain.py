"""`kaocheng explain`: one subject's results, down to clause and register row."""

from __future__ import annotations

import argparse
from pathlib import Path

from kaocheng.cli.command import Command
from kaocheng.cli.computing import Computed, compute, resources_of
from kaocheng.cli.packs import chosen_results, near, the_pack, the_tables
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import write_text
from kaocheng.engine import verbs
from kaocheng.engine.explain import Explanation
from kaocheng.engine.facts import Facts
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import is_known


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    facts = say("数据表所在的文件夹，或一个工作簿", "folder of fact tables, or a workbook")
    parser.add_argument("--facts", metavar=say("文件夹", "DIR"), required=True, help=facts)
    subject = say("考核对象的编号", "id of the person or unit")
    parser.add_argument("--subject", metavar=say("编号", "ID"), required=True, help=subject)
    one = say("只要这一张结果表", "only this result")
    parser.add_argument("--result", metavar=say("结果表", "NAME"), help=one)
    kind = say("文字、JSON 或网页，默认文字", "text by default")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help=kind)
    out = say("写到这个文件，不写则显示出来", "write to this file instead of showing it")
    parser.add_argument("--out", metavar=say("文件", "FILE"), help=out)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    compiled = the_pack(options.pack)
    results = {result.id for result in chosen_results(compiled.pack, options.result)}
    problems = Problems()
    with resources_of("", None) as resources:
        tables = the_tables(compiled.pack, Path(options.facts), problems=problems)
        computed = compute(
            compiled,
            tables,
            terminal,
            backend="auto",
            resources=resources,
            problems=problems,
            tells=True,
        )
    terminal.end_progress()
    terminal.problems(problems, to=terminal.err)
    found, facts = _explained(computed, options.subject)
    kept = [one for one in found if one.result.id in results]
    if not kept:
        title = compiled.pack.results[options.result].title
        raise refuse("C15", Place("--subject"), found=options.subject[:60], title=title)
    text = _written(compiled.pack, facts, kept, options.format)
    if options.out is None:
        terminal.line(text.rstrip("\n"))
    else:
        write_text(Path(options.out), text)
        terminal.note(terminal.say(f"已写入 {options.out}", f"Written: {options.out}"))
    return 0


def _explained(computed: Computed, subject: str) -> tuple[list[Explanation], Facts]:
    """The explanations, and facts in which every row that they name is found."""
    if isinstance(computed.run, Run):
        found, facts = verbs.explain(computed.run, subject), computed.run.facts
        if not found:
            _refuse_unknown_subject(computed.run.pack, facts, subject)
        return found, facts
    from kaocheng.engine.columnar.explaining import Explainer

    explainer = Explainer(computed.run)
    explained = explainer.explain_with_rows(subject)
    if not explained.explanations:
        _refuse_unknown_subject(explainer.done.pack, explainer.facts, subject)
    return explained.explanations, explained.facts


def _refuse_unknown_subject(pack: Pack, facts: Facts, subject: str) -> None:
    tables = {result.of: pack.subject_of(result) for result in pack.scheme.results}
    names: dict[str, str] = {}
    for register in tables.values():
        for row in facts.tables[register.id].rows:
            name = row.values[register.name] if register.name else ""
            names[row.ref.key] = str(name) if is_known(name) else ""
    titles = "、".join(register.title for register in tables.values())
    hint = near(subject, names)
    raise refuse("C05", Place("--subject"), found=subject[:60], hint=hint, tables=titles)


def _written(pack: Pack, facts: Facts, explanations: list[Explanation], kind: str) -> str:
    # Imported here: `check` must not wait for what it does not need.
    from kaocheng.documents.register_rows import RowFinder

    rows = RowFinder(pack, facts)
    if kind == "json":
        from kaocheng.documents.score_json import score_json

        return score_json(pack, explanations, rows=rows)
    if kind == "html":
        from kaocheng.documents.subject_page import subject_page

        return subject_page(pack, explanations, rows=rows)
    from kaocheng.documents.score_text import score_text

    return score_text(pack, explanations, rows=rows)


COMMAND = Command(declare=_declare, run=_run)
