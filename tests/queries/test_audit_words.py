"""Every action has words for the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from kaocheng import actions
from kaocheng.access.audit import WHOSE
from kaocheng.queries.audit_names import field_text
from kaocheng.queries.audit_values import Known, detail, value_text
from kaocheng.queries.audit_words import ACTIONS, KINDS, action_text
from kaocheng.records.models import AuditRow

NAMED = re.compile(r"""@action\(\s*["']([^"']+)["']""")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def actions_of_the_product() -> set[str]:
    folder = Path(actions.__path__[0])
    return {
        name for path in folder.rglob("*.py") for name in NAMED.findall(path.read_text("utf-8"))
    }


def noted_by_actions() -> Iterator[str]:
    """The names under which an action leaves something in the log, and of the fields it keeps."""
    for path in Path(actions.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            of_an_act = ast.unparse(node.func.value) in {"act", "self.act", "self"}
            if of_an_act and node.func.attr in {"audit", "keep", "make"}:
                yield from (one.arg for one in node.keywords if one.arg)
                yield from (
                    one.value
                    for one in node.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


def test_every_action_has_words() -> None:
    assert actions_of_the_product() - set(ACTIONS) == set()


def test_every_kind_that_has_a_history_has_words_and_a_model() -> None:
    assert set(WHOSE) - set(KINDS) == set()
    for kind in KINDS:
        assert apps.get_model("records", kind)


def test_words_are_short_and_say_what_was_done() -> None:
    assert all(2 <= len(words) <= 20 for words in ACTIONS.values())
    assert action_text("unit.rename") == "更改了单位名称"
    assert action_text("comet.catch") == "comet.catch"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_an_object_of_the_log_has_chinese_words(kind: str) -> None:
    fields = apps.get_model("records", kind)._meta.concrete_fields

    assert [one.name for one in fields if not CHINESE.search(field_text(kind, one.name))] == []


def test_everything_that_an_action_notes_has_chinese_words() -> None:
    names = sorted(set(noted_by_actions()))

    assert {"reason", "signed_count", "because"} < set(names)
    unnamed = [
        name for name in names if not any(CHINESE.search(field_text(kind, name)) for kind in KINDS)
    ]
    assert unnamed == []


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("unit", "on", "2026-09-01", "2026年9月1日"),
        ("task", "remind_at", "2026-11-27T23:30:00+00:00", "2026年11月28日 07:30"),
        ("monthlysheet", "month", "2026-11", "2026年11月"),
        ("unit", "on", "2026-13-01", "2026-13-01"),
        ("entry", "standing", "replaced", "已更正"),
        ("obligation", "state", "missed", "逾期"),
        ("appointment", "role", "workshop_leader", "坊主"),
        ("unit", "unit_kind", "panel", "专家组"),
        ("account", "language", "zh-hant", "繁體"),
        ("account", "second_factor", "spare code", "备用码"),
        ("unit", "source_kind", "collection", "收集表"),
        ("account", "large_type", True, "是"),
        ("delivery", "failure", "", "无"),
        ("person", "person", 7, "何敏仪"),
        ("unit", "merged_into", 8, "榕荫小学"),
        ("unit", "before", 8, "榕荫小学"),
        ("unit", "merged_into", 9, "9"),
        ("collectionpart", "split_among", [8, 9], "榕荫小学、9"),
        ("setting", "before", 8, "8"),
        ("setting", "name", "session_hours", "登录后最长多少小时"),
        ("auditseal", "chosen", ["person", "from_day"], "人员、从哪天"),
        ("person", "personal", {"phone": "9f3a"}, "手机号码 9f3a"),
        ("ballot", "counts", {"in_favour": 7, "against": 0}, "赞成 7、反对 0"),
        ("unit", "steps", [{"unit": 1}, {"unit": 2}], "2 项"),
        ("notice", "title", "9f3a71bb", "9f3a71bb"),
    ],
)
def test_what_was_noted_is_told_in_words_and_chinese_days(
    kind: str, name: str, value: object, expected: str
) -> None:
    known = Known(people={7: "何敏仪"}, units={8: "榕荫小学"})

    assert value_text(AuditRow(object_kind=kind), name, value, known) == expected


def test_detail_leaves_out_the_fields_and_keeps_the_order_of_the_notes() -> None:
    noted = {"fields": ["closes_on"], "on": "2026-09-01", "reason": "布局调整"}

    said = detail(AuditRow(object_kind="unit", changes=noted), Known())

    assert said == "日期：2026年9月1日；原因：布局调整"
