"""What the form of a table of ratings looks like, for every scheme that comes with the product."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.conf import settings

from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.queries.review_form import SINGLE, layout
from kaocheng.queries.review_marks import is_wide, mean, trimmed
from kaocheng.queries.review_pairs import CIRCLE, EVERYBODY, RANDOM, pairs, too_few
from kaocheng.queries.review_roles import Roles
from tests.adopting import adopt
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PACKS = sorted(path.parent.name for path in settings.SCHEMES.glob("*/scheme.yaml"))


@pytest.mark.parametrize("pack", PACKS)
def test_every_table_of_ratings_is_about_somebody(pack: str) -> None:
    read = verbs.read(settings.SCHEMES / pack, problems=Problems())
    assert read is not None
    for register in read.registers.values():
        if register.kind == "review":
            roles = Roles.of(read, register)
            assert read.registers[roles.roster].kind == "roster", register.id
            assert bool(roles.subject) != bool(roles.works), register.id
            assert not roles.assessor or roles.assessor != roles.subject, register.id


def test_rubric_gives_a_line_per_indicator_with_its_points(cast: Cast) -> None:
    form = layout(adopt("s2-guangzhou", cast.city), "district_score")

    assert (form.lines[0].code, form.lines[0].title) == ("A1", "信息化教育教学发展规划")
    assert (form.most(form.lines[0], form.columns[0]), form.full) == ("10", Fraction(100))
    assert [column.name for column in form.columns] == ["mark"]
    assert (form.roles.assessor, form.roles.day) == ("scorer", "scored_on")


def test_weight_beside_an_option_is_no_full_mark(cast: Cast) -> None:
    """The field says 100 points; the table beside it holds weights."""
    form = layout(adopt("s4.3-participative", cast.school), "appraisals")

    assert [line.code for line in form.lines] == ["遵纪守法", "爱岗敬业", "关爱学生", "团结协作"]
    assert form.most(form.lines[0], form.columns[0]) == "100"
    assert (form.roles.subject, form.roles.assessor) == ("teacher", "rater")


def test_plain_table_is_one_line_of_its_fields(cast: Cast) -> None:
    form = layout(adopt("s0.4-appraisal", cast.school), "superior_review")

    assert [line.code for line in form.lines] == [SINGLE]
    assert [(one.name, one.is_needed) for one in form.columns] == [
        ("conduct", True),
        ("ability", False),
    ]
    assert [column.name for _, column in form.missing({})] == ["conduct"]


def test_circle_gives_each_as_many_as_they_get() -> None:
    found = pairs("ABCDE", way=CIRCLE, count=2, seed="")

    assert found[:2] == [("A", "B"), ("A", "C")]
    for name in "ABCDE":
        assert [one for one, _ in found].count(name) == 2
        assert [one for _, one in found].count(name) == 2
        assert (name, name) not in found


def test_draw_is_repeated_from_its_seed() -> None:
    once = pairs("ABCDEFGH", way=RANDOM, count=3, seed="2026")

    assert pairs("ABCDEFGH", way=RANDOM, count=3, seed="2026") == once
    assert pairs("ABCDEFGH", way=RANDOM, count=3, seed="2027") != once


def test_everybody_assesses_all_others() -> None:
    assert len(pairs("ABCD", way=EVERYBODY, count=1, seed="")) == 12
    assert too_few([1, 3, 4], count=3) == 2


def test_means_are_exact() -> None:
    marks = [Fraction(90), Fraction(80), Fraction(70, 3)]

    assert mean(marks) == Fraction(580, 9)
    assert trimmed(marks) == 80
    assert is_wide(marks, Fraction(100))
    assert not is_wide([Fraction(80), Fraction(100)], Fraction(100))
