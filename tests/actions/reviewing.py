"""A scheme with reviews at work, for the tests: who stands where, and short ways to look."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.actions.fact_load import Place
from kaocheng.queries import computing
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.records.models import Entry, Person, Review, Round, Subject, Task
from kaocheng.records.models.register import Standing
from tests.adopting import adopt, fill, open_round
from tests.cast import Cast

SELF, BY_GUIDES = "self_score", "district_score"
# Schools of the example: all their materials are there and they are assessed.
OURS, THEIRS, OWN_OF_GUIDE, UNASKED = "YL02", "YL03", "YL06", "HZ04"


def schools_at_work(cast: Cast) -> tuple[Adopted, Round]:
    """The schools of the example: OURS is 榕荫小学, THEIRS 珠岸中学, the other ones lie elsewhere.

    The guides are 邓启文 (G1, teaches at YL06) and 许岚 (G2); the register of assignments says who
    of them assesses which school.
    """
    found = adopt("s2-guangzhou", cast.city)
    assigned = {"how": "register", "register": "assignment", "field": "guide"}
    found.adoption.holders |= {
        "研训指导团队": [assigned],
        "学校校长角色": [{"how": "role", "role": "lead", "kind": "school"}],
    }
    found.adoption.save()
    people = {"G1": cast.reviewer, "G2": cast.outsider}
    places = {OURS: cast.school, THEIRS: cast.other_school, UNASKED: cast.city}

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        if roster == "guide":
            return Place(cast.district, people.get(values["id"]))
        if roster == "school":
            return Place(places.get(values["id"], cast.far_school))
        return Place(cast.city)

    fill(found, placed)
    return adopted(found.adoption), open_round(found)


def forget(found: Adopted, register: str, key: str = "") -> None:
    """Let the example's entries of a register count no more, of one subject or of all."""
    rows = Entry.objects.unscoped("a test").filter(adoption=found.adoption, register=register)
    (rows.filter(subject__key=key) if key else rows).update(standing=Standing.WITHDRAWN)
    computing.forget()


def subject(found: Adopted, roster: str, key: str) -> Subject:
    return Subject.objects.unscoped("a test").get(adoption=found.adoption, roster=roster, key=key)


def reviews(**wanted: object) -> list[Review]:
    rows = Review.objects.unscoped("a test").filter(**wanted)
    return list(rows.select_related("subject", "assessor").order_by("pk"))


def review_of(who: Person, key: str = "") -> Review:
    rows = Review.objects.unscoped("a test").filter(assessor=who)
    return (rows.filter(subject__key=key) if key else rows).get()


def entries(found: Adopted, register: str, key: str = "") -> list[Entry]:
    """What was not withdrawn, in the order in which it was written."""
    rows = Entry.objects.unscoped("a test").filter(adoption=found.adoption, register=register)
    rows = rows.exclude(standing=Standing.WITHDRAWN)
    return list((rows.filter(subject__key=key) if key else rows).order_by("pk"))


def tasks(review: Review) -> list[Task]:
    rows = Task.objects.unscoped("a test").filter(source_kind="review", source_id=str(review.pk))
    return list(rows.order_by("pk"))


def full_marks(found: Adopted, table: str = "indicators") -> dict[str, dict[str, str]]:
    """A mark for every line of the rubric: half of its points."""
    rows = found.settled[table].rows
    return {row.cells[0]: {"mark": f"{int(row.cells[2])}/2"} for row in rows}
