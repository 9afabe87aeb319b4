"""The dullest collection form, for tests: three fields, asked by the district of its schools."""

from __future__ import annotations

from datetime import timedelta

from kaocheng.actions.collection import open_collection, write_collection
from kaocheng.actions.collection_part import TypedRow, fill_rows, submit_part
from kaocheng.records.models import Collection, CollectionPart, CollectionRow, Person, Task
from kaocheng.records.models.collection import Field
from tests.cast import NOW, by

DUE = NOW + timedelta(days=9)
FIELDS = (
    Field("", "姓名"),
    Field("", "人数", "whole"),
    Field("", "学段", "choice", is_required=False, choices=("小学", "初中")),
)
PERSONAL = (Field("", "姓名"), Field("", "手机", "phone"))


def drafted(
    who: Person, *, fields: tuple[Field, ...] = FIELDS, kinds: tuple[str, ...] = ("school",)
) -> Collection:
    answer = write_collection(
        by(who),
        title="教师情况收集表",
        why="统筹培训名额",
        fields=fields,
        to_kinds=kinds,
        due_at=DUE,
    )
    return form_of(int(answer.id))


def opened(
    who: Person, *, fields: tuple[Field, ...] = FIELDS, kinds: tuple[str, ...] = ("school",)
) -> Collection:
    form = drafted(who, fields=fields, kinds=kinds)
    open_collection(by(who), collection_id=form.pk, version=form.version)
    return form_of(form.pk)


def form_of(form_id: int) -> Collection:
    return Collection.objects.unscoped("a test looks").get(pk=form_id)


def part_of(form: Collection, unit_id: int) -> CollectionPart:
    parts = CollectionPart.objects.unscoped("a test looks")
    return parts.get(collection=form, unit_id=unit_id)


def typed(*texts: str, id: int | None = None, version: int | None = None) -> TypedRow:
    values = tuple((f"f{number}", text) for number, text in enumerate(texts, start=1))
    return TypedRow(values, id=id, version=version)


def fill(who: Person, part: CollectionPart, *rows: TypedRow) -> None:
    fill_rows(by(who), part_id=part.pk, rows=rows)


def filled_and_sent(who: Person, part: CollectionPart, *rows: TypedRow) -> None:
    fill(who, part, *rows)
    submit_part(by(who), part_id=part.pk)


def rows_of(part: CollectionPart) -> list[tuple[int, dict[str, str]]]:
    rows = CollectionRow.objects.unscoped("a test looks").filter(part=part).order_by("position")
    return [(row.position, row.values) for row in rows]


def first_row(part: CollectionPart) -> CollectionRow:
    rows = CollectionRow.objects.unscoped("a test looks").filter(part=part).order_by("position")
    return rows[0]


def tasks_of(form: Collection) -> list[tuple[str, str, str]]:
    """Unit, role and state of the tasks that the form made, by unit."""
    tasks = Task.objects.unscoped("a test looks").filter(
        source_kind="collection", source_id=str(form.pk)
    )
    return [(task.unit.name, task.role, task.state) for task in tasks.order_by("unit__path")]
