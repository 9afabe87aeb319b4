"""What goes between units: notices to issue, read and sign, forms to ask with and to fill."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db.models import QuerySet

from kaocheng.access import collection as collections
from kaocheng.access import notice as notices
from kaocheng.access.actor import Actor
from kaocheng.records.models import (
    Collection,
    CollectionPart,
    CollectionRow,
    Notice,
    NoticeReceipt,
)
from kaocheng.records.models.collection import Field
from kaocheng.records.models.unit import UnitKind
from tests.access.posts import (
    FILLERS,
    MANAGERS,
    PANEL,
    ROLES,
    SIGNERS,
    WORKERS,
    Posts,
    all_posts,
    those,
)
from tests.cast import NOW, Cast, actor, unit

# From whom to whom; a draft has gone to nobody.
NOTICES = {
    "市通知": ("花城市", "issued", ("云山区", "海屿区", "榕荫小学")),
    "区通知": ("云山区", "issued", ("榕荫小学", "珠岸中学", "教研科", PANEL)),
    "区撤回": ("云山区", "withdrawn", ("榕荫小学",)),
    "区草稿": ("云山区", "draft", ()),
    "校通知": ("榕荫小学", "issued", ("数学组",)),
    "校草稿": ("榕荫小学", "draft", ()),
    "组草稿": ("数学组", "draft", ()),
    "评审草稿": (PANEL, "draft", ()),
    "远通知": ("海屿区", "issued", ("海屿二小",)),
}
# Who asks, whom, and for whose part where it was split.
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "市表": (
        "花城市",
        {
            "云山区": "",
            "榕荫小学": "",
            "海屿二小": "",
            "珠岸中学": "云山区",
            "数学组": "榕荫小学",
        },
    ),
    "区表": ("云山区", {"榕荫小学": "", "珠岸中学": "", "教研科": "", PANEL: ""}),
    "评审表": (PANEL, {}),
    "校表": ("榕荫小学", {"数学组": "", "语文组": ""}),
    "远表": ("海屿区", {"海屿二小": ""}),
}
_SCHOOL = {"数学组", "语文组"}
_TOWN = {"榕荫小学", "珠岸中学", *_SCHOOL}
_DISTRICT = {"榕镇", "教研科", *_TOWN}
# What lies below each unit.
BELOW = {
    "花城市": {"云山区", "海屿区", "海屿二小", *_DISTRICT},
    "云山区": _DISTRICT,
    "榕镇": _TOWN,
    "海屿区": {"海屿二小"},
    "榕荫小学": _SCHOOL,
}


@pytest.fixture
def posts(cast: Cast) -> Posts:
    unit("语文组", "group", cast.school)
    unit("教研科", "department", cast.district)
    return all_posts()


# ── Notices ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def issued(posts: Posts, cast: Cast) -> dict[str, Notice]:
    made = {}
    for serial, (title, (where, state, to)) in enumerate(NOTICES.items(), start=1):
        is_draft = state == "draft"
        made[title] = Notice(
            unit=posts.units[where],
            year=None if is_draft else 2026,
            serial=None if is_draft else serial,
            title=title,
            body=title,
            state=state,
            withdrawn_because="发错了" if state == "withdrawn" else "",
            written_by=cast.officer,
            issued_at=None if is_draft else NOW,
        )
        made[title].save()
        for name in to:
            NoticeReceipt(notice=made[title], unit=posts.units[name]).save()
    return made


def titles(rows: QuerySet[Notice]) -> set[str]:
    return {one.title for one in rows}


def receipts(rows: QuerySet[NoticeReceipt]) -> set[str]:
    return {f"{one.notice.title}·{one.unit.name}" for one in rows.select_related("notice", "unit")}


RECEIVED = {
    "云山区": {"市通知"},
    "海屿区": {"市通知"},
    "榕荫小学": {"市通知", "区通知", "区撤回"},
    "珠岸中学": {"区通知"},
    "教研科": {"区通知"},
    PANEL: {"区通知"},
    "数学组": {"校通知"},
    "海屿二小": {"远通知"},
}
WRITTEN = {
    "花城市": {"市通知"},
    "云山区": {"区通知", "区撤回", "区草稿"},
    "榕荫小学": {"校通知", "校草稿"},
    "数学组": {"组草稿"},
    PANEL: {"评审草稿"},
    "海屿区": {"远通知"},
}
IN_SIGHT = {where: WRITTEN[where] | RECEIVED.get(where, set()) for where in WRITTEN}


@pytest.mark.usefixtures("issued")
def test_notices_are_issued_by_whoever_manages_the_unit_that_writes(posts: Posts) -> None:
    written = those(MANAGERS, WRITTEN)

    assert posts.seen(lambda who: titles(notices.notices_to_issue(who))) == written


@pytest.mark.usefixtures("issued")
def test_notices_are_read_by_all_who_work_in_the_unit_they_went_to(posts: Posts) -> None:
    received = those(WORKERS, RECEIVED)

    assert posts.seen(lambda who: titles(notices.notices_received(who))) == received
    assert posts.seen(lambda who: titles(notices.notices_in_sight(who))) == {
        **received,
        **those(MANAGERS, IN_SIGHT),
    }


def test_a_draft_is_read_nowhere_else_whatever_hangs_on_it(
    posts: Posts, issued: dict[str, Notice]
) -> None:
    NoticeReceipt(notice=issued["区草稿"], unit=posts.units["珠岸中学"]).save()

    for role in ROLES["珠岸中学"]:
        who = posts.actors[f"{role} 珠岸中学"]
        assert titles(notices.notices_received(who)) == {"区通知"}
        assert titles(notices.notices_in_sight(who)) == {"区通知"}


@pytest.mark.usefixtures("issued")
def test_receipts_are_signed_by_whoever_speaks_for_the_unit(posts: Posts) -> None:
    owed = {where: {f"{title}·{where}" for title in got} for where, got in RECEIVED.items()}

    assert posts.seen(lambda who: receipts(notices.own_receipts(who))) == those(WORKERS, owed)
    assert posts.seen(lambda who: receipts(notices.receipts_to_sign(who))) == those(SIGNERS, owed)


@pytest.mark.usefixtures("issued")
def test_receipts_are_awaited_by_the_unit_that_issued(posts: Posts) -> None:
    awaited = {
        "花城市": {"市通知·云山区", "市通知·海屿区", "市通知·榕荫小学"},
        "云山区": {
            "区通知·榕荫小学",
            "区通知·珠岸中学",
            "区通知·教研科",
            f"区通知·{PANEL}",
            "区撤回·榕荫小学",
        },
        "榕荫小学": {"校通知·数学组"},
        "海屿区": {"远通知·海屿二小"},
    }

    found = posts.seen(lambda who: receipts(notices.receipts_of_issued(who)))

    assert found == those(MANAGERS, awaited)


def test_a_unit_addresses_all_below_it_and_neither_itself_nor_others(posts: Posts) -> None:
    with_panel = {where: BELOW[where] | {PANEL} for where in ("花城市", "云山区")}

    def addressed(who: Actor) -> set[str]:
        return {one.name for one in notices.units_to_address(who)}

    assert posts.seen(addressed) == those(MANAGERS, BELOW | with_panel)


# ── Forms ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(posts: Posts, cast: Cast) -> dict[str, CollectionPart]:
    """The parts by form and unit, such as `区表·榕荫小学`."""
    parts: dict[str, CollectionPart] = {}
    for title, (where, to) in FORMS.items():
        form = Collection(
            unit=posts.units[where],
            title=title,
            due_at=NOW,
            state="open",
            written_by=cast.officer,
            made_at=NOW,
        )
        form.save()
        for name, above in to.items():
            split = parts[f"{title}·{above}"] if above else None
            part = CollectionPart(collection=form, unit=posts.units[name], above=split)
            part.save()
            parts[f"{title}·{name}"] = part
    return parts


def names(rows: QuerySet[CollectionPart]) -> set[str]:
    listed = rows.select_related("collection", "unit")
    return {f"{one.collection.title}·{one.unit.name}" for one in listed}


PARTS = {
    "云山区": {"市表·云山区"},
    "榕荫小学": {"市表·榕荫小学", "区表·榕荫小学"},
    "珠岸中学": {"市表·珠岸中学", "区表·珠岸中学"},
    "教研科": {"区表·教研科"},
    PANEL: {f"区表·{PANEL}"},
    "数学组": {"市表·数学组", "校表·数学组"},
    "海屿二小": {"市表·海屿二小", "远表·海屿二小"},
}
FILLED_FOR_US = {
    "花城市": {"市表·云山区", "市表·榕荫小学", "市表·海屿二小"},
    "云山区": {"市表·珠岸中学", "区表·榕荫小学", "区表·珠岸中学", "区表·教研科", f"区表·{PANEL}"},
    "榕荫小学": {"市表·数学组", "校表·数学组", "校表·语文组"},
    "海屿区": {"远表·海屿二小"},
}
# A form is read whole where it was made; what a part was split into, where it was split.
READ = {
    "花城市": {*FILLED_FOR_US["花城市"], "市表·珠岸中学", "市表·数学组"},
    "云山区": PARTS["云山区"] | FILLED_FOR_US["云山区"],
    "榕荫小学": PARTS["榕荫小学"] | FILLED_FOR_US["榕荫小学"],
    "海屿区": FILLED_FOR_US["海屿区"],
}
MEMBERS_SEND = {"member 数学组": PARTS["数学组"], "member 教研科": PARTS["教研科"]}


@pytest.mark.usefixtures("asked")
def test_forms_belong_to_whoever_manages_the_unit_that_asks(posts: Posts) -> None:
    found = posts.seen(lambda who: {one.title for one in collections.asked_by_us(who)})

    own = {
        "花城市": {"市表"},
        "云山区": {"区表"},
        "榕荫小学": {"校表"},
        "海屿区": {"远表"},
        PANEL: {"评审表"},
    }
    assert found == those(MANAGERS, own)


@pytest.mark.usefixtures("asked")
def test_parts_are_filled_by_all_and_sent_and_split_by_some_of_the_very_unit(posts: Posts) -> None:
    sent = {**those(SIGNERS, PARTS), **MEMBERS_SEND}

    assert posts.seen(lambda who: names(collections.our_parts(who))) == those(FILLERS, PARTS)
    assert posts.seen(lambda who: names(collections.parts_to_send(who))) == sent
    assert posts.seen(lambda who: names(collections.parts_to_split(who))) == those(MANAGERS, PARTS)


@pytest.mark.usefixtures("asked")
def test_parts_are_filled_for_the_unit_that_asks_or_that_split_its_own(posts: Posts) -> None:
    for_us = those(MANAGERS, FILLED_FOR_US)

    assert posts.seen(lambda who: names(collections.parts_asked_by_us(who))) == for_us
    assert posts.seen(lambda who: names(collections.parts_in_sight(who))) == {
        **those(FILLERS, PARTS),
        **those(MANAGERS, READ),
    }


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("is_ours", those(FILLERS, PARTS)),
        ("is_asked", those(MANAGERS, FILLED_FOR_US)),
        ("may_send", {**those(SIGNERS, PARTS), **MEMBERS_SEND}),
        ("may_split", those(MANAGERS, PARTS)),
    ],
)
def test_each_part_says_what_the_reader_may_do_with_it(
    right: str, expected: dict[str, set[str]], posts: Posts
) -> None:
    def given(who: Actor) -> set[str]:
        every = CollectionPart.objects.unscoped("all of the test")
        return names(collections.with_rights(who, every).filter(**{right: True}))

    assert posts.seen(given) == expected


def test_rows_of_a_part_are_given_in_their_order(
    cast: Cast, asked: dict[str, CollectionPart]
) -> None:
    for name, position in (
        ("区表·榕荫小学", 2),
        ("区表·榕荫小学", 1),
        ("区表·珠岸中学", 1),
        ("市表·榕荫小学", 1),
    ):
        CollectionRow(
            part=asked[name],
            position=position,
            values={"f1": f"{name} {position}"},
            filled_by=cast.teacher,
            filled_at=NOW,
        ).save()

    rows = collections.rows_of(asked["区表·榕荫小学"])

    assert [row.values["f1"] for row in rows] == ["区表·榕荫小学 1", "区表·榕荫小学 2"]


def test_forms_ask_open_units_below_of_the_chosen_kinds_and_no_panel(posts: Posts) -> None:
    closed = unit("旧校", "school", posts.units["榕镇"])
    closed.closes_on = NOW.date()
    closed.save()

    def of_kinds(who: Actor, *kinds: str) -> set[str]:
        return {one.name for one in collections.units_to_ask(who, kinds)}

    assert posts.seen(lambda who: of_kinds(who, *UnitKind.values)) == those(MANAGERS, BELOW)
    officer = posts.actors["officer 云山区"]
    assert of_kinds(officer, "school") == {"榕荫小学", "珠岸中学"}
    assert of_kinds(officer, "panel", "district") == set()


def test_personal_values_are_seen_by_whoever_filled_them_or_keeps_the_people(
    cast: Cast, asked: dict[str, CollectionPart]
) -> None:
    row = CollectionRow(
        part=asked["校表·数学组"],
        position=1,
        values={"phone": "13800000000", "size": "M", "left_empty": ""},
        filled_by=cast.teacher,
        filled_at=NOW,
    )
    phone, empty = (Field(id, id, is_personal=True) for id in ("phone", "left_empty"))
    people = (
        "teacher",
        "colleague",
        "workshop_leader",
        "lead",
        "clerk",
        "officer",
        "security_admin",
    )

    def may_see(field: Field) -> set[str]:
        return {
            who
            for who in people
            if collections.may_see_value(actor(getattr(cast, who)), field, row)
        }

    assert may_see(phone) == {"teacher", "lead", "clerk"}
    assert may_see(empty) == may_see(Field("size", "尺码")) == set(people)
