"""A server of the product as its own process, over a folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120


@dataclass
class Running:
    """The process, its address, and what it has said so far."""

    process: subprocess.Popen[str]
    address: str
    said: list[str]

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read().splitlines()
        self.process.stdout.close()
        return self.process.wait(60)


def environment(**more: str) -> dict[str, str]:
    """Ours, without the database and the folder of the test run."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"} and "KAOCHENG" not in name
    }
    return {**ours, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **more}


def start(data: Path, *options: str, env: Mapping[str, str] | None = None) -> Running:
    """Start it on a free port; waits until it says its address."""
    command = [sys.executable, "-m", "kaocheng.config.serve", "--data", str(data), *options]
    if "--port" not in options:
        command += ["--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=dict(env) if env is not None else environment(),
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        found = re.search(r"考成已启动：(http://\S+?)（", line)
        if found:
            return Running(process, found[1], said)
    process.stdout.close()
    process.wait()
    raise AssertionError(f"did not start: {said}")


@contextmanager
def server(data: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    running = start(data, *options, env=env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()


def wait_until_ready(running: Running, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while running.get("/healthz") != (200, "ok\n"):
        assert time.monotonic() < deadline, running.get("/healthz")
        time.sleep(0.1)


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kaocheng.config.manage", *arguments],
        env=environment(KAOCHENG_DATA=str(data)),
        capture_output=True,
        text=True,
        check=False,
    )


def facts(data: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((data / "kaocheng-data.json").read_text("utf-8"))
    return found
