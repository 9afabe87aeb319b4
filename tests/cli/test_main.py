from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kaocheng.cli.columns import aligned, one_line, width
from kaocheng.cli.main import main
from kaocheng.cli.terminal import Terminal

PACK = Path(__file__).parent / "packs" / "t1-school"
HEAVY = ("django", "jinja2", "pyarrow", "python_calamine", "xlsxwriter")


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kaocheng.cli.main", *arguments]
    given = os.environ | {"PYTHONIOENCODING": "utf-8"} | environment
    return subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", env=given, timeout=60
    )


def test_no_command_shows_the_help_and_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "检查方案写得对不对" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command", ["check", "test", "facts", "score", "explain", "calendar", "new", "gallery"]
)
def test_help_of_every_command_is_in_the_reader_s_language(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "--help"]) == 0
    chinese = capsys.readouterr().out
    assert main(["--lang", "en", command, "--help"]) == 0
    english = capsys.readouterr().out

    assert chinese.startswith(f"用法：kaocheng {command}")
    assert "显示这份说明" in chinese
    assert english.startswith(f"usage: kaocheng {command}")
    assert "show this help" in english
    assert english.isascii()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wat"], "命令 不能是 'wat'"),
        (["check"], "缺少 路径"),
        (["check", "x", "--nothing"], "不认识 --nothing"),
        (["score", "x", "--facts"], "--facts 后面要写内容"),
        (
            ["explain", "x", "--facts", "y", "--subject", "z", "--format", "pdf"],
            "--format 不能是 'pdf'",
        ),
    ],
)
def test_a_command_written_wrongly_is_explained_in_chinese(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(arguments) == 2

    said = capsys.readouterr().err
    assert "C13" in said
    assert words in said


def test_language_may_stand_behind_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(PACK / "nothing"), "--lang", "en"]) == 2

    assert "There is no folder" in capsys.readouterr().out


def test_program_exits_with_the_code_of_the_command() -> None:
    passed = program("test", str(PACK))
    wrong = program("check", str(PACK / "nothing"))

    assert (passed.returncode, passed.stdout.splitlines()[-1]) == (0, "2 passed, 0 failed")
    assert (wrong.returncode, wrong.stderr) == (2, "")


def test_terminal_without_chinese_gets_escapes_and_no_traceback() -> None:
    done = program("check", str(PACK), PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_reader_that_goes_away_leaves_no_traceback() -> None:
    check = shlex.join([sys.executable, "-m", "kaocheng.cli.main", "check", str(PACK)])
    command = f"{check} | true"
    done = subprocess.run(
        command, shell=True, capture_output=True, check=False, text=True, timeout=60
    )

    assert done.stderr == ""


def test_check_loads_nothing_heavy() -> None:
    code = (
        "import sys; from kaocheng.cli.main import main; "
        f"main(['check', {str(PACK)!r}]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == "[]"


def on_a_terminal(**environment: str) -> bytes:
    """What `check` writes where standard output is a terminal."""
    ours, theirs = pty.openpty()
    given = os.environ | {"TERM": "xterm"} | environment
    command = [sys.executable, "-m", "kaocheng.cli.main", "check", str(PACK)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=given) as running:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            written += part
        running.wait(timeout=60)
    os.close(ours)
    return written


def test_colours_appear_on_a_terminal_and_no_color_takes_them_away() -> None:
    assert b"\x1b[90mL16\x1b[0m" in on_a_terminal(NO_COLOR="")
    assert b"\x1b" not in on_a_terminal(NO_COLOR="1")


class Stream:
    """A text stream that keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        return


def terminal_at(clock: Callable[[], float]) -> tuple[Terminal, Stream]:
    stream = Stream()
    return Terminal(stream, stream, live=True, clock=clock), stream  # type: ignore[arg-type]  # two methods suffice


def test_progress_shows_after_a_second_and_goes_when_the_work_ends() -> None:
    seconds = iter([0.0, 0.5, 1.5])
    terminal, stream = terminal_at(lambda: next(seconds))

    terminal.progress("正在核算", 1, 3)
    terminal.progress("正在核算", 2, 3)
    assert stream.text == ""
    terminal.progress("正在核算", 3, 3)
    assert stream.text == "\r\x1b[K正在核算 3 / 3"
    terminal.end_progress()
    assert stream.text.endswith("\r\x1b[K")


def test_columns_count_a_chinese_character_twice() -> None:
    assert width("考成 ab") == 7
    assert aligned([("考勤", "1"), ("abc", "23")]) == ["考勤  1", "abc   23"]


def test_text_of_a_file_cannot_steer_the_terminal() -> None:
    assert one_line("甲\x1b[2J\n乙\u2028丙") == "甲 [2J 乙 丙"
