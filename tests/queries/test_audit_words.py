"""Every action has words for the log."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from kaocheng import actions
from kaocheng.access.audit import WHOSE
from kaocheng.queries.audit_words import ACTIONS, KINDS, action_text

NAMED = re.compile(r"""@action\(\s*["']([^"']+)["']""")


def actions_of_the_product() -> set[str]:
    folder = Path(actions.__path__[0])
    return {
        name for path in folder.rglob("*.py") for name in NAMED.findall(path.read_text("utf-8"))
    }


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
