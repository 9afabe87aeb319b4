"""What a code of an entry stands for, where entries are told apart by a table of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kaocheng.access.refusal import Refused
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_form import lines_of_table

_MOST_KNOWN = 3


def codes_of(found: Adopted, register: Register) -> dict[tuple[str, str], str]:
    """Titles by (field, code), in the order of the table; empty where there is no such table."""
    shape = found.shape(register.id)
    table = found.pack.parameters.get(shape.rubric)
    if table is None or table.columns[shape.code].type != register.fields[shape.code].type:
        return {}
    lines = lines_of_table(found, table.id)
    return {(shape.code, one.code): one.title for one in lines if one.title != one.code}


def code_resolved(
    codes: Mapping[tuple[str, str], str], values: dict[str, str], *, kept: Mapping[str, str]
) -> Iterator[tuple[str, Refused]]:
    """Put the code where its title stood, in place; K114 for what the table does not know.

    `kept` is what the corrected entry says: a table may have lost a row since.
    """
    name = next((of for of, _ in codes), "")
    text = values.get(name, "")
    if not text or text == kept.get(name) or (name, text) in codes:
        return
    titled = [code for (_, code), title in codes.items() if title == text]
    if len(titled) == 1:
        values[name] = titled[0]
        return
    known = "、".join(f"{code} {title}" for (_, code), title in list(codes.items())[:_MOST_KNOWN])
    more = " 等" if len(codes) > _MOST_KNOWN else ""
    yield name, Refused("K114", found=text[:40], known=known + more)
