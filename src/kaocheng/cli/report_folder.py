"""The folder of a report, replaced as a whole: no page of an earlier report stays behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.cli.text_files import make_folder, writing
from kaocheng.engine.problems import Place, refuse

if TYPE_CHECKING:
    from kaocheng.documents.pages import Page


def write_report(folder: Path, pages: Iterable[Page]) -> int:
    """Write every page and return how many; `Refused` where `folder` holds anything but a report.

    The pages are written beside `folder` and put in its place when all are there.
    """
    refuse_foreign(folder)
    make_folder(folder.parent)
    count = 0
    with writing(folder):
        new = Path(tempfile.mkdtemp(prefix=".report-", dir=folder.parent))
        try:
            for page in pages:
                path = new / page.path
                path.parent.mkdir(exist_ok=True)
                path.write_text(page.html, encoding="utf-8")
                count += 1
            new.chmod(0o755)  # mkdtemp keeps others out
            _swap(new, folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return count


def refuse_foreign(folder: Path) -> None:
    """Raise `Refused` unless `folder` is new, empty or a report: nothing else is ever replaced."""
    from kaocheng.documents.pages import MARK

    if not folder.exists():
        return
    if not folder.is_dir():
        raise refuse("F36", Place(str(folder)), path=folder)
    with writing(folder):
        index = folder / "index.html"
        is_ours = index.is_file() and MARK in index.read_text(encoding="utf-8", errors="replace")
        if any(folder.iterdir()) and not is_ours:
            raise refuse("C12", Place(str(folder)), path=folder)


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = new.with_name(f"{new.name}-old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
