"""What a command is, and how the words of argparse become the reader's."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from kaocheng.cli.columns import aligned
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine.problems import Place, refuse


@dataclass(frozen=True)
class Command:
    """What stands behind one word. `run` returns the exit code or raises `Refused`."""

    declare: Callable[[argparse.ArgumentParser, Say], None]
    run: Callable[[argparse.Namespace, Terminal], int]


# What argparse says in English, and the Chinese of it.
_FAULTS = (
    (r"the following arguments are required: (?P<a>.*)", "缺少 {a}"),
    (r"argument (?P<a>.*?): expected one argument", "{a} 后面要写内容"),
    (r"argument (?P<a>.*?): expected at least one argument", "{a} 后面至少写一个"),
    (
        r"argument (?P<a>.*?): invalid choice: (?P<b>.*?) \(choose from (?P<c>.*)\)",
        "{a} 不能是 {b}，可选 {c}",
    ),
    (r"unrecognized arguments: (?P<a>.*)", "不认识 {a}"),
    (r"ambiguous option: (?P<a>.*) could match (?P<b>.*)", "{a} 可以是 {b}，请写全"),
    (r"argument (?P<a>.*?): ignored explicit argument (?P<b>.*)", "{a} 后面不能写 {b}"),
)


class Parser(argparse.ArgumentParser):
    """Speaks the reader's language and raises `Refused` instead of leaving."""

    def __init__(self, *, say: Say, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)
        self.say = say

    def error(self, message: str) -> NoReturn:
        what = self.say(_in_chinese(message), message)
        raise refuse("C13", Place(self.prog), what=what, command=self.prog)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", self.say("用法：", "usage: "))

    def format_help(self) -> str:
        """Like argparse's own, which takes a Chinese character for one column."""
        parts = [self.format_usage().rstrip(), self.description or ""]
        titles = (self.say("参数：", "arguments:"), self.say("选项：", "options:"))
        groups = (self._get_positional_actions(), self._get_optional_actions())
        for title, actions in zip(titles, groups, strict=True):
            rows = [row for action in actions for row in self._help_rows(action)]
            if rows:
                parts.append("\n".join([title, *(f"  {line}" for line in aligned(rows))]))
        return "\n\n".join(parts) + "\n"

    def _help_rows(self, action: argparse.Action) -> Iterator[tuple[str, str]]:
        if isinstance(action, argparse._SubParsersAction):
            yield from ((one.dest, one.help or "") for one in action._get_subactions())
            return
        name = ", ".join(action.option_strings)
        if action.nargs != 0:
            choices = "|".join(map(str, action.choices or ()))
            name = f"{name} {action.metavar or choices}".strip()
        if isinstance(action, argparse._HelpAction):
            yield name, self.say("显示这份说明", "show this help")
        else:
            yield name, action.help or ""


def _in_chinese(message: str) -> str:
    for pattern, zh in _FAULTS:
        if found := re.fullmatch(pattern, message):
            return zh.format(**found.groupdict())
    return message
