"""`kaocheng facts`: which tables a scheme needs, with which columns; and empty ones to fill in."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from kaocheng.cli.columns import aligned
from kaocheng.cli.command import Command
from kaocheng.cli.fact_sheets import FactSheet, fact_sheets, filling_guide
from kaocheng.cli.packs import the_pack
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import make_folder, write_text

GUIDE = "填表说明.md"


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    template = say(
        "在这个文件夹里生成只有表头的空表和填表说明；已有的文件不动",
        "write empty tables and a guide into this folder; existing files stay as they are",
    )
    parser.add_argument("--template", metavar=say("文件夹", "DIR"), help=template)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    pack = the_pack(options.pack).pack
    sheets = fact_sheets(pack)
    if options.template is None:
        for line in _listing(sheets, terminal.say):
            terminal.line(line)
    else:
        guide = filling_guide(pack, sheets)
        _write_template(Path(options.template), sheets, guide, terminal)
    return 0


def _listing(sheets: list[FactSheet], say: Say) -> Iterator[str]:
    for sheet in sheets:
        if sheet is not sheets[0]:
            yield ""
        need = say("可以没有", "optional") if sheet.optional else say("必须有", "required")
        yield f"{sheet.file}  {sheet.title}（{sheet.kind}，{need}）"
        header = (
            say("字段", "field"),
            say("名称", "title"),
            say("填什么", "content"),
            say("必填", "required"),
        )
        rows = [
            (column.id, column.title, column.content, say("是", "yes") if column.required else "")
            for column in sheet.columns
        ]
        for line in aligned([header, *rows]):
            yield f"  {line}"


def _write_template(folder: Path, sheets: list[FactSheet], guide: str, terminal: Terminal) -> None:
    """Header-only tables, marked as UTF-8 so that Excel shows Chinese; nothing is overwritten."""
    make_folder(folder)
    texts = {
        sheet.file: "\ufeff" + ",".join(one.id for one in sheet.columns) + "\n"
        for sheet in sheets
        if not sheet.prefilled
    }
    for name, text in {**texts, GUIDE: guide}.items():
        path = folder / name
        if path.exists():
            terminal.line(terminal.say(f"已有 {path}，没有改动", f"Kept: {path}"))
        else:
            write_text(path, text)
            terminal.line(terminal.say(f"已写入 {path}", f"Written: {path}"))


COMMAND = Command(declare=_declare, run=_run)
