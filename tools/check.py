"""All checks, then all tests; with arguments, only pytest on these.

Every step runs even when an earlier one failed, and the exit status says whether all were content.
Pytest's own summary stays the last line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Step:
    name: str
    command: tuple[str, ...]


STEPS = (
    Step("ruff check", ("ruff", "check")),
    Step("ruff format --check", ("ruff", "format", "--check")),
    Step("mypy", ("mypy",)),
    Step("lint-imports", ("lint-imports", "--no-logo")),
)


@dataclass(frozen=True)
class Part:
    """Something of the system that some tests need and PyPI does not have."""

    name: str
    is_present: Callable[[], bool]


def has_chromium() -> bool:
    return shutil.which("chromium") is not None


def has_chinese_font() -> bool:
    fonts = shutil.which("fc-list")
    if fonts is None:
        return False
    listed = subprocess.run([fonts, ":lang=zh", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def has_java() -> bool:
    """Java 17 or newer, which Apache Spark needs."""
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, check=False, text=True)
    version = re.search(r'version "(\d+)', said.stderr)
    return version is not None and int(version[1]) >= 17


def has_calc() -> bool:
    return shutil.which("soffice") is not None


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


PARTS = (
    Part("chromium", has_chromium),
    Part("fonts-noto-cjk", has_chinese_font),
    Part("libreoffice-calc-nogui", has_calc),
    Part("openjdk-17-jre-headless", has_java),
    Part("redis-server", has_redis),
)


def program(command: Sequence[str]) -> list[str]:
    """The command with its program taken from the environment that runs this file."""
    return [str(BIN / command[0]), *command[1:]]


def passes(step: Step) -> bool:
    """Run one step: its name and seconds in one line, what it says only when it fails."""
    started = time.perf_counter()
    done = subprocess.run(
        program(step.command),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    seconds = time.perf_counter() - started
    print(f"── {step.name} · {seconds:.1f} s · {'失败' if done.returncode else '通过'}", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def missing_parts(parts: Sequence[Part]) -> list[str]:
    return [part.name for part in parts if not part.is_present()]


def may_miss_parts() -> bool:
    """On a developer's machine the tests that need a missing part are skipped; in CI they count."""
    return os.environ.get("CI") != "true"


def run_pytest(failed: Sequence[str]) -> bool:
    """All tests in parallel. What failed before is said just above pytest's last line."""
    print("── pytest", flush=True)
    command = program(("pytest", "-n", "auto"))
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    held = ""
    with subprocess.Popen(
        [*command, *colour], cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(held, end="", flush=True)
            held = line
    if failed:
        print(f"── 未通过：{'、'.join(failed)}")
    print(held, end="", flush=True)
    return tests.returncode == 0


def check_everything() -> bool:
    missing = missing_parts(PARTS)
    if missing:
        print(f"── 缺少 {'、'.join(missing)}，用到的测试会跳过。Missing; their tests are skipped.")
    failed = [step.name for step in STEPS if not passes(step)]
    if missing and not may_miss_parts():
        failed.append(f"缺少 {'、'.join(missing)}")
    tests_pass = run_pytest(failed)
    return tests_pass and not failed


def rooted(argument: str) -> str:
    """A path of the reader's folder made absolute, since pytest runs in the project's folder."""
    path, separator, node = argument.partition("::")
    return f"{Path(path).absolute()}{separator}{node}" if Path(path).exists() else argument


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        return 0 if check_everything() else 1
    tests = program(("pytest", *(rooted(argument) for argument in arguments)))
    return subprocess.run(tests, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
