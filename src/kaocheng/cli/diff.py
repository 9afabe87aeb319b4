"""`kaocheng diff`: what differs between two versions of a scheme, in words or as a table.

Exit codes are those of `diff`: 0 the same, 1 different, 2 the comparison could not be made.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from kaocheng.cli.columns import one_line
from kaocheng.cli.command import Command
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import write_text
from kaocheng.cli.versions import compiled_again, declare_versions, settled_pack, the_versions
from kaocheng.engine.problems import Place, Problems, Refused, refuse
from kaocheng.engine.versions import Change, Comparison, Effect, compare_packs

SAME, DIFFERENT, NOT_COMPARED = 0, 1, 2
_EFFECTS: tuple[Effect, ...] = ("results", "process", "wording")


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    declare_versions(parser, say)
    kind = say(
        "text 文字（默认），json 显示出来；csv、xlsx 写成表，须写 --out",
        "text by default; csv and xlsx need --out",
    )
    parser.add_argument(
        "--format", choices=("text", "csv", "xlsx", "json"), default="text", help=kind
    )
    out = say("写到这个文件，不写则显示出来", "write to this file instead of showing it")
    parser.add_argument("--out", metavar=say("文件", "FILE"), help=out)
    only = say("只看影响结果的改动", "only changes that can change results")
    parser.add_argument("--results-only", action="store_true", help=only)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    try:
        return _compared(options, terminal)
    except Refused as refused:
        terminal.problems(refused.problems, to=terminal.err)
        return NOT_COMPARED


def _compared(options: argparse.Namespace, terminal: Terminal) -> int:
    _refuse_without_file(options, terminal.say)
    problems = Problems()
    versions = the_versions(options, terminal.say, command="kaocheng diff")
    old, new = (settled_pack(version, problems=problems) for version in versions)
    for pack in (old, new):
        compiled_again(pack, problems=problems)
    comparison = compare_packs(old, new)
    if options.results_only:
        comparison = Comparison(tuple(comparison.with_effect("results")))
    _show(comparison, options, terminal)
    return DIFFERENT if comparison.changes else SAME


def _refuse_without_file(options: argparse.Namespace, say: Say) -> None:
    if options.format in ("csv", "xlsx") and options.out is None:
        command = "kaocheng diff"
        what = say(f"写成 {options.format} 要用 --out 指定文件", f"{options.format} needs --out")
        raise refuse("C13", Place(command), what=what, command=command)


def _show(comparison: Comparison, options: argparse.Namespace, terminal: Terminal) -> None:
    # Imported here: `check` must not wait for what it does not need.
    from kaocheng.documents.change_table import change_table, changes_json

    changes, out = comparison.changes, options.out
    if options.format in ("csv", "xlsx"):
        from kaocheng.formats import write_table

        table = change_table(changes, terminal.language)
        write_table(Path(out), table, kind=options.format)
    else:
        if options.format == "json":
            text = changes_json(changes, terminal.language)
        else:
            text = "\n".join(change_lines(changes, terminal)) + "\n"
        if out is None:
            terminal.line(text.rstrip("\n"))
        else:
            write_text(Path(out), text)
    if out is not None:
        terminal.note(terminal.say(f"已写入 {out}", f"Written: {out}"))


def change_lines(changes: Sequence[Change], terminal: Terminal) -> Iterator[str]:
    """How many changes of which effect, and below each heading a line or two for each."""
    from kaocheng.documents.change_table import clauses_text, place_text
    from kaocheng.engine.versions.sentences import by_section, sentence

    yield terminal.styled(counted(changes, terminal.say), "bold")
    for title, listed in by_section(changes, terminal.language):
        yield ""
        yield terminal.styled(one_line(title), "bold")
        for change in listed:
            mark = effect_word(change.effect, terminal.say)
            said = one_line(sentence(change, terminal.language))
            yield f"  {_mark(mark, change, terminal)} {said}"
            places = [place_text(side) for side in (change.old, change.new) if side is not None]
            about = f"{change.id}  {' → '.join(places)}"
            yield terminal.styled(f"      {one_line(about)}", "grey")
            if change.part != "Clause":
                quoted = [clauses_text(side) for side in (change.old, change.new)]
                for clause in dict.fromkeys(one for one in quoted if one):
                    yield terminal.styled(f"      {one_line(clause)}", "grey")


def _mark(mark: str, change: Change, terminal: Terminal) -> str:
    colour = {"results": "red", "process": "yellow", "wording": "grey"}[change.effect]
    return terminal.styled(f"[{mark}]", colour)  # type: ignore[arg-type]  # all are colours


def effect_word(effect: Effect, say: Say) -> str:
    """What a change can change, in a word."""
    from kaocheng.engine.versions.sentences import EFFECTS

    return say(*EFFECTS[effect])


def counted(changes: Sequence[Change], say: Say) -> str:
    """`3 处不同：影响结果 2，只改文字 1`; one sentence where there is none."""
    if not changes:
        return say("两份方案内容相同", "The two packs say the same.")
    counts = [(effect, sum(one.effect == effect for one in changes)) for effect in _EFFECTS]
    listed = say("，", ", ").join(
        f"{effect_word(effect, say)} {count}" for effect, count in counts if count
    )
    return say(f"{len(changes)} 处不同：{listed}", f"{len(changes)} differences: {listed}")


COMMAND = Command(declare=_declare, run=_run)
