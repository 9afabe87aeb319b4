"""What `doctor` looks at: each check says in one line what is so, or what to do."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, connection

from kaocheng.config.migrating import migrations
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.files import FileStore, NotThere, digest_of, store
from kaocheng.gateways.postgres import PostgresFailed, find_programs
from kaocheng.records.models import Job, StoredFile
from kaocheng.records.models.file import FileState
from kaocheng.records.models.job import JobState

LEAST_FREE_BYTES = 2_000_000_000
OLDEST_BACKUP = timedelta(days=2)
MOST_DRIFT = timedelta(seconds=60)


@dataclass(frozen=True)
class Finding:
    """`is_well`: nothing to do; otherwise the words say what to do."""

    is_well: bool
    said: str


def well(said: str) -> Finding:
    return Finding(is_well=True, said=said)


def wrong(said: str) -> Finding:
    return Finding(is_well=False, said=said)


def space() -> Finding:
    free = shutil.disk_usage(settings.DATA).free
    told = f"数据所在的磁盘还剩 {free / 1e9:.1f} GB"
    if free < LEAST_FREE_BYTES:
        return wrong(f"{told}，不到 2 GB，请清理或换大盘。")
    return well(f"{told}。")


def folder() -> Finding:
    for path in (settings.DATA, settings.DATA / "files", settings.DATA / "backups"):
        if path.exists() and not os.access(path, os.W_OK):
            return wrong(f"{path} 不能写入，请改正权限。")
    return well(f"数据文件夹 {settings.DATA} 可以写入。")


def secret() -> Finding:
    path = settings.DATA / "secret-key"
    if path.exists() and path.stat().st_mode & 0o077:
        return wrong(f"{path} 别人也能读，请执行 chmod 600。")
    return well("密钥文件只有本用户能读。")


def programs() -> Finding:
    try:
        return well(f"PostgreSQL 的程序在 {find_programs()}。")
    except PostgresFailed as failed:
        return wrong(failed.said)


def database() -> Finding:
    try:
        found = migrations()
        with connection.cursor() as cursor:
            cursor.execute("select now()")
            [there] = cursor.fetchone()
    except Error:
        return wrong("数据库连不上，请先启动 ./run，或核对 DATABASE_URL。")
    if found.unknown:
        return wrong(f"数据由更新的版本写成（{found.unknown[0]}），请装更新的版本。")
    if found.pending:
        return wrong(f"有 {len(found.pending)} 项升级还没有做，请运行 upgrade 命令。")
    drift = abs(there - CLOCK.now())
    if drift > MOST_DRIFT:
        return wrong(f"数据库的时钟差了 {drift.total_seconds():.0f} 秒，请校准时间。")
    return well("数据库连得上，版本是现在的，时钟一致。")


def jobs() -> Finding:
    failed = Job.objects.filter(
        state=JobState.FAILED, ended_at__gt=CLOCK.now() - timedelta(days=7)
    ).count()
    late = Job.objects.filter(
        state=JobState.WAITING, run_after__lt=CLOCK.now() - timedelta(hours=1)
    ).count()
    if late:
        return wrong(f"有 {late} 件后台任务一个多小时没有人做，请看服务器是否在运行。")
    if failed:
        return wrong(f"七天内有 {failed} 件后台任务没有做成，编号在 logs 里。")
    return well("后台任务都做完了。")


def quarantine() -> Finding:
    stuck = StoredFile.objects.filter(
        state=FileState.QUARANTINE, stored_at__lt=CLOCK.now() - timedelta(hours=1)
    ).count()
    if stuck:
        return wrong(f"有 {stuck} 个文件查验了一个多小时还没有结果，请看安全软件是否在运行。")
    return well("没有卡在查验中的文件。")


def backups() -> Finding:
    made = sorted((settings.DATA / "backups").glob("*/manifest.json"))
    if not made:
        return wrong("还没有备份，请运行 backup 命令，并把备份放到另一块磁盘。")
    newest = max(path.stat().st_mtime for path in made)
    age = CLOCK.now().timestamp() - newest
    if age > OLDEST_BACKUP.total_seconds():
        return wrong(f"最近的备份是 {age / 86400:.0f} 天前的，请每天备份。")
    return well(f"最近的备份是 {age / 3600:.0f} 小时前的。")


def queue() -> Finding:
    if not settings.REDIS_URL:
        return well("后台任务在服务器自己的进程里做。")
    return _reached("Redis（REDIS_URL）", settings.REDIS_URL, 6379)


def scanner() -> Finding:
    if not settings.SCANNER_ADDRESS:
        return well("没有接安全软件，只做自己的检查。")
    return _reached("安全软件（KAOCHENG_SCANNER）", settings.SCANNER_ADDRESS, 3310)


def file_contents() -> Finding:
    """Every file that a row names is there with its own digest; reads all of them."""
    kept = store()
    broken = [digest for digest in _named() if not _is_sound(kept, digest)]
    if broken:
        return wrong(f"有 {len(broken)} 个文件缺失或变了，如 {broken[0][:12]}，请从备份取回。")
    return well("文件都在，校验码都对。")


CHECKS: tuple[Callable[[], Finding], ...] = (
    *(space, folder, secret, programs, database),
    *(jobs, quarantine, backups, queue, scanner),
)
THOROUGH: tuple[Callable[[], Finding], ...] = (*CHECKS, file_contents)


def examine(checks: tuple[Callable[[], Finding], ...] = CHECKS) -> Iterator[Finding]:
    """One after the other; a database that is away makes those that need it say so."""
    for check in checks:
        try:
            yield check()
        except Error:
            yield wrong("这一项要连数据库才能检查。")


def _named() -> list[str]:
    return list(StoredFile.objects.values_list("digest", flat=True))


def _is_sound(files: FileStore, digest: str) -> bool:
    try:
        with files.open(digest) as stream:
            return digest_of(stream) == digest
    except (NotThere, OSError):
        return False


def _reached(name: str, address: str, port: int) -> Finding:
    parts = urlsplit(address)
    try:
        if parts.hostname:
            socket.create_connection((parts.hostname, parts.port or port), 3).close()
        elif not Path(parts.path).exists():
            raise FileNotFoundError
    except OSError:
        return wrong(f"{name} 连不上。")
    return well(f"{name} 连得上。")
