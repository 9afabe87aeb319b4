"""`./run`: starts everything, says where, keeps what was entered, and stops in order."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaocheng.config.serve import Asked, _listen
from tests.config.servers import environment, facts, manage, server, start, wait_until_ready

JOBS = "from kaocheng.records.models import Job; rows = Job.objects.filter(kind='kept')"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One folder for all that a server has begun, named as people do; not below pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-serve-"))
    begun = made / "考成 数据"
    with server(begun, "--empty"):
        pass
    yield begun
    shutil.rmtree(made, ignore_errors=True)


def refused(*options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kaocheng.config.serve", *options],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_server_starts_answers_and_stops_in_order(data: Path) -> None:
    with server(data, "--empty") as running:
        wait_until_ready(running)
        assert "考成" in running.get("/static/kaocheng/nothing.css")[1]

        assert running.stop(signal.SIGINT) == 0

    assert running.said[-1] == "已停止。数据都在，下次启动接着用。"
    assert facts(data)["demo"] == "none"
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


def test_w94_second_start_says_where_the_first_one_is(data: Path) -> None:
    with server(data, "--empty") as running:
        status, said = refused("--data", str(data))

    assert status == 3
    assert "考成已经在用这份数据运行：网址。" in said.replace(running.address, "网址")


def test_what_was_entered_is_there_after_a_kill(data: Path) -> None:
    with server(data, "--empty") as running:
        wait_until_ready(running)
        code = (
            "from kaocheng.records.models import Job;"
            "from kaocheng.gateways.clock import CLOCK;"
            "n = CLOCK.now();"
            "Job(kind='kept', effect_key='kept', run_after=n.replace(year=2999), made_at=n).save()"
        )
        assert manage(data, "shell", "--no-imports", "-c", code).returncode == 0
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()

    with server(data) as running:
        wait_until_ready(running)
        code = f"{JOBS}; print(rows.get().effect_key)"
        assert manage(data, "shell", "--no-imports", "-c", code).stdout.strip() == "kept"


def test_port_that_is_taken_is_said(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = refused("--data", str(data), "--port", str(port))

    assert status == 1
    assert f"端口 {port} 不能用" in said


def test_answer_in_several_pieces_is_sent_at_once(tmp_path: Path) -> None:
    asked = Asked(port=0, host="127.0.0.1", data=tmp_path, fresh=False, empty=True)

    async def answers_at_once() -> int:
        accepted: asyncio.Future[asyncio.StreamWriter] = asyncio.Future()
        with _listen(asked) as listener:
            server = await asyncio.start_server(
                lambda _, writer: accepted.set_result(writer), sock=listener
            )
            _, asking = await asyncio.open_connection(*listener.getsockname())
            answering = await accepted
            connection = answering.get_extra_info("socket")
            found: int = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            for one in (asking, answering):
                one.close()
                await one.wait_closed()
            server.close()
            await server.wait_closed()
        return found

    assert asyncio.run(answers_at_once()) == 1


def test_w93_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "论文.docx").write_text("x", encoding="ascii")

    for options in ((), ("--fresh",)):
        status, said = refused("--data", str(tmp_path), *options)

        assert status == 1
        assert "“甲”里有不是考成写的文件，没有动它。" in said.replace(str(tmp_path), "甲")
    assert [path.name for path in tmp_path.iterdir()] == ["论文.docx"]


def test_fresh_start_says_so_and_begins_anew(data: Path) -> None:
    (data / "files").mkdir(exist_ok=True)
    (data / "files" / "old").write_text("x", encoding="ascii")

    with server(data, "--empty", "--fresh") as running:
        code = f"{JOBS}; print(rows.count())"
        count = manage(data, "shell", "--no-imports", "-c", code).stdout.strip()

    assert f"按 --fresh 清空 {data}，从头开始。" in running.said
    assert count == "0"
    assert not (data / "files" / "old").exists()


def test_w98_data_of_a_newer_version_is_left_alone(data: Path) -> None:
    sql = "insert into django_migrations (app, name, applied) values ('records', '9999_x', now())"
    undo = "delete from django_migrations where name = '9999_x'"
    run = "from django.db import connection; connection.cursor().execute({!r})"
    assert manage(data, "shell", "--no-imports", "-c", run.format(sql)).returncode == 0

    status, said = refused("--data", str(data), "--port", "0")
    manage(data, "shell", "--no-imports", "-c", run.format(undo))

    assert status == 1
    assert "这份数据由更新的版本写成（records.9999_x），现在的程序读不了，没有改动。" in said


def test_database_that_dies_ends_the_server_with_a_word_and_recovers(data: Path) -> None:
    with server(data, "--empty") as running:
        wait_until_ready(running)
        pid = int((data / "postgres/cluster/postmaster.pid").read_bytes().split(b"\n")[0])
        os.kill(pid, signal.SIGKILL)

        assert running.process.stdout is not None
        said = running.process.stdout.read()
        running.process.stdout.close()
        assert running.process.wait(60) == 1

    assert "数据库进程意外退出，已停止。" in said
    with server(data) as running:
        wait_until_ready(running)


def test_server_that_cannot_reach_its_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="连不上 DATABASE_URL 写的数据库。"):
        start(tmp_path / "d", env=environment(DATABASE_URL="postgresql://nobody@127.0.0.1:1/x"))
