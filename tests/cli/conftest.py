"""What the tests of the command line share: a pack to work on, and how a command is run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kaocheng.cli.main import main

PACKS = Path(__file__).parent / "packs"
T1 = PACKS / "t1-school"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]


Kaocheng = Callable[..., Ran]


@pytest.fixture
def kaocheng(capsys: pytest.CaptureFixture[str]) -> Kaocheng:
    """Run a command line and return its exit code and what it wrote."""

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the small pack that a test may break."""
    return Path(shutil.copytree(T1, tmp_path / "t1-school"))


@pytest.fixture
def edit(pack: Path) -> Callable[[str, str, str], None]:
    """Replace a text that stands in a file of the pack."""

    def replace(file: str, old: str, new: str) -> None:
        path = pack / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
