"""Settings that cannot be meant, told at the start and all in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kaocheng.access.refusal import Refused
from kaocheng.gateways.database_address import django_database
from kaocheng.gateways.s3 import S3Files
from kaocheng.gateways.scanner import scanner_at

NUMBERS = ("KAOCHENG_THREADS", "KAOCHENG_LEASE")
ADDRESSES: Mapping[str, tuple[Callable[[str], object], str]] = {
    "DATABASE_URL": (django_database, "要写成 postgresql://用户:密码@主机/库名"),
    "KAOCHENG_FILES": (S3Files.of, "要写成 s3://密钥编号:密钥@主机/桶"),
    "KAOCHENG_SCANNER": (scanner_at, "要写成 clamd://主机:端口 或 clamd:///套接字"),
}


def refuse_nonsense(environ: Mapping[str, str]) -> None:
    """Raises W99 for the first setting that does not hold; the value itself is not repeated."""
    for name in NUMBERS:
        value = environ.get(name, "1")
        if not value.isdecimal() or int(value) < 1:
            raise Refused("W99", name=name, reason="要写一个正整数")
    for name, (read, reason) in ADDRESSES.items():
        if environ.get(name):
            try:
                read(environ[name])
            except ValueError as error:
                raise Refused("W99", name=name, reason=reason) from error
