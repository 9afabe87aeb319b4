"""后台任务：一万件，真的 Redis，工作进程不断被杀，队列被清空：一件不丢，一件不重。

Prints what was lost and doubled (both must be 0), how long it took, and the same jobs done by the
threads of the server without Redis, as the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kaocheng.gateways.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
LEASE_SECONDS = 3
LONGEST_SECONDS = 7200
KIND = "bench.effect"

# The worker of the product, with one more kind of job: an effect that two runs would double.
WORKER = """
import time
import kaocheng.config.worker as worker
from kaocheng.actions.job import effect_once
from kaocheng.jobs import handlers
from django.db import connection

def effect(job):
    for part in ("a", "b"):
        with effect_once(job, f"{job.effect_key}-{part}") as fresh:
            if fresh:
                with connection.cursor() as cursor:
                    cursor.execute("insert into bench_effects values (%s)", [f"{job.pk}-{part}"])
        time.sleep(0.002)

handlers.HANDLERS["bench.effect"] = effect
app = worker.app
"""
SENDER = """
import time, sys
from datetime import timedelta
import bench_worker
from kaocheng.jobs.queue import QueueRunner
runner = QueueRunner(bench_worker.app, again_after=timedelta(seconds=10))
runner.start()
sys.stdin.read()
runner.stop()
"""
THREADS = """
import time, sys
import bench_worker
from kaocheng.jobs.runner import ThreadRunner
runner = ThreadRunner(threads=2)
runner.start()
sys.stdin.read()
runner.stop()
"""


@dataclass(frozen=True)
class Outcome:
    """`kills`: worker processes that were killed in the middle; `flushes`: of the whole queue."""

    jobs: int
    lost: int
    doubled: int
    failed: int
    kills: int
    flushes: int
    seconds: float


@contextmanager
def redis() -> Iterator[int]:
    """A Redis of our own that keeps nothing on disk; its port."""
    program = shutil.which("redis-server")
    assert program, "redis-server"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir()
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def run_on_queue(folder: Path, *, jobs: int, kill_each: int, processes: int = 2) -> Outcome:
    """Celery workers; after so many jobs one of them is killed, and sometimes the queue emptied."""
    with redis() as port, _prepared(folder, redis_port=port, jobs=jobs) as (address, env):
        began = time.monotonic()
        chance = random.Random(7)  # noqa: S311  # a repeatable choice of victims
        sender = _python(SENDER, env)
        workers = [_worker(env) for _ in range(processes)]
        kills = flushes = 0
        try:
            while (ended := _ended(address)) < jobs:
                assert time.monotonic() - began < LONGEST_SECONDS
                time.sleep(0.1)
                # By jobs and not by time: on a busy machine a worker takes long to begin.
                if ended >= kill_each * (kills + 1):
                    number = chance.randrange(processes)
                    os.killpg(workers[number].pid, signal.SIGKILL)
                    workers[number].wait()
                    kills += 1
                    workers[number] = _worker(env)
                    if kills % 3 == 0:
                        _flush(port)
                        flushes += 1
            seconds = time.monotonic() - began
        finally:
            for worker in workers:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
            _finish(sender)
        return _count(address, jobs, kills=kills, flushes=flushes, seconds=seconds)


def run_in_threads(folder: Path, *, jobs: int) -> Outcome:
    """The same jobs by the runner inside the server, nobody killed: what Redis costs and brings."""
    with _prepared(folder, redis_port=0, jobs=jobs) as (address, env):
        began = time.monotonic()
        runner = _python(THREADS, env)
        try:
            while _ended(address) < jobs:
                assert time.monotonic() - began < LONGEST_SECONDS
                time.sleep(0.2)
            seconds = time.monotonic() - began
        finally:
            _finish(runner)
        return _count(address, jobs, kills=0, flushes=0, seconds=seconds)


@contextmanager
def _prepared(
    folder: Path, *, redis_port: int, jobs: int
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A database with the jobs in it, and the environment of whoever works on them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench_worker.py").write_text(WORKER, encoding="utf-8")
    with EmbeddedPostgres(folder / "postgres", {"synchronous_commit": "off"}) as server:
        env = {
            **os.environ,
            "DATABASE_URL": server.address(),
            "KAOCHENG_DATA": str(folder),
            "KAOCHENG_LEASE": str(LEASE_SECONDS),
            "DJANGO_SETTINGS_MODULE": "kaocheng.config.settings",
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0" if redis_port else "",
            "PYTHONPATH": os.pathsep.join((str(folder), *filter(None, sys.path))),
        }
        migrate = [sys.executable, "-m", "kaocheng.config.manage", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=env, check=True)
        with psycopg.connect(server.address(), autocommit=True) as connection:
            # Without a unique constraint: a second effect would stand there and be counted.
            connection.execute("create table bench_effects (name text)")
            connection.execute(
                "insert into records_job (kind, payload, effect_key, state, run_after, attempts,"
                " most_attempts, title, done_count, outcome, error, made_at)"
                " select %s, '{}', 'bench-' || n, 'waiting', now(), 0, 30, '', 0, '{}', '', now()"
                " from generate_series(1, %s) n",
                [KIND, jobs],
            )
        yield server.address(), env


def _worker(env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "bench_worker", "worker"]
    return subprocess.Popen(
        [*command, "--concurrency", "2", "--loglevel", "ERROR", "--without-mingle"],
        env=dict(env),
        start_new_session=True,  # so that it is killed with its children
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _python(code: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], env=dict(env), stdin=subprocess.PIPE)


def _finish(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def _flush(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(10).startswith(b"+OK")


def _ended(address: str) -> int:
    with psycopg.connect(address) as connection:
        row = connection.execute(
            "select count(*) from records_job where kind = %s and state <> 'waiting'", [KIND]
        ).fetchone()
    assert row is not None
    return int(row[0])


def _count(address: str, jobs: int, *, kills: int, flushes: int, seconds: float) -> Outcome:
    with psycopg.connect(address) as connection:
        effects = connection.execute(
            "select name, count(*) from bench_effects group by name"
        ).fetchall()
        failed = connection.execute(
            "select count(*) from records_job where state = 'failed'"
        ).fetchone()
    assert failed is not None
    return Outcome(
        jobs=jobs,
        lost=2 * jobs - len(effects),
        doubled=sum(count - 1 for _, count in effects),
        failed=failed[0],
        kills=kills,
        flushes=flushes,
        seconds=seconds,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="三百件，半分钟")
    jobs = 300 if parser.parse_args().small else 10_000
    folder = Path(tempfile.mkdtemp(prefix="kaocheng-bench-jobs-"))
    try:
        queue = run_on_queue(folder / "queue", jobs=jobs, kill_each=jobs // 12)
        threads = run_in_threads(folder / "threads", jobs=jobs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"Redis 与两组工作进程：{queue.jobs} 件，{queue.seconds:.1f} 秒，"
        f"杀进程 {queue.kills} 次，清空队列 {queue.flushes} 次，"
        f"lost={queue.lost} doubled={queue.doubled} failed={queue.failed}"
    )
    print(
        f"服务器自己的两个线程：{threads.seconds:.1f} 秒，"
        f"lost={threads.lost} doubled={threads.doubled}；"
        f"用时之比 {queue.seconds / threads.seconds:.2f}"
    )
    print(json.dumps({"queue": vars(queue), "threads": vars(threads)}))
    return 0 if not (queue.lost or queue.doubled or queue.failed or threads.lost) else 1


if __name__ == "__main__":
    sys.exit(main())
