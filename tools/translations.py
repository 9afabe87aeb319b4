"""Texts of the pages without English: `python -m tools.translations` lists them, one a line.

`--add` appends them to the catalogue with an empty translation, for somebody to fill in.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kaocheng.gateways.translations import read_catalogue

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "kaocheng"
CATALOGUE = SOURCES / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Layers with texts that stand on pages; those below say theirs in the catalogue of messages.
LAYERS = ("access", "actions", "config", "jobs", "queries", "records", "web")
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
_IN_TEMPLATE = re.compile(
    r"""\bn?gettext\(u?(?P<one>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    (?:,\s*u?(?P<many>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))?""",
    re.VERBOSE,
)


def texts() -> list[str]:
    """Every text that is translated; singular and plural with a NUL between, as gettext has it."""
    found: dict[str, None] = {}
    for path in sorted(SOURCES.rglob("*")):
        if path.relative_to(SOURCES).parts[0] not in LAYERS:
            continue
        if path.suffix == ".py":
            found.update(dict.fromkeys(_of_code(path.read_text("utf-8"))))
            found.update(dict.fromkeys(_of_states(path.read_text("utf-8"))))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found.update(dict.fromkeys(_of_template(path.read_text("utf-8"))))
        elif path.suffix == ".md" and "help" in path.parts:
            found.update(dict.fromkeys(_of_help(path.read_text("utf-8"))))
    return list(found)


def without_english() -> list[str]:
    known = read_catalogue(CATALOGUE.read_text("utf-8"))
    return [one for one in texts() if one not in known]


def _of_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said = [one.value for one in node.args if isinstance(one, ast.Constant)]
        words = [one for one in said if isinstance(one, str)]
        if name in _CALLS and words:
            yield "\0".join(words[:2]) if name.startswith("n") else words[0]


def _of_states(source: str) -> Iterator[str]:
    """The labels of choices, which are kept in Chinese and translated where they are shown."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and "TextChoices" in map(_last_name, node.bases):
            for one in node.body:
                if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple):
                    yield ast.literal_eval(one.value.elts[1])


def _last_name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _of_template(source: str) -> Iterator[str]:
    from django.utils.translation.template import templatize

    for found in _IN_TEMPLATE.finditer(templatize(source)):
        words = [ast.literal_eval(one) for one in (found["one"], found["many"]) if one]
        yield "\0".join(words)


def _of_help(source: str) -> Iterator[str]:
    from kaocheng.web.help.text import blocks_of

    return (words for block in blocks_of(source) for words in block.texts)


def _entry(text: str) -> str:
    one, _, many = text.partition("\0")
    if many:
        return f'msgid {_quoted(one)}\nmsgid_plural {_quoted(many)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
    return f'msgid {_quoted(one)}\nmsgstr ""\n'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main(arguments: Sequence[str]) -> int:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    missing = without_english()
    if "--add" in arguments:
        written = read_entries(CATALOGUE.read_text("utf-8"))
        new = [one for one in missing if one not in written]
        with CATALOGUE.open("a", encoding="utf-8") as catalogue:
            catalogue.writelines(f"\n{_entry(one)}" for one in new)
    for one in missing:
        print(one.replace("\0", " | "))
    return 1 if missing else 0


def read_entries(text: str) -> set[str]:
    """What the catalogue names, translated or not."""
    return set(
        read_catalogue(re.sub(r'^(msgstr(?:\[\d\])?) ""$', r'\1 "?"', text, flags=re.MULTILINE))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
