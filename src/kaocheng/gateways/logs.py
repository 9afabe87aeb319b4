"""The log: one JSON object a line, into files that turn over, without personal data."""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

FILE_BYTES = 10_000_000
FILES_KEPT = 10

# What PostgreSQL says of a row it refused holds the values of the row.
_ROW = re.compile(r"(DETAIL|CONTEXT|HINT):.*", re.IGNORECASE)
_HIDDEN = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])"), "<身份证号>"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "<手机号>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<邮箱>"),
    (re.compile(r"(?i)(password|secret|token|key|口令|密码)(['\"]?\s*[=:]\s*)\S+"), r"\1\2<…>"),
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), "<…>"),
)
# What the standard library puts on a record; everything else was said by us.
_USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}


def without_personal_data(text: str) -> str:
    """The text with ID numbers, phones, mail addresses, secrets and row contents taken out."""
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return _ROW.sub(r"\1: <…>", text)


class JsonLines(logging.Formatter):
    """Time, level, logger, what happened, the number of the request, and what else was said."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "said": record.getMessage(),
        }
        request = getattr(record, "request", None)
        if request is not None:
            line |= _of_request(request)
        line |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info and record.exc_info[1]:
            line["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        # Each text by itself: a pattern that reaches to the end of a line must not eat the JSON.
        clean = {name: _clean(value) for name, value in line.items()}
        return json.dumps(clean, ensure_ascii=False)


def _clean(value: object) -> object:
    return value if isinstance(value, int | float) else without_personal_data(str(value))


def _of_request(request: object) -> dict[str, Any]:
    """The number that the reader sees and the name of the page; never the address as typed."""
    match = getattr(request, "resolver_match", None)
    return {
        "number": getattr(request, "request_id", ""),
        "method": getattr(request, "method", ""),
        "page": match.view_name if match else "",
        "said": "request failed",
    }


def logging_settings(folder: Path, process: str) -> dict[str, Any]:
    """For Django's LOGGING: everything into `<folder>/<process>.log`, warnings to the terminal."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "kaocheng.gateways.logs.JsonLines"},
            "short": {"()": "kaocheng.gateways.logs.Short"},
        },
        "handlers": {
            "file": {
                "()": "kaocheng.gateways.logs.file_handler",
                "path": str(folder / f"{process}.log"),
                "formatter": "json",
            },
            "terminal": {
                "class": "logging.StreamHandler",
                "level": "WARNING",
                "formatter": "short",
            },
        },
        "root": {"handlers": ["file", "terminal"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # Refusals are answers, not troubles: what a page refuses is in its action or nowhere.
            "django.request": {"level": "ERROR"},
            "uvicorn.error": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


class Short(logging.Formatter):
    """For the terminal: one line, the traceback stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        number = getattr(record, "number", "") or getattr(
            getattr(record, "request", None), "request_id", ""
        )
        told = f"{record.levelname} {record.name} {record.getMessage()} {number}".rstrip()
        if record.exc_info and record.exc_info[1]:
            told += f" · {type(record.exc_info[1]).__name__}"
        return without_personal_data(told)


class LogFile(RotatingFileHandler):
    """Makes its folder and file at the first line: a command that says nothing leaves nothing."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def file_handler(path: str) -> logging.Handler:
    return LogFile(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True)
