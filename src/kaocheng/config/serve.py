"""`./run`: prepare the data folder, start the database, migrate it, serve until stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from kaocheng.gateways.data_folder import DataFolder, InUse, Lock, NotOurs
from kaocheng.gateways.postgres import EmbeddedPostgres, PostgresFailed

ROOT = Path(__file__).resolve().parents[3]
FIRST_PORT = 8000
PORTS_TRIED = 50
LAST_REQUEST_SECONDS = 20
DATABASE_DIED = "数据库进程意外退出，已停止。提交过的数据都在，重新运行 ./run 就会自动恢复。"
# What can go wrong before there is anything to serve.
FAILED, TAKEN = 1, 3


@dataclass(frozen=True)
class Asked:
    """The command line."""

    port: int | None
    host: str
    data: Path
    fresh: bool
    empty: bool


class CannotStart(Exception):
    """Said to the reader in one or two lines."""

    def __init__(self, said: str, *, status: int = FAILED) -> None:
        super().__init__(said)
        self.status = status


class Stopped(BaseException):
    """Somebody asked us to stop; everything that was started is stopped on the way out."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _read(arguments)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _stop)
    try:
        with ExitStack() as stack:
            _serve(asked, stack)
    except Stopped:
        say("已停止。数据都在，下次启动接着用。")
    except CannotStart as problem:
        say(str(problem))
        return problem.status
    return 0


def _read(arguments: Sequence[str] | None) -> Asked:
    parser = argparse.ArgumentParser(prog="./run", description="启动考成，直到按 Ctrl+C。")
    parser.add_argument("--port", type=int, help=f"端口；不写就从 {FIRST_PORT} 起找空着的")
    parser.add_argument("--host", default="127.0.0.1", help="监听的地址；0.0.0.0 是所有网卡")
    parser.add_argument("--data", type=Path, help="数据文件夹；不写就用 data/")
    parser.add_argument("--fresh", action="store_true", help="先清空数据文件夹，从头开始")
    parser.add_argument("--empty", action="store_true", help="新的数据文件夹不装演示数据")
    read = parser.parse_args(arguments)
    data = read.data or Path(os.environ.get("KAOCHENG_DATA") or ROOT / "data")
    return Asked(read.port, read.host, data.absolute(), read.fresh, read.empty)


def _serve(asked: Asked, stack: ExitStack) -> None:
    began = time.monotonic()
    folder = DataFolder(asked.data)
    lock = _claim(folder, stack)
    listener = stack.enter_context(_listen(asked))
    address = f"http://{_shown_host(asked.host)}:{listener.getsockname()[1]}"
    _refuse_nonsense()
    _prepare_folder(folder, asked)
    _set_environment(asked, address)
    _start_database(folder, stack)
    _prepare_database(folder)
    lock.say(address)
    _say_welcome(folder, address, seconds=time.monotonic() - began)
    _run_server(listener)


def _refuse_nonsense() -> None:
    from kaocheng.access.refusal import Refused
    from kaocheng.config.nonsense import refuse_nonsense

    try:
        refuse_nonsense(os.environ)
    except Refused as refused:
        raise CannotStart(f"{refused}{refused.remedy('zh')}") from refused


def _claim(folder: DataFolder, stack: ExitStack) -> Lock:
    try:
        folder.is_new()
        return stack.enter_context(folder.alone())
    except NotOurs:
        raise CannotStart(_words("W93", folder=folder.path)) from None
    except InUse as used:
        address = str(used) or "正在启动，还没有地址"
        raise CannotStart(_words("W94", address=address), status=TAKEN) from None
    except OSError as error:
        raise CannotStart(f"数据文件夹 {folder.path} 不能用：{error.strerror}。") from error


def _prepare_folder(folder: DataFolder, asked: Asked) -> None:
    if asked.fresh and not folder.is_new():
        say(f"按 --fresh 清空 {folder.path}，从头开始。")
        server = EmbeddedPostgres(folder.path / "postgres")
        with _failures_told(server):
            server.wait_for_an_earlier_server()
        folder.empty()
    if folder.is_new():
        folder.make(made_at=datetime.now(UTC).isoformat(timespec="seconds"))
        wants_demo = not asked.empty and not os.environ.get("DATABASE_URL")
        folder.write_facts(demo="wanted" if wants_demo else "none")


@contextmanager
def _listen(asked: Asked) -> Iterator[socket.socket]:
    """The port is taken before anything is started, so that a wrong one is said at once."""
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    ports = [asked.port] if asked.port is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in ports:
        # Only what is called TCP by name asyncio sends at once; else an answer in two pieces waits
        # 40 ms for the reader to confirm the first.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((asked.host, port))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            refused = error
            continue
        if asked.port is None and port != FIRST_PORT:
            say(f"端口 {FIRST_PORT} 已被占用，改用 {port}。")
        with listener:
            yield listener
        return
    raise CannotStart(f"端口 {ports[0]} 不能用：{refused.strerror}。请用 --port 换一个。")


def _set_environment(asked: Asked, address: str) -> None:
    os.environ["KAOCHENG_DATA"] = str(asked.data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "kaocheng.config.settings"
    os.environ["KAOCHENG_PROCESS"] = "server"
    os.environ.setdefault("KAOCHENG_SITE", address)
    if asked.host not in {"127.0.0.1", "localhost", "::1"}:
        os.environ.setdefault("KAOCHENG_HOSTS", "*")


def _start_database(folder: DataFolder, stack: ExitStack) -> None:
    if os.environ.get("DATABASE_URL"):
        return
    server = EmbeddedPostgres(folder.path / "postgres")
    with _failures_told(server):
        stack.enter_context(server)
    stack.enter_context(_watched(server))
    os.environ["DATABASE_URL"] = server.address()
    os.environ["KAOCHENG_EMBEDDED"] = "1"


@contextmanager
def _failures_told(server: EmbeddedPostgres) -> Iterator[None]:
    try:
        yield
    except PostgresFailed as failed:
        raise CannotStart(_words("W95", reason=failed.said, log=server.log)) from failed


@contextmanager
def _watched(server: EmbeddedPostgres) -> Iterator[None]:
    """Without its database the server is of no use: it stops, and whoever keeps it starts it again.

    Not started again from here: the kernel ends it with the thread that started it.
    """
    assert server.process is not None
    process, are_stopping, died = server.process, threading.Event(), threading.Event()

    def watch() -> None:
        process.wait()
        if not are_stopping.is_set():
            died.set()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="database-watch", daemon=True).start()
    try:
        yield
    except Stopped:
        if died.is_set():
            raise CannotStart(DATABASE_DIED) from None
        raise
    finally:
        are_stopping.set()


def _prepare_database(folder: DataFolder) -> None:
    import django

    django.setup()
    from django.core.management import call_command, get_commands
    from django.db import OperationalError

    from kaocheng.access.refusal import Refused
    from kaocheng.config.backing_up import back_up_before_upgrade
    from kaocheng.config.migrating import migrate
    from kaocheng.jobs.lease import release_leases

    try:
        migrate(back_up=back_up_before_upgrade)
    except Refused as refused:
        raise CannotStart(f"{refused}{refused.remedy('zh')}") from refused
    except OperationalError as error:
        reason = "连不上 DATABASE_URL 写的数据库。"
        log = folder.path / "logs" / "server.log"
        raise CannotStart(_words("W95", reason=reason, log=log)) from error
    if os.environ.get("KAOCHENG_EMBEDDED"):
        release_leases()
    if folder.facts().get("demo") == "wanted" and "load_demo" in get_commands():
        say("第一次启动，正在装入演示城市……")
        call_command("load_demo", verbosity=0)
        folder.write_facts(demo="loaded")


def _run_server(listener: socket.socket) -> None:
    import uvicorn

    from kaocheng.config.asgi import application

    server = uvicorn.Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            proxy_headers=os.environ.get("KAOCHENG_HTTPS") == "1",
            timeout_graceful_shutdown=LAST_REQUEST_SECONDS,
        )
    )
    server.run(sockets=[listener])


def _say_welcome(folder: DataFolder, address: str, *, seconds: float) -> None:
    say(f"考成已启动：{address}（用了 {seconds:.1f} 秒）")
    for line in _account_lines(folder.path / "demo-accounts.json"):
        say(line)
    say(f"数据在 {folder.path}；按 Ctrl+C 停止。")


def _account_lines(path: Path) -> list[str]:
    """One account per role, as far as the demo has them."""
    try:
        accounts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    lines = ["演示账号（都是虚构的人）："]
    for one in accounts:
        second = f"  动态口令密钥 {one['totp_secret']}" if one.get("totp_secret") else ""
        who = f"{one.get('title') or one.get('role')} {one.get('person', '')}"
        lines.append(f"  {who}  登录名 {one['account']}  密码 {one['password']}{second}")
    return [*lines, f"  这张表也在 {path}"]


def _shown_host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _words(message_id: str, **values: object) -> str:
    """Reason and remedy out of the catalogue, before Django is there."""
    from kaocheng.engine.messages import MESSAGES

    message = MESSAGES[message_id]
    return f"{message.zh}{message.zh_remedy}".format_map(
        {name: str(value) for name, value in values.items()}
    )


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    # A second signal while we stop must not leave the database behind.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # the terminal is its page


if __name__ == "__main__":
    sys.exit(main())
