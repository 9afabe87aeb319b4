"""Two versions of a scheme as a command line names them, with parameters chosen or not."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from kaocheng.cli.packs import the_pack_folder
from kaocheng.cli.terminal import Say
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.versions.settling import PARAMETERS, settled


@dataclass(frozen=True)
class Version:
    """One of the two: its pack as it is written, and the tables of parameters given for it."""

    name: str
    pack: Pack
    chosen: dict[str, TextTable]


def declare_versions(parser: argparse.ArgumentParser, say: Say) -> None:
    """The two packs, and what is chosen for each."""
    first = say("原来的方案文件夹", "folder of the first pack")
    parser.add_argument("old", metavar="A", help=first)
    second = say(
        "现在的方案文件夹；只换参数时可以不写", "folder of the second pack; A where left out"
    )
    parser.add_argument("new", metavar="B", nargs="?", help=second)
    what = say(
        "{}的参数：有 id、value 两列的表，或放参数表的文件夹",
        "parameters for {}: a table with id and value, or a folder of such tables",
    )
    file = say("文件", "FILE")
    parser.add_argument("--parameters-a", metavar=file, help=what.format("A"))
    parser.add_argument("--parameters-b", metavar=file, help=what.format("B"))


def the_versions(options: argparse.Namespace, say: Say, *, command: str) -> tuple[Version, Version]:
    """Both packs, read and sound; `Refused` with the problems of both where one is not."""
    if options.new is None and not (options.parameters_a or options.parameters_b):
        what = say(
            "只写了一份方案，也没有写参数文件，没有可比的",
            "one pack and no parameters: nothing to compare",
        )
        raise refuse("C13", Place(command), what=what, command=command)
    folders = [the_pack_folder(name) for name in (options.old, options.new or options.old)]
    problems = Problems()
    versions = [
        _version(folder, given, problems)
        for folder, given in zip(folders, (options.parameters_a, options.parameters_b), strict=True)
    ]
    problems.stop_on_errors()
    old, new = versions
    assert old is not None
    assert new is not None
    return old, new


def _version(folder: Path, given: str | None, problems: Problems) -> Version | None:
    pack = verbs.read(folder, problems=problems)
    if pack is None or verbs.compile(pack, problems=problems) is None:
        return None
    chosen = {} if given is None else chosen_parameters(pack, Path(given), problems=problems)
    return Version(folder.name, pack, chosen)


def chosen_parameters(pack: Pack, path: Path, *, problems: Problems) -> dict[str, TextTable]:
    """`parameters` and the tables of parameters at `path`; a single file may have any name."""
    from kaocheng.formats import read_tables

    tables = read_tables(path, problems=problems, known=[*pack.parameters, PARAMETERS])
    if path.is_file() and len(tables) == 1:
        (table,) = tables.values()
        if {"id", "value"} <= set(table.header):
            return {PARAMETERS: table}
    wanted = {PARAMETERS, *pack.parameters}
    found = {name: table for name, table in tables.items() if name in wanted}
    if not found and not problems.errors:
        listed = "、".join(sorted(wanted))
        problems.add("V01", Place(str(path)), path=path, names=listed)
    return found


def settled_pack(version: Version, *, problems: Problems) -> Pack:
    """The pack with what was chosen for it."""
    return settled(version.pack, version.chosen, problems=problems)


def compiled_again(pack: Pack, *, problems: Problems) -> Compiled:
    """A settled pack, compiled; `Refused` where what was chosen cannot be."""
    compiled = verbs.compile(pack, problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    return compiled
