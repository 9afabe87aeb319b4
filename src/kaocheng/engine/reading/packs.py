"""Reads a pack: the files of one folder, or the sections of one bundle."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import replace
from pathlib import Path
from typing import cast

from kaocheng.engine.declarations import unique
from kaocheng.engine.language.cases import CASES_FILE, Case, CasesFile
from kaocheng.engine.language.documents import DOCUMENTS_FILE, DocumentsFile
from kaocheng.engine.language.parameters import PARAMETERS_FILE, ParametersFile
from kaocheng.engine.language.process import PROCESS_FILE, Process
from kaocheng.engine.language.registers import REGISTERS_FILE, Register, RegistersFile
from kaocheng.engine.language.scheme import SchemeFile
from kaocheng.engine.language.shape import Shape
from kaocheng.engine.mechanisms.item import SCHEME_FILE
from kaocheng.engine.model import Pack
from kaocheng.engine.notice import Notice, read_notice
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.reading.yaml_text import Mapping, Node, read_yaml

FILES: MappingOf[str, Shape] = {
    "scheme": SCHEME_FILE,
    "registers": REGISTERS_FILE,
    "parameters": PARAMETERS_FILE,
    "process": PROCESS_FILE,
    "documents": DOCUMENTS_FILE,
    "cases": CASES_FILE,
}
NEEDED = ("scheme", "registers")
NOTICE = "notice.txt"


def read_text(path: Path, *, file: str, problems: Problems) -> str | None:
    """The text of a UTF-8 file (with or without BOM), or None after noting what is wrong."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.add("Y04", Place(file))
    except OSError as fault:
        why = "没有这个文件" if isinstance(fault, FileNotFoundError) else "没有读取权限或被占用"
        problems.add("Y11", Place(file), why=why)
    return None


def find_packs(path: Path) -> list[Path]:
    """The folders at or below `path` that hold a scheme.yaml, in order of their names."""
    if (path / "scheme.yaml").is_file():
        return [path]
    return sorted(found.parent for found in path.glob("*/scheme.yaml"))


def read_pack(folder: Path, *, problems: Problems) -> Pack | None:
    """The pack in `folder`, or None after noting every problem of its text."""
    if not (folder / "scheme.yaml").is_file():
        problems.add("Y10", Place(str(folder)), path=folder)
        return None
    nodes: dict[str, Node] = {}
    texts: dict[str, str] = {}
    whole = True
    for name in FILES:
        path = folder / f"{name}.yaml"
        if name not in NEEDED and not path.is_file():
            continue
        file = str(path)
        text = read_text(path, file=file, problems=problems)
        node = None if text is None else read_yaml(text, file=file, problems=problems)
        if node is None or text is None:
            whole = False
            continue
        nodes[name], texts[name] = node, text
    notice = None
    if (folder / NOTICE).is_file():
        file = str(folder / NOTICE)
        text = read_text(folder / NOTICE, file=file, problems=problems)
        whole = whole and text is not None
        notice = None if text is None else read_notice(text, file=file)
    return assemble(folder.name, nodes, texts, notice=notice, whole=whole, problems=problems)


def read_bundle(text: str, *, file: str, problems: Problems) -> Pack | None:
    """A pack whose files are the sections of one text, as the examples of the reference are."""
    node = read_yaml(text, file=file, problems=problems)
    if not isinstance(node, Mapping):
        if node is not None:
            problems.add("S03", node.place, want="“名称: 内容”")
        return None
    nodes = {name.text: section for name, section in node.pairs if name.text in FILES}
    return assemble(file, nodes, {}, whole=True, problems=problems)


def assemble(
    name: str,
    nodes: MappingOf[str, Node],
    texts: MappingOf[str, str],
    *,
    whole: bool,
    problems: Problems,
    notice: Notice | None = None,
) -> Pack | None:
    before = len(problems.errors)
    content = {key: FILES[key].read(node, problems=problems) for key, node in nodes.items()}
    scheme = cast("SchemeFile | None", content.get("scheme"))
    registers = cast("RegistersFile | None", content.get("registers"))
    if scheme is None or registers is None or not whole:
        if len(problems.errors) == before and whole:
            problems.add("Y10", Place(name), path=name)
        return None
    parameters = cast("ParametersFile | None", content.get("parameters"))
    listed = parameters.parameters if parameters else ()
    cases = cast("CasesFile | None", content.get("cases"))
    documents = cast("DocumentsFile | None", content.get("documents")) or DocumentsFile()
    unique(((one.id, one.place) for one in registers.registers), problems=problems)
    unique(((one.id, one.place) for one in listed), problems=problems)
    unique(((one.id, one.place) for one in scheme.results), problems=problems)
    unique(((one.id, one.place) for one in cases.cases) if cases else (), problems=problems)
    unique(((one.id, one.place) for one in documents.documents), problems=problems)
    if len(problems.errors) > before:
        return None
    return Pack(
        name=name,
        scheme=scheme,
        registers={one.id: _with_shared_rows(one) for one in registers.registers},
        period_kinds=registers.periods,
        parameters={one.id: one for one in listed},
        process=cast("Process | None", content.get("process")) or Process(),
        cases=_with_common(cases),
        documents={one.id: one for one in documents.documents},
        notice=notice,
        texts=texts,
    )


def _with_shared_rows(register: Register) -> Register:
    """A reference table that the product brings along, with its rows; its own rows go first."""
    if not register.shared or register.rows:
        return register
    path = Path(__file__).with_name("shared") / f"{register.shared}.csv"
    return replace(register, rows=path.read_text("utf-8"))


def _with_common(cases: CasesFile | None) -> tuple[Case, ...]:
    """Each case with the tables that all cases share, unless it has its own."""
    if cases is None:
        return ()
    return tuple(replace(case, facts={**cases.common, **case.facts}) for case in cases.cases)
