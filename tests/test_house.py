"""House rules that no linter knows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "kaocheng"

MAX_FILE_BYTES = 1_000_000
MAX_MODULE_LINES = 400
# Tables that are long because the world is: paths below src/kaocheng.
DATA_MODULES: frozenset[str] = frozenset()

SCRIPTS = (".ci/run", "bench", "run", "test", "tools/lock", "tools/python")

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|Users|home/\w+)/")
REGISTRY_HOST = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|(?:deb|security|ftp)\.debian\.org"
)

# What would make a result depend on more than the scheme and the facts.
IMPURE_MODULES = frozenset(
    {"glob", "http", "os", "random", "requests", "secrets", "shutil", "socket", "subprocess"}
    | {"tempfile", "time", "urllib", "uuid"}
)
READS = frozenset({"open", "read_text", "read_bytes"})
WRITES = frozenset({"write_text", "write_bytes", "mkdir", "touch", "unlink"})
CLOCKS = frozenset({"now", "today", "utcnow"})
DATES = frozenset({"date", "datetime"})


def tracked_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    # The folder may belong to another user, for example in a container.
    command = [git, "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def places(pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of every match in the tracked text files."""
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        lines = content.decode("utf-8").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{number}"
            for number, line in enumerate(lines, start=1)
            if pattern.search(line)
        ]
    return found


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def called_name(node: ast.AST) -> tuple[str, str]:
    """The owner's last name and the name of what is called: `Path(x).open()` is ("", "open")."""
    if not isinstance(node, ast.Call):
        return ("", "")
    function = node.func
    if isinstance(function, ast.Name):
        return ("", function.id)
    if isinstance(function, ast.Attribute):
        owner = function.value
        if isinstance(owner, ast.Name):
            return (owner.id, function.attr)
        return (owner.attr if isinstance(owner, ast.Attribute) else "", function.attr)
    return ("", "")


def impurities(module: str, text: str) -> list[str]:
    """What a module of `engine` or `methods` reaches for beyond its arguments.

    `module` is the path below src/kaocheng. Only `engine/reading` reads files; `methods` may read
    tables that ship inside the package, through importlib.resources.
    """
    nodes = list(ast.walk(ast.parse(text)))
    imports = {name for node in nodes for name in imported_modules(node)}
    reads_package_tables = module.startswith("methods/") and "importlib.resources" in imports
    may_read = module.startswith(("engine/reading/", "engine/reading.py")) or reads_package_tables
    packages = {name.partition(".")[0] for name in imports}
    found = [f"import {package}" for package in packages & IMPURE_MODULES]
    for owner, name in map(called_name, nodes):
        if (name in READS and not may_read) or name in WRITES:
            found.append(f"{name}()")
        if name in CLOCKS and owner in DATES:
            found.append(f"{owner}.{name}()")
    return sorted(found)


def modules_of(*packages: str) -> dict[str, str]:
    """The text of each module, by its path below src/kaocheng."""
    paths = [path for package in packages for path in (SOURCE / package).rglob("*.py")]
    return {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in paths}


def test_engine_and_methods_depend_on_their_arguments_only() -> None:
    modules = modules_of("engine", "methods")

    assert "engine/__init__.py" in modules
    found = {name: impurities(name, text) for name, text in modules.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import random", ["import random"]),
        ("from urllib.request import urlopen", ["import urllib"]),
        ("from datetime import date\ndate.today()", ["date.today()"]),
        ("import datetime as dt\ndt.datetime.now()", ["datetime.now()"]),
        ("open('facts.csv')", ["open()"]),
        ("Path('facts.csv').read_text()", ["read_text()"]),
        ("from importlib import resources\nresources.files('x').read_text()", ["read_text()"]),
        ("from datetime import date\ndate(2026, 1, 1)", []),
    ],
)
def test_impurities_are_found(text: str, expected: list[str]) -> None:
    assert impurities("engine/values.py", text) == expected


def test_only_reading_and_package_tables_may_be_read() -> None:
    table = "from importlib import resources\nresources.files('x').read_text()"

    assert impurities("engine/reading/scheme.py", "path.read_bytes()") == []
    assert impurities("engine/reading/scheme.py", "path.write_bytes(b'')") == ["write_bytes()"]
    assert impurities("methods/workdays/table.py", table) == []
    assert impurities("methods/workdays/table.py", "open('table.csv')") == ["open()"]


def test_modules_hold_one_idea() -> None:
    lines = {name: len(text.splitlines()) for name, text in modules_of(".").items()}

    too_long = {name for name, count in lines.items() if count > MAX_MODULE_LINES}
    written_by_django = {name for name in too_long if name.startswith("records/migrations/")}
    assert too_long - DATA_MODULES - written_by_django == set()


def test_tracked_files_are_small() -> None:
    large = [path for path in tracked_files() if path.stat().st_size > MAX_FILE_BYTES]

    assert large == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert places(MACHINE_PATH) == []


def test_no_file_names_the_host_of_a_registry() -> None:
    assert places(REGISTRY_HOST) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_executable(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o111 == 0o111


def test_readme_says_how_to_start_and_how_to_test() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert "./run" in readme
    assert "./test" in readme


def test_no_code_names_a_scheme() -> None:
    """A scheme that needs code of its own shows that a mechanism is missing."""
    packs = [path.parent.name for path in (ROOT / "schemes").glob("*/scheme.yaml")]
    # “S2” and “S3” alone mean other things too (a store speaks S3).
    named = re.compile("|".join((*map(re.escape, packs), r"\b[Ss]\d\.\d+\b")))
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if named.search(line)
    ]

    assert len(packs) == 20
    assert found == []
