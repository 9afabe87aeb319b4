"""The log: one JSON object a line, with the number that the reader saw, and nobody's data."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from kaocheng.gateways.logs import JsonLines, Short, logging_settings, without_personal_data

ID_NUMBER = "11010519491231002X"
PHONE = "13800138000"


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("kaocheng.test", logging.ERROR, __file__, 1, message, arguments, None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"身份证 {ID_NUMBER} 重复", "身份证 <身份证号> 重复"),
        (f"电话{PHONE}", "电话<手机号>"),
        ("tel +86 138-0013-8000", "tel <手机号>"),
        ("mail lin@example.invalid sent", "mail <邮箱> sent"),
        ("password=Banyan-2026", "password=<…>"),
        ("postgresql://kao:geheim@db/x", "postgresql://<…>@db/x"),
        ("duplicate\nDETAIL:  Key (name)=(林晓棠) exists.", "duplicate\nDETAIL: <…>"),
        ("文件 20231128041700 号", "文件 20231128041700 号"),
        ("HZ-20261127-0001", "HZ-20261127-0001"),
    ],
)
def test_personal_data_and_secrets_are_taken_out(said: str, kept: str) -> None:
    assert without_personal_data(said) == kept


def test_line_is_json_with_what_was_said_beside_it() -> None:
    line = json.loads(JsonLines().format(record("job %s failed", 7, number="7F21", job=7)))

    assert line.pop("at")
    assert line == {
        "level": "ERROR",
        "logger": "kaocheng.test",
        "said": "job 7 failed",
        "number": "7F21",
        "job": 7,
    }


def test_error_is_told_with_its_traceback_but_without_the_row() -> None:
    try:
        raise ValueError(f"DETAIL: Key (id_number)=({ID_NUMBER}) already exists.")
    except ValueError as error:
        made = record("failed")
        made.exc_info = (ValueError, error, error.__traceback__)

    line = JsonLines().format(made)

    assert ID_NUMBER not in line
    assert "Traceback" in json.loads(line)["error"]
    assert Short().format(made) == "ERROR kaocheng.test failed · ValueError"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The product's own logging into a folder of the test."""
    logging.config.dictConfig(logging_settings(tmp_path / "logs", "server"))
    yield tmp_path / "logs" / "server.log"
    for handler in list(logging.getLogger().handlers):
        if getattr(handler, "baseFilename", "").startswith(str(tmp_path)):
            handler.close()
            logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_bug_of_ours_is_logged_under_the_number_on_the_page(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaocheng.web.home import views

    def breaks() -> list[str]:
        raise RuntimeError(f"of {ID_NUMBER} and {PHONE}")

    monkeypatch.setattr(views, "what_is_missing", breaks)

    answer = Client(raise_request_exception=False).get(f"/healthz?of={ID_NUMBER}")

    text = log.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    [line] = [line for line in lines if line["logger"] == "django.request"]
    assert answer.status_code == 500
    assert (line["number"], line["page"]) == (answer["X-Request-Id"], "health")
    assert line["number"] in answer.content.decode()
    assert ID_NUMBER not in text
    assert PHONE not in text


def test_log_turns_over(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [handler] = [
        one for one in logging.getLogger().handlers if getattr(one, "baseFilename", "") == str(log)
    ]
    monkeypatch.setattr(handler, "maxBytes", 2000)

    for number in range(200):
        logging.getLogger("kaocheng.test").info("line %s", number)

    assert len(list(log.parent.iterdir())) == 11
