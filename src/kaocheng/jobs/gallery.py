"""Writing the pages of the packs: half a minute of work, so a program of its own does it."""

from __future__ import annotations

import atexit
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from kaocheng.actions.job import report_progress
from kaocheng.gateways.child import ends_with_parent
from kaocheng.queries.scheme import gallery_folder
from kaocheng.records.models import Job

LOOK_EVERY_SECONDS = 5.0


class GalleryFailed(RuntimeError):
    """What the program said last; the job is tried again."""


def write_gallery(job: Job) -> None:
    """Beside the pages of earlier states, which go when the new ones stand."""
    folder = gallery_folder(settings.SCHEMES, kept_in=settings.DATA)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    said = folder.with_name("said.txt")
    status = _run(job, new, said)
    # 1 says that an example of some pack did not hold: its page says so, the others stand.
    if status not in {0, 1} or not (new / "index.html").is_file():
        raise GalleryFailed(said.read_text("utf-8", errors="replace")[-500:])
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    for earlier in folder.parent.iterdir():
        if earlier != folder and earlier.is_dir():
            shutil.rmtree(earlier, ignore_errors=True)


def _run(job: Job, folder: Path, said: Path) -> int:
    """Its exit status; the program ends with us, and when the job is taken away."""
    # What somebody waits for goes first.
    command = ["nice", "-n", "15", sys.executable, "-m", "kaocheng.cli.main", "gallery"]
    with said.open("wb") as output:
        program = subprocess.Popen(  # noqa: S603  # our own program
            [*command, "--schemes", str(settings.SCHEMES), "--out", str(folder)],
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=ends_with_parent(signal.SIGKILL),  # noqa: PLW1509  # calls the kernel only
        )
    atexit.register(program.kill)
    try:
        while True:
            try:
                return program.wait(LOOK_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                report_progress(job, done=0)
    finally:
        program.kill()
        program.wait()
        atexit.unregister(program.kill)
