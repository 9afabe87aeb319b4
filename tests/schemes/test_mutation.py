"""One number of a rule changed: some case of the pack must go red."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine import verbs
from tests.schemes.mutation import Mutation, mutations_of, nodes_of, survives

PACKS = verbs.find_packs(Path(__file__).parents[2] / "schemes")
MUTATIONS = [
    pytest.param(folder, mutation, id=f"{folder.name}:{mutation}")
    for folder in PACKS
    for mutation in mutations_of(nodes_of(folder))
]


@pytest.mark.parametrize(("folder", "mutation"), MUTATIONS)
def test_changed_number_turns_a_case_red(folder: Path, mutation: Mutation) -> None:
    assert not survives(folder, nodes_of(folder), mutation), f"{mutation} (line {mutation.line})"
