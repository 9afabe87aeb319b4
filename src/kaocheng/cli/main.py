"""`kaocheng`: finds the command and runs it.

Exit codes: 0 all well, 1 findings or failures in what was read, 2 the command itself was wrong.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from kaocheng.cli.calendar import CALENDAR
from kaocheng.cli.check import CHECK
from kaocheng.cli.command import Command, Parser
from kaocheng.cli.demo import DEMO
from kaocheng.cli.explain import EXPLAIN
from kaocheng.cli.facts import FACTS
from kaocheng.cli.new import NEW
from kaocheng.cli.score import SCORE
from kaocheng.cli.terminal import Say, Terminal, system_terminal
from kaocheng.cli.test import TEST
from kaocheng.engine.problems import Language, Problem, Refused

COMMANDS = (CHECK, TEST, FACTS, SCORE, EXPLAIN, CALENDAR, NEW, DEMO)

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
    except KeyboardInterrupt:
        terminal.note(terminal.say("已停止。", "Stopped."))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND


def _run(arguments: list[str], terminal: Terminal) -> int:
    parser, commands = _parser(terminal.say)
    options = parser.parse_args(arguments)
    if options.command is None:
        terminal.line(parser.format_help().rstrip())
        return WRONG_USE
    code = commands[options.command].run(options, terminal)
    sys.stdout.flush()
    return code


def _parser(say: Say) -> tuple[Parser, dict[str, Command]]:
    about = say(
        "考成：把成文的考核方案变成精确、可解释的考核结果。",
        "Kaocheng turns written assessment schemes into exact, explained results.",
    )
    parser = Parser(say=say, prog="kaocheng", description=about)
    _add_language(parser, say)
    below = parser.add_subparsers(
        dest="command", metavar=say("命令", "COMMAND"), title=say("命令", "commands")
    )
    for command in COMMANDS:
        words = say(command.zh, command.en)
        added = below.add_parser(
            command.name, help=words, description=words, say=say, prog=f"kaocheng {command.name}"
        )
        command.declare(added, say)
        _add_language(added, say)
    return parser, {command.name: command for command in COMMANDS}


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
