"""`kaocheng`: finds the command and runs it.

Exit codes: 0 all well, 1 findings or failures in what was read, 2 the command itself was wrong.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from kaocheng.cli.command import Command, Parser
from kaocheng.cli.terminal import Say, Terminal, system_terminal
from kaocheng.engine.problems import Language, Place, Problem, Refused, problem

# Each is a module of its name, imported when it is asked for: a check waits for nothing else.
COMMANDS = {
    "check": ("检查方案写得对不对", "Check whether packs are sound."),
    "test": ("运行方案自带的算例", "Run the cases that packs bring along."),
    "facts": (
        "列出方案要哪些数据表，或生成空表",
        "List the tables a pack needs, or write empty ones.",
    ),
    "sample": ("给方案生成逼真的示例数据", "Make believable facts for a pack."),
    "score": ("核算结果，写成表格", "Compute results and write tables."),
    "sql": ("写出计算用的 SQL，供审计核对", "Print the SQL that computes, for auditors."),
    "explain": ("说明一个对象的每一分是怎么来的", "Explain one subject's results."),
    "calendar": ("把流程排到日历上：谁在哪天前做什么", "Lay the process on the calendar."),
    "diff": ("比较两份方案，用话说出改了什么", "Say what differs between two packs."),
    "simulate": (
        "用同一批数据试算两份方案：谁会变，因为哪条",
        "Compute two packs on the same facts: who moves, by which rule.",
    ),
    "new": ("新建一份带说明的方案", "Start a new pack with comments."),
    "gallery": (
        "把全部方案写成网页：原文、规则、疑点、示例结果",
        "Write all packs as pages: notice, rules, findings, sample results.",
    ),
}

FOUND, WRONG_USE, INTERRUPTED = 1, 2, 130
# Besides the C messages: files that were named and are not there or cannot be written, and days
# and events of `calendar` that cannot be.
_ABOUT_THE_COMMAND = frozenset(
    {"F01", "F03", "F04", "F07", "F32", "F33", "F34", "F35", "F36", "F37", "F38"}
    | {"P22", "P25", "P26"}
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing is raised for what a person did wrong."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Chinese
    terminal = system_terminal(_language(given))
    try:
        return _run(given, terminal)
    except Refused as refused:
        return _refused(refused.problems, terminal)
    except SystemExit as ending:  # --help
        return ending.code if isinstance(ending.code, int) else 0
    except MemoryError:
        limit = terminal.say("本机的全部内存", "all of this machine")
        return _refused([problem("R01", Place("kaocheng"), limit=limit)], terminal)
    except KeyboardInterrupt:
        terminal.note(terminal.say("已停止。", "Stopped."))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND


def _run(arguments: list[str], terminal: Terminal) -> int:
    name = next((argument for argument in arguments if argument in COMMANDS), None)
    command = None if name is None else _command(name)
    parser = _parser(terminal.say, name, command)
    options = parser.parse_args(arguments)
    if command is None:
        terminal.line(parser.format_help().rstrip())
        return WRONG_USE
    code = command.run(options, terminal)
    sys.stdout.flush()
    return code


def _command(name: str) -> Command:
    found: Command = import_module(f"kaocheng.cli.{name}").COMMAND
    return found


def _parser(say: Say, asked: str | None, command: Command | None) -> Parser:
    """All commands for the help, and the options of the one that was asked for."""
    about = say(
        "考成：把成文的考核方案变成精确、可解释的考核结果。",
        "Kaocheng turns written assessment schemes into exact, explained results.",
    )
    parser = Parser(say=say, prog="kaocheng", description=about)
    _add_language(parser, say)
    below = parser.add_subparsers(
        dest="command", metavar=say("命令", "COMMAND"), title=say("命令", "commands")
    )
    for name, words in COMMANDS.items():
        about = say(*words)
        added = below.add_parser(
            name, help=about, description=about, say=say, prog=f"kaocheng {name}"
        )
        if name == asked and command is not None:
            command.declare(added, say)
        _add_language(added, say)
    return parser


def _add_language(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument(
        "--lang",
        choices=("zh", "en"),
        default=argparse.SUPPRESS,
        help=say("显示的语言，默认中文", "language of what is shown; Chinese by default"),
    )


def _language(arguments: Sequence[str]) -> Language:
    """Looked up before parsing, so that help and faults are in the right language too."""
    for at, argument in enumerate(arguments):
        following = "".join(arguments[at + 1 : at + 2])
        if argument == "--lang=en" or (argument == "--lang" and following == "en"):
            return "en"
    return "zh"


def _refused(problems: Sequence[Problem], terminal: Terminal) -> int:
    terminal.problems(problems, to=terminal.err)
    errors = [problem.id for problem in problems if problem.severity == "error"]
    if all(id.startswith("C") or id in _ABOUT_THE_COMMAND for id in errors):
        return WRONG_USE
    counts = terminal.counts(problems)
    terminal.note(terminal.say(f"没有完成：{counts}。", f"Not done: {counts}."))
    return FOUND


if __name__ == "__main__":
    sys.exit(main())
