"""What goes wrong on a generated case, told by its smallest part.

`python -m tests.engine.columnar.faults 0 200` looks at the cases of these numbers, one by one, and
prints every kind of fault once. The tests do the same with cases that Hypothesis chooses.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cache

from tests.engine.columnar.agreement import Unreadable, agree, compiled_pack
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
    if not isinstance(fault, AssertionError):
        return re.sub(r"[\d'“”\"][^\s]*", "…", f"{type(fault).__name__} {fault}")[:80]
    column = re.search(r"\) (\w+)", str(fault))
    items = compiled_pack(case.pack).pack.items
    mechanisms = [item.mechanism for (_, id), item in items.items() if column and id == column[1]]
    return " ".join(["differs in", *(mechanisms or [column[1] if column else "shape"])])


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
    first = str(fault_of(small)).splitlines()[0]
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
