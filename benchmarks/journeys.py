"""Teachers and heads at work over the demo city: users per core, p95, errors, and what limits.

The server runs as `./run` starts it, PostgreSQL beside it, the users in this process. Everybody
waits between pages as people do (30 s on average, 15 to 45). A session is one sign-in and ten
minutes of work: home, tasks, a form, one line saved in it, messages, home …

Users per core = what is left of a core beside the rest that the server takes when nobody is there,
÷ the CPU time that server and database used for one user.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cpu_time import children, used
from benchmarks.web_user import Answer, Tally, WebUser

USERS, SMALL_USERS = 900, 8
SECONDS, SMALL_SECONDS = 600, 20
THINK, SMALL_THINK = (15.0, 45.0), (0.5, 1.5)
GOAL = 3_000
# One head among so many teachers.
HEADS_EVERY = 20
START_SECONDS = 300
# A new server first writes the pages of the packs: we begin when it is quiet.
IDLE_SECONDS, SMALL_IDLE_SECONDS = 20.0, 2.0
QUIET_CORES = 0.05
# So many sign in at the same moment.
AT_ONCE = 4


@dataclass(frozen=True)
class Served:
    host: str
    port: int
    pid: int
    password: str


def main(*, users: int, seconds: float, think: tuple[float, float], idle_seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as server:
        idle_cores = _idle_cores(server, seconds=idle_seconds)
        asyncio.run(
            _measured(server, users=users, seconds=seconds, think=think, idle_cores=idle_cores)
        )


def _idle_cores(server: Served, *, seconds: float) -> float:
    """What the server takes of a core with nobody there, once it is quiet."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        before, began = sum(_cpu(server.pid)), time.monotonic()
        time.sleep(seconds)
        cores = (sum(_cpu(server.pid)) - before) / (time.monotonic() - began)
        if cores < QUIET_CORES:
            return cores
    raise RuntimeError("the server does not come to rest")


async def _measured(
    server: Served,
    *,
    users: int,
    seconds: float,
    think: tuple[float, float],
    idle_cores: float,
) -> None:
    tally = Tally()
    mean = sum(think) / 2
    print(f"  {users} users for {seconds:.0f} s, {mean:.0f} s of thought between two pages")
    started = asyncio.Event()
    people = [
        User(server, number, tally, think, random.Random(number))  # noqa: S311  # spreads arrivals
        for number in range(users)
    ]
    signing, began_signing = _cpu(server.pid), time.monotonic()
    for first in range(0, users, AT_ONCE):
        await asyncio.gather(*(one.sign_in() for one in people[first : first + AT_ONCE]))
    signed, signing_seconds = _cpu(server.pid), time.monotonic() - began_signing
    tasks = [asyncio.create_task(person.work(started)) for person in people]
    began, before = time.monotonic(), _cpu(server.pid)
    started.set()
    await asyncio.sleep(seconds)
    after, ends = _cpu(server.pid), time.monotonic()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _say(
        tally,
        users=users,
        seconds=ends - began,
        pages=tuple(b - a for a, b in zip(before, after, strict=True)),
        per_sign_in=(sum(signed) - sum(signing) - idle_cores * signing_seconds) / users,
        idle_cores=idle_cores,
    )


def _say(
    tally: Tally,
    *,
    users: int,
    seconds: float,
    pages: tuple[float, ...],
    per_sign_in: float,
    idle_cores: float,
) -> None:
    waits = [one for name, some in tally.seconds.items() if "sign" not in name for one in some]
    server, database = pages
    on_pages = server + database - idle_cores * seconds
    # A session lasts ten minutes: its sign-in is spread over them.
    cores = on_pages / seconds + users * per_sign_in / 600
    for name, some in sorted(tally.seconds.items()):
        print(f"  {name:10} {len(some):6} × p50 {_at(some, 0.5):.3f} s p95 {_at(some, 0.95):.3f} s")
    print(f"  {len(waits)} pages in {seconds:.0f} s: server {server:.1f} s of CPU,")
    print(f"  PostgreSQL {database:.1f} s; with nobody there both take {idle_cores:.1%} of a core")
    print(f"  {1000 * on_pages / len(waits):.1f} ms of CPU a page")
    print(f"  a sign-in costs {per_sign_in:.3f} s of CPU, most of it stretching the password")
    per_core = (1 - idle_cores) * users / cores
    print(f"  errors {len(tally.errors)} {tally.errors[:3]}")
    share = users * per_sign_in / 600 / cores
    limits = "rendering pages in Python" if server > database else "PostgreSQL"
    print(f"  limit: {limits}; signing in is {share:.0%} of the whole")
    print(
        f"journeys: users/core={per_core:.0f} goal={GOAL} p95={_at(waits, 0.95):.3f} s"
        f" errors={len(tally.errors)} ratio={GOAL / per_core:.2f}"
    )


def _at(some: list[float], share: float) -> float:
    return sorted(some)[min(int(len(some) * share), len(some) - 1)]


@dataclass
class User:
    """One person at one browser, at work until told to stop."""

    server: Served
    number: int
    tally: Tally
    think: tuple[float, float]
    dice: random.Random

    def __post_init__(self) -> None:
        self.web = WebUser(self.server.host, self.server.port, self.tally)
        self.is_head = self.number % HEADS_EVERY == 0

    async def sign_in(self) -> None:
        page = await self.web.get("sign-in page", "/sign-in")
        values = page.fields("/sign-in")
        values["login"] = "head" if self.is_head else f"yp{60 + self.number:05d}"
        values["password"] = self.server.password
        answer = await self.web.post("sign in", "/sign-in", values)
        if "不是我" not in answer.body:
            self.tally.errors.append(f"{values['login']} is not signed in")

    async def work(self, started: asyncio.Event) -> None:
        await started.wait()
        await asyncio.sleep(self.dice.uniform(0, self.think[1]))
        while True:
            for step in (self._head if self.is_head else self._teacher)():
                try:
                    await step()
                except (OSError, ValueError, asyncio.IncompleteReadError) as error:
                    self.tally.errors.append(repr(error))
                await asyncio.sleep(self.dice.uniform(*self.think))

    def _teacher(self) -> tuple[Callable[[], Awaitable[object]], ...]:
        return (self._home, self._tasks, self._form, self._messages, self._home)

    def _head(self) -> tuple[Callable[[], Awaitable[object]], ...]:
        return (self._home, self._notices, self._board, self._matters, self._home)

    async def _home(self) -> Answer:
        return await self.web.get("home", "/home")

    async def _tasks(self) -> Answer:
        return await self.web.get("tasks", "/tasks?show=all")

    async def _messages(self) -> Answer:
        return await self.web.get("messages", "/messages")

    async def _notices(self) -> Answer:
        return await self.web.get("notices", "/notices")

    async def _board(self) -> Answer:
        return await self.web.get("board", "/tasks/below")

    async def _matters(self) -> Answer:
        return await self.web.get("matters", "/tasks/matters")

    async def _form(self) -> None:
        """The form of the first task; one line is saved in it the first time."""
        tasks = await self.web.get("tasks", "/tasks?show=all")
        found = re.search(r'href="(/collections/parts/\d+)"', tasks.body)
        if found is None:
            return
        page = await self.web.get("form", found[1])
        if f'action="{found[1]}"' not in page.body:
            return  # handed in already
        await asyncio.sleep(self.dice.uniform(*self.think))
        values = page.fields(found[1]) | {"then": "save"}
        values |= {name: "随堂练习的设计" for name in values if name.startswith("n0-f")}
        await self.web.post("save", found[1], values)


@contextmanager
def served(data: Path) -> Iterator[Served]:
    """The product as `./run` starts it, over a new demo city."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KAOCHENG_", "DJANGO_", "DATABASE_", "REDIS_"))
    }
    command = [sys.executable, "-m", "kaocheng.config.serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = _port(process)
            accounts = json.loads((data / "demo-accounts.json").read_text("utf-8"))
            yield Served("127.0.0.1", port, process.pid, accounts[0]["password"])
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and (line := process.stdout.readline()):
        if found := re.search(r"考成已启动：http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise RuntimeError("the server did not start")


def _cpu(pid: int) -> tuple[float, float]:
    """Seconds of CPU that the server and its PostgreSQL have used, with what they have started."""
    database = sum(used(child.pid) for child in children(pid) if child.name == "postgres")
    return used(pid) - database, database


if __name__ == "__main__":
    SMALL = "--small" in sys.argv
    main(
        users=SMALL_USERS if SMALL else USERS,
        seconds=SMALL_SECONDS if SMALL else SECONDS,
        think=SMALL_THINK if SMALL else THINK,
        idle_seconds=SMALL_IDLE_SECONDS if SMALL else IDLE_SECONDS,
    )
