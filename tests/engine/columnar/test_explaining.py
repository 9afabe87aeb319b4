"""An explanation out of the stored results is the reference's, word for word."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from kaocheng.engine import verbs
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.explaining import Explainer
from kaocheng.engine.columnar.run import run_columnar
from kaocheng.engine.compile import Compiled
from kaocheng.engine.explain import Explanation, explain_subject
from kaocheng.engine.facts import Facts
from tests.engine.columnar.agreement import Unreadable, compiled_pack, facts_of
from tests.engine.columnar.generated import numbered


def subjects_of(compiled: Compiled, facts: Facts) -> list[str]:
    tables = dict.fromkeys(result.of for result in compiled.pack.scheme.results)
    return list(dict.fromkeys(row.ref.key for name in tables for row in facts.tables[name].rows))


def main(a, b):
    from collections import Counter
    import traceback
    c = Counter()
    for n in range(a, b):
        case = numbered(n)
        try:
            compiled = compiled_pack(case.pack)
            facts = facts_of(compiled, case.facts)
        except Unreadable:
            c["unreadable"] += 1
            continue
        run = verbs.run(compiled, facts)
        try:
            done = run_columnar(compiled, encode_facts(compiled.pack, facts))
        except Exception as f:
            c["columnar " + type(f).__name__] += 1
            continue
        ex = Explainer(done)
        for s in subjects_of(compiled, facts):
            try:
                mine, ref = ex.explain(s), explain_subject(run, s)
            except Exception as f:
                c["crash " + repr(f)[:80]] += 1
                if c["crash " + repr(f)[:80]] == 1:
                    print(n, s)
                    traceback.print_exc()
                continue
            if mine == ref:
                c["same"] += 1
            else:
                c["differs"] += 1
                if c["differs"] < 8:
                    print("==", n, s, first(mine, ref))
    print(c)

def first(a, b, path=""):
    from dataclasses import is_dataclass, fields
    if a == b: return ""
    if isinstance(a,(list,tuple)) and isinstance(b,(list,tuple)):
        if len(a)!=len(b): return f"{path} len {len(a)} {len(b)}"
        for i,(x,y) in enumerate(zip(a,b)):
            if x!=y: return first(x,y,f"{path}[{i}]")
    if is_dataclass(a) and type(a)==type(b):
        for f in fields(a):
            if getattr(a,f.name)!=getattr(b,f.name): return first(getattr(a,f.name),getattr(b,f.name),f"{path}.{getattr(a,'title','')}:{f.name}")
    return f"{path}: {str(a)[:300]} != {str(b)[:300]}"

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
