"""Writing the pages of the packs: half a minute of work, so a program of its own does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from django.conf import settings

from kaocheng.queries.scheme import gallery_folder
from kaocheng.records.models import Job

# After this a run counts as hung; the slowest machine we know takes two minutes.
LONGEST_SECONDS = 900


class GalleryFailed(RuntimeError):
    """What the program said last; the job is tried again."""


def write_gallery(job: Job) -> None:
    """Beside the pages of earlier states, which go when the new ones stand."""
    del job
    folder = gallery_folder(settings.SCHEMES, kept_in=settings.DATA)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    command = [sys.executable, "-m", "kaocheng.cli.main", "gallery"]
    done = subprocess.run(  # noqa: S603  # our own program
        [*command, "--schemes", str(settings.SCHEMES), "--out", str(new)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=LONGEST_SECONDS,
        # What somebody waits for goes first.
        preexec_fn=_give_way,  # noqa: PLW1509  # no lock is taken in it
    )
    # 1 says that an example of some pack did not hold: its page says so, the others stand.
    if done.returncode not in {0, 1} or not (new / "index.html").is_file():
        raise GalleryFailed(done.stdout[-500:])
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    for earlier in folder.parent.iterdir():
        if earlier != folder:
            shutil.rmtree(earlier, ignore_errors=True)


def _give_way() -> None:
    os.nice(15)
