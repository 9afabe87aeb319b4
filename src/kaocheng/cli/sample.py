"""`kaocheng sample`: believable facts for a pack, as many as one likes."""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kaocheng.cli.columns import aligned
from kaocheng.cli.command import Command
from kaocheng.cli.packs import the_pack, the_pack_folder
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import make_folder, writing
from kaocheng.engine import verbs
from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.text_table import TextTable

_SIZE, _SEED = 100, 1


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    out = say("写到这个新的或空的文件夹", "write to this new or empty folder")
    parser.add_argument("--out", metavar=say("文件夹", "DIR"), required=True, help=out)
    size = say(
        f"多少个被考核的人或单位，默认 {_SIZE}", f"how many are assessed; {_SIZE} by default"
    )
    number = say("个数", "N")
    parser.add_argument("--size", metavar=number, type=int, default=_SIZE, help=size)
    seed = say(
        f"随机数的种子，默认 {_SEED}；种子相同，数据相同",
        f"seed of chance, {_SEED} by default; equal seeds give equal facts",
    )
    parser.add_argument("--seed", metavar=number, type=int, default=_SEED, help=seed)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    if options.size < 1:
        what = terminal.say("--size 要大于 0", "--size must be more than 0")
        raise refuse("C13", Place("--size"), what=what, command="kaocheng sample")
    folder = Path(options.out)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise refuse("C09", Place(str(folder)), path=folder)
    compiled = the_pack(options.pack)
    example = _example(the_pack_folder(options.pack) / "example")
    found = verbs.sample(compiled, example, seed=options.seed, size=options.size)
    make_folder(folder)
    counts: Counter[str] = Counter()
    with writing(folder), _tables(folder, found.headers) as tables:
        for table, row in found.rows:
            tables[table].writerow(row)
            counts[table] += 1
            if table == found.main and counts[table] % 1000 == 0:
                made = terminal.say("正在生成", "Making")
                terminal.progress(made, counts[table], found.subjects)
    terminal.clear_progress()
    titles = {one.id: one.title for one in compiled.pack.registers.values()}
    titles |= {one.id: one.title for one in compiled.pack.parameters.values()}
    rows = [(f"{name}.csv", str(counts[name]), titles.get(name, "")) for name in found.headers]
    for line in aligned(rows):
        terminal.line(f"  {line}")
    terminal.line(terminal.say(f"已写入 {folder}", f"Written: {folder}"))
    return 0


def _example(folder: Path) -> Mapping[str, TextTable]:
    """The tables of the pack's own example; none where it has no such folder."""
    from kaocheng.formats import read_tables

    if not folder.is_dir():
        return {}
    problems = Problems()
    tables = read_tables(folder, problems=problems)
    problems.stop_on_errors()
    return tables


@contextmanager
def _tables(
    folder: Path, headers: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, csv.DictWriter[str]]]:
    """A writer for each table, its header written; marked as UTF-8 so that Excel shows Chinese."""
    with ExitStack() as files:
        writers = {}
        for name, header in headers.items():
            path = folder / f"{name}.csv"
            stream = files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
            writers[name] = csv.DictWriter(stream, header, restval="", lineterminator="\n")
            writers[name].writeheader()
        yield writers


COMMAND = Command(declare=_declare, run=_run)
