"""What goes wrong on a generated case, told by its smallest part.

`python -m tests.engine.columnar.faults 0 200` looks at the cases of these numbers, one by one, and
prints every kind of fault once. The tests do the same with cases that Hypothesis chooses.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from traceback import extract_tb

from tests.engine.columnar.agreement import Differing, Unreadable, agree, compiled_pack
from tests.engine.columnar.generated import Generated, numbered
from tests.engine.columnar.smaller import smallest


def fault_of(case: Generated) -> Exception | None:
    """What goes wrong with a valid case: a difference, or a fault of an evaluator."""
    try:
        agree(case.pack, case.facts)
    except Unreadable:
        return None
    except Exception as fault:  # noqa: BLE001  # whatever it is, its smallest case is wanted
        return fault
    return None


def kind_of(case: Generated, fault: Exception) -> str:
    """The same for faults that probably have one cause."""
    if isinstance(fault, RecursionError):
        return "RecursionError"
    if not isinstance(fault, Differing):
        frames = extract_tb(fault.__traceback__)
        ours = [one for one in frames if "kaocheng" in one.filename]
        where = f"{Path(ours[-1].filename).stem}.{ours[-1].name}" if ours else ""
        said = re.sub(r"[\d'“”\"][^\s]*", "…", str(fault).partition("\n")[0])[:60]
        return f"{type(fault).__name__} in {where} {said}"
    items = compiled_pack(case.pack).pack.items
    mechanisms = {item.id: item.mechanism for item in items.values()}
    item, _, column = fault.column.partition(".")
    return f"differs in {mechanisms.get(item, item or 'shape')} {column}".strip()


@cache
def told(case: Generated, tries: int = 1000) -> str:
    """The fault of a case and the smallest part of it that has the same; empty without one."""
    fault = fault_of(case)
    if fault is None:
        return ""
    kind = kind_of(case, fault)

    def has_it(other: Generated) -> bool:
        found = fault_of(other)
        return found is not None and kind_of(other, found) == kind

    small = smallest(case, has_it, tries=tries)
    first = next(iter(str(fault_of(small)).splitlines()), "")
    return f"{kind}: {first}\n{small}"


def main(first: int, last: int) -> None:
    kinds: Counter[str] = Counter()
    for number in range(first, last):
        case = numbered(number)
        fault = fault_of(case)
        if fault is None:
            kinds["no fault"] += 1
            continue
        kind = kind_of(case, fault)
        kinds[kind] += 1
        if kinds[kind] == 1:
            sys.stdout.write(f"==== {number}: {told(case)}\n")
            sys.stdout.flush()
    sys.stdout.write("".join(f"{count:6} {kind}\n" for kind, count in kinds.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
