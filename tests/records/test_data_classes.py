"""The data dictionary names every field of every table, once, with its level."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from django.apps import apps

DICTIONARY = Path(__file__).resolve().parents[2] / "docs" / "reference" / "data-classes.md"
TABLE = re.compile(r"^## `(\w+)`")
ROW = re.compile(r"^\| (?P<fields>.*`\w+`.*) \| (?P<level>\d) \| (?P<kind>[^|]+) \|$")


def listed() -> list[tuple[str, str, int]]:
    found, table = [], ""
    for line in DICTIONARY.read_text("utf-8").splitlines():
        if start := TABLE.match(line):
            table = start[1]
        elif table and (row := ROW.match(line)):
            names = re.findall(r"`(\w+)`", row["fields"])
            found += [(table, name, int(row["level"])) for name in names]
    return found


def test_dictionary_names_every_field_once() -> None:
    fields = {
        (model._meta.model_name, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
    }
    named = Counter((table, name) for table, name, _level in listed())

    assert {one for one, times in named.items() if times > 1} == set()
    assert fields - set(named) == set()
    assert set(named) - fields == set()


def test_levels_are_those_that_the_page_explains() -> None:
    levels = {(table, name): level for table, name, level in listed()}

    assert set(levels.values()) == {1, 2, 3, 4}
    assert levels["personaldata", "id_number"] == 4
    assert levels["account", "password"] == 4
    assert levels["personaldata", "phone"] == 3
    assert levels["person", "name"] == 3


def test_personal_data_stand_in_one_table_alone() -> None:
    kinds = {"id_number", "phone", "email", "born_on"}

    assert {table for table, name, _level in listed() if name in kinds} == {"personaldata"}
