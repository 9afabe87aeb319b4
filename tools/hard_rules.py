"""Writes docs/explanation/hardest-rules.md and the excerpts of the how-tos.

`docs/explanation/hard/rules.yaml` names rules, the pack (or bundle) that says them and the case
that proves it; quotes, excerpts and expectations are taken from there, so none can go stale.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.yaml_text import Mapping, Scalar, Sequence, read_yaml

ROOT = Path(__file__).resolve().parent.parent
HARD = ROOT / "docs" / "explanation" / "hard"
PAGE = ROOT / "docs" / "explanation" / "hardest-rules.md"
MOST_LINES = 34
HEAD = """<!-- 由 tools/hard_rules.py 生成，请勿手改。 -->

# 最难的规则怎样说

每一条先抄条款，再看方案怎样写，最后是证明它的例子（例子都由测试运行）。带 `schemes/` 的取自
已有的方案；其余几份还没有完整的方案，用 `docs/explanation/hard/` 下的小方案证明语言说得出。
"""


@dataclass(frozen=True)
class Hard:
    """One entry of rules.yaml."""

    rules: tuple[str, ...]
    title: str
    source: str
    case: str
    also: str
    why: str
    excerpt: str

    @property
    def scheme(self) -> Path:
        path = ROOT / self.source
        return path if path.is_file() else path / "scheme.yaml"

    @property
    def cases(self) -> Path:
        path = ROOT / self.source
        return path if path.is_file() else path / "cases.yaml"


def hard_rules() -> list[Hard]:
    node = read_yaml((HARD / "rules.yaml").read_text("utf-8"), file="rules", problems=Problems())
    assert isinstance(node, Sequence)
    found = []
    for one in node.items:
        assert isinstance(one, Mapping)
        text = {key.text: value.text for key, value in one.pairs if isinstance(value, Scalar)}
        rules = one.get("rules")
        assert isinstance(rules, Sequence)
        ids = tuple(rule.text for rule in rules.items if isinstance(rule, Scalar))
        found.append(
            Hard(
                ids,
                text["title"],
                text["in"],
                text["case"],
                text.get("also", ""),
                text["why"],
                text.get("excerpt", ids[0] if ids else ""),
            )
        )
    return found


def excerpt(path: Path, words: str) -> str:
    """The smallest list entry of `path` that holds `words`, dedented, its end cut where long."""
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if words in line)
    own = _indent(lines[at])
    start = at
    while not (
        lines[start].lstrip().startswith("- ") and (start == at or _indent(lines[start]) < own)
    ):
        start -= 1
    end = start + 1
    while end < len(lines) and (
        not lines[end].strip() or _indent(lines[end]) > _indent(lines[start])
    ):
        end += 1
    chosen = lines[start:end]
    while chosen and not chosen[-1].strip():
        chosen.pop()
    more = ["  # ……"] if len(chosen) > MOST_LINES else []
    return dedent("\n".join(chosen[:MOST_LINES])) + "".join(f"\n{line}" for line in more) + "\n"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def clause_of(path: Path, rule: str) -> str:
    """The words of `rule` as the pack quotes them."""
    node = read_yaml(path.read_text("utf-8"), file=path.name, problems=Problems())
    found = _clause(node, rule)
    assert found is not None, f"{path}: {rule}"
    return found


def _clause(node: object, rule: str) -> str | None:
    match node:
        case Mapping():
            for key, value in node.pairs:
                if key.text == rule and isinstance(value, Scalar):
                    return value.text
                found = _clause(value, rule)
                if found is not None:
                    return found
        case Sequence():
            return next((found for one in node.items if (found := _clause(one, rule))), None)
    return None


def case_of(path: Path, id: str) -> tuple[str, str]:
    """The title of a case and the text of what it expects."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip() == f"- id: {id}")
    indent = _indent(lines[at])
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    body = lines[at:end]
    title = next(
        line.partition(":")[2].strip() for line in body if line.strip().startswith("title:")
    )
    starts = [number for number, line in enumerate(body) if line.strip() in ("expect:", "flags:")]
    expected = body[starts[0] :] if starts else []
    wanted = [line for line in expected if line.strip()]
    more = [f"{' ' * (indent + 2)}# ……"] if len(wanted) > 14 else []
    return title.strip("'\""), dedent("\n".join([*wanted[:14], *more])) + "\n"


def page() -> str:
    text = HEAD
    for one in hard_rules():
        text += f"\n## {one.title}\n\n"
        for rule in one.rules:
            text += f"> {rule}　{clause_of(one.scheme, rule)}\n>\n"
        text = text.removesuffix(">\n") + ("\n" if one.rules else "")
        link = f"../../{one.scheme.relative_to(ROOT).as_posix()}"
        text += f"{one.why}\n\n[{one.source}]({link})：\n\n"
        text += f"```yaml\n{excerpt(one.scheme, one.excerpt)}```\n\n"
        for case in (one.case, one.also):
            if case:
                title, expected = case_of(one.cases, case)
                text += f"例子 `{case}`：{title}\n\n```yaml\n{expected}```\n\n"
        text = text.rstrip("\n") + "\n"
    return text.rstrip("\n") + "\n"


_EXCERPT = re.compile(
    r"(?P<head><!-- excerpt: (?P<path>[^|]+) \| (?P<words>[^>]+) -->\n```yaml\n).*?```", re.DOTALL
)


def how_to_pages() -> dict[Path, str]:
    """Every how-to with its excerpts as they now stand in the files they come from."""

    def fresh(match: re.Match[str]) -> str:
        return f"{match['head']}{excerpt(ROOT / match['path'], match['words'])}```"

    paths = sorted((ROOT / "docs" / "how-to").glob("*.md"))
    return {path: _EXCERPT.sub(fresh, path.read_text("utf-8")) for path in paths}


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    for path, text in how_to_pages().items():
        path.write_text(text, "utf-8")
    sys.exit(0)
