"""Scenes: collection forms half filled, returned, due today, overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

from kaocheng.access.actor import By
from kaocheng.actions.collection import open_collection, write_collection
from kaocheng.actions.collection_part import TypedRow, fill_rows, return_part, submit_part
from kaocheng.actions.demo import places
from kaocheng.actions.demo.scenes import Stage, share_form
from kaocheng.actions.demo.schools import TITLE, TOPICS, WHY
from kaocheng.actions.demo.units import key_of
from kaocheng.records.models import Collection, CollectionPart, Unit
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.collection import Field, FieldKind

LEVELS = ("好", "较好", "一般", "较差")
LESSONS = (
    Field("", "授课教师"),
    Field("", "课题"),
    Field("", "听课日期", FieldKind.DATE),
    Field("", "评价", FieldKind.CHOICE, choices=LEVELS),
)
HOURS = (
    Field("", "姓名"),
    Field("", "培训名称"),
    Field("", "学时", FieldKind.NUMBER, hint="一学时45分钟，可写一位小数"),
    Field("", "是否结业", FieldKind.YES_NO),
)
REPAIRS = (
    Field("", "教室"),
    Field("", "设备"),
    Field("", "情况"),
    Field("", "已停用", FieldKind.YES_NO),
)
DEVICES = (
    Field("", "设备名称"),
    Field("", "数量（台）", FieldKind.WHOLE),
    Field("", "其中能正常使用", FieldKind.WHOLE),
    Field("", "备注", is_required=False),
)
POINTS = (Field("", "题目"), Field("", "作者"), Field("", "投稿去向", is_required=False))
SKILLS = (Field("", "姓名"), Field("", "希望参加的培训"))

Rows = tuple[tuple[str, ...], ...]
LESSON_ROWS: Rows = (
    ("林晓棠", "《富饶的西沙群岛》", "2026-11-18", "好"),
    ("陈敏", "口语交际：请教", "2026-11-20", "较好"),
)
HOUR_ROWS: Rows = (("林晓棠", "微能力点A6研修", "6.5", "是"),)
DEVICE_ROWS: Rows = (
    ("交互式触控一体机", "24", "23", ""),
    ("学生平板电脑", "96", "88", "8 台电池老化"),
    ("高拍仪", "12", "12", ""),
)


def play_forms(stage: Stage) -> None:
    _of_our_school(stage)
    _of_the_district(stage)
    _of_offices(stage)


def _of_our_school(stage: Stage) -> None:
    """One returned, one due today, one in some working days, one overdue."""
    days = stage.days
    lead = f"lead {places.SCHOOL}"
    group = key_of(places.SCHOOL, places.GROUP)

    def ask(title: str, why: str, fields: tuple[Field, ...], asked: datetime, due: datetime) -> int:
        by = stage.known(lead, Role.LEAD, asked)
        return _ask(by, title, why, fields, ("group",), due=due)

    lessons = ask(
        "听评课记录汇总",
        "每位教师本月至少听一节课，写清课题和日期",
        LESSONS,
        days.ago(6),
        days.end_after(1),
    )
    _share(stage, lead, lessons, days.ago(6))
    dated = tuple(
        (who, topic, str(days.ago(7 - number).date()), level)
        for number, (who, topic, _, level) in enumerate(LESSON_ROWS)
    )
    leader = stage.known(f"leader {group}", Role.WORKSHOP_LEADER, days.ago(3, hour=16))
    _fill(leader, lessons, stage.town.units[group], dated)
    submit_part(leader, part_id=_part(lessons, stage.town.units[group]).pk)
    return_part(
        stage.known(lead, Role.LEAD, days.ago(1, hour=17)),
        part_id=_part(lessons, stage.town.units[group]).pk,
        because="只有两位教师的记录，请补上其他人的再交",
    )
    hours = ask("教师培训学时登记", "用于核对本学年培训学时", HOURS, days.ago(4), days.end_after(0))
    _share(stage, lead, hours, days.ago(4), done_every=3)
    _fill(
        stage.known(f"clerk {places.SCHOOL}", Role.MEMBER, days.ago(2)),
        hours,
        stage.town.units[group],
        HOUR_ROWS,
    )
    topics = ask(
        TITLE,
        WHY,
        TOPICS,
        days.ago(2),
        days.end_after(4),
    )
    _share(stage, lead, topics, days.ago(2))
    repairs = ask(
        "教学设备报修登记", "统一联系维修，坏了的先停用", REPAIRS, days.ago(8), days.end_before(2)
    )
    _share(stage, lead, repairs, days.ago(8), done_every=2)
    for number, name in enumerate(("数学组", "英语组")):
        key = key_of(places.SCHOOL, name)
        by = stage.known(f"leader {key}", Role.WORKSHOP_LEADER, days.ago(5 - number))
        _fill(by, repairs, stage.town.units[key], (("三楼2班", "投影仪", "画面偏黄", "否"),))
        submit_part(by, part_id=_part(repairs, stage.town.units[key]).pk)


def _of_the_district(stage: Stage) -> None:
    days = stage.days
    district = stage.known("district", Role.OFFICER, days.ago(5))
    form = _ask(
        district,
        "多媒体设备使用情况",
        "只统计教室里在用的设备，与资产台账一致",
        DEVICES,
        ("school",),
        due=days.end_after(3),
    )
    for number, school in enumerate(
        ("榕江中学", "珠岸中学", "沙湾小学", "云山区第一中学", "榕镇第二小学", "望湖小学")
    ):
        unit = stage.town.units[school]
        clerk = stage.known(f"clerk {school}", Role.CLERK, days.ago(3) + timedelta(hours=number))
        _fill(clerk, form, unit, DEVICE_ROWS[: 1 + number % 3])
        if number < 5:
            submit_part(clerk, part_id=_part(form, unit).pk)
    return_part(
        stage.known("district", Role.OFFICER, days.ago(1, hour=14)),
        part_id=_part(form, stage.town.units["沙湾小学"]).pk,
        because="高拍仪的台数与上学期相差 10 台，请核对后再交",
    )
    _fill(
        stage.known(f"clerk {places.SCHOOL}", Role.CLERK, days.ago(0, hour=9)),
        form,
        stage.town.units[places.SCHOOL],
        DEVICE_ROWS[:2],
    )


def _of_offices(stage: Stage) -> None:
    """A township that asks for articles, and a company that asks about training."""
    days = stage.days
    articles = _ask(
        stage.known("township clerk", Role.CLERK, days.ago(4)),
        "本月信息稿件登记",
        "一稿多投的只登记一次，采用后再补凭证",
        POINTS,
        ("department",),
        due=days.end_after(2),
    )
    _share(stage, "township clerk", articles, days.ago(4), role=Role.CLERK)
    skills = _ask(
        stage.known("company lead", Role.LEAD, days.ago(3)),
        "下季度培训意向",
        "用于安排下季度内部培训",
        SKILLS,
        ("department",),
        due=days.end_after(5),
    )
    _share(stage, "company lead", skills, days.ago(3), done_every=4)


def _ask(
    by: By,
    title: str,
    why: str,
    fields: tuple[Field, ...],
    kinds: tuple[str, ...],
    *,
    due: datetime,
) -> int:
    written = write_collection(by, title=title, why=why, fields=fields, to_kinds=kinds, due_at=due)
    open_collection(by, collection_id=int(written.id), version=written.version or 1)
    return int(written.id)


def _share(
    stage: Stage,
    word: str,
    form: int,
    at: datetime,
    *,
    done_every: int = 0,
    role: str = Role.LEAD,
) -> None:
    by = stage.known(word, role, at)
    share_form(by, collection_id=form, done_every=done_every)


def _fill(by: By, form: int, unit: Unit, rows: Rows) -> None:
    fields = Collection.objects.unscoped("the demo's own form").get(pk=form).asked
    typed = tuple(
        TypedRow(tuple(zip((field.id for field in fields), row, strict=True))) for row in rows
    )
    fill_rows(by, part_id=_part(form, unit).pk, rows=typed)


def _part(form: int, unit: Unit) -> CollectionPart:
    parts = CollectionPart.objects.unscoped("the demo's own form")
    return parts.get(collection_id=form, unit=unit)
