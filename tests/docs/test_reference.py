"""The reference says what the code does: generated pages are current, schemas accept every pack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from kaocheng.engine import mechanisms
from kaocheng.engine.expressions.functions import FUNCTIONS
from kaocheng.engine.expressions.parse import AGGREGATES_OF_ROWS, AGGREGATES_OF_VALUES
from kaocheng.engine.messages import MESSAGES
from kaocheng.engine.reading.packs import FILES, find_packs
from tools import reference

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))
SCHEMAS = {
    name: json.loads((reference.REFERENCE / "schema" / f"{name}.schema.json").read_text("utf-8"))
    for name in FILES
}


class Editor(yaml.SafeLoader):
    """Reads scalars as an editor's schema checker does (YAML 1.2): numbers and true/false only."""


Editor.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"(?:true|false)$", "tf"),
    ("int", r"[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*$", "-+0123456789."),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


def in_an_editor(text: str) -> object:
    return yaml.load(text, Editor)  # a SafeLoader


def faults(name: str, content: object) -> list[str]:
    found = Draft202012Validator(SCHEMAS[name]).iter_errors(content)
    return [f"{one.json_path}: {one.message[:200]}" for one in found]


def sections() -> Iterator[tuple[str, str, object]]:
    for path in EXAMPLES:
        bundle = in_an_editor(path.read_text("utf-8"))
        assert isinstance(bundle, dict)
        yield from ((path.stem, name, bundle[name]) for name in FILES if name in bundle)


def test_generated_pages_are_current() -> None:
    assert list(reference.changed()) == [], "run: python -m tools.reference"


def test_no_page_of_a_mechanism_or_schema_is_left_over() -> None:
    expected = {reference.REFERENCE / name for name in reference.pages()}

    found = {
        *(reference.REFERENCE / "mechanisms").iterdir(),
        *(reference.REFERENCE / "schema").iterdir(),
    }
    assert found - expected == set()


@pytest.mark.parametrize("name", FILES)
def test_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_schemas_accept_every_example() -> None:
    wrong = {
        f"{example} {name}": told
        for example, name, content in sections()
        if (told := faults(name, content))
    }

    assert wrong == {}


def test_schemas_accept_every_pack() -> None:
    wrong = {}
    for folder in (*find_packs(ROOT / "schemes"), *find_packs(ROOT / "docs/tutorial/notices")):
        for name in FILES:
            path = folder / f"{name}.yaml"
            if path.is_file() and (told := faults(name, in_an_editor(path.read_text("utf-8")))):
                wrong[f"{folder.name}/{name}"] = told

    assert wrong == {}


def test_schema_refuses_a_misspelt_key() -> None:
    scheme = next(content for _, name, content in sections() if name == "scheme")
    assert isinstance(scheme, dict)

    assert faults("scheme", {**scheme, "titel": "x"}) != []


def test_every_function_and_aggregate_has_an_executed_example() -> None:
    page = (reference.REFERENCE / "expressions.md").read_text("utf-8")

    words = {*FUNCTIONS, "lookup", "lower", *AGGREGATES_OF_ROWS, *AGGREGATES_OF_VALUES}
    assert {word for word in words if f"| `{word}(" not in page} == set()


def test_every_problem_has_its_section() -> None:
    page = (reference.REFERENCE / "problems.md").read_text("utf-8")

    assert {id for id in MESSAGES if f'<a id="{id}"></a>' not in page} == set()
