"""Pages of a roster import: upload, look, confirm; nothing half imported."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaocheng.actions.person import correct_person
from kaocheng.formats.roster import read_roster
from kaocheng.formats.roster_grids import LIMITS
from kaocheng.records.models import Account, Person, RosterImport
from tests.actions.test_roster import EXISTING, HEADING, ID_NUMBER, PHONE
from tests.cast import Cast, by
from tests.web.test_units import signed_in, text


class Settings(Protocol):
    DATA: Path


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def sent(client: Client, unit_id: int, raw: bytes, name: str = "名单.csv") -> Any:  # noqa: ANN401
    return client.post(
        f"/units/{unit_id}/roster", {"roster": SimpleUploadedFile(name, raw), "key": "k"}
    )


def uploaded(client: Client, unit_id: int, *rows: str) -> str:
    """The address of the dry run."""
    answer = sent(client, unit_id, "\n".join([HEADING, *rows]).encode())
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def people() -> set[str]:
    return {row.name for row in Person.objects.unscoped("a test looks")}


def test_upload_is_checked_shown_and_imported_with_passwords_shown_once(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(
        client,
        cast.school.pk,
        "林晓棠,T-linxiaotang,榕荫小学,数学组,教师,女,语文,,13900139000",
        f"单雪,T900,榕荫小学,语文组,教师,男,语文,{ID_NUMBER},{PHONE}",
    )

    page = text(client, address)
    for shown in ("检查好了，可以导入", "单雪（语文组）", "榕荫小学 语文组", "陈国安（数学组）"):
        assert shown in page
    for canary in (ID_NUMBER, PHONE, "13900139000"):
        assert canary not in page
    assert "单雪" not in people()
    answer = client.post(f"{address}/confirm", {"key": "k2", "seed": "s"})

    slips = answer.content.decode()
    password = slips.split('class="num b" translate="no">')[1].split("<")[0]
    account = Account.objects.get(login="T900")
    assert account.check_password(password)
    again = client.post(f"{address}/confirm", {"key": "k2", "seed": "s"})
    assert password in again.content.decode()
    after = text(client, address)
    assert "花名册已导入" in after
    assert password not in after
    assert Person.objects.unscoped("a test looks").filter(staff_number="T900").count() == 1


def test_file_that_cannot_be_read_is_told_beside_its_field(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    for name, raw, words in (
        ("名单.et", b"x", "这是 WPS 自己的格式"),
        ("名单.csv", "姓名\n陈敏".encode(), "没有找到表头"),
        ("名单.xlsx", b"PK\x03\x04x", "已损坏"),
        ("名单.csv", b"x" * (LIMITS.file_bytes + 1), "上限是 12 MB"),
    ):
        answer = sent(client, cast.school.pk, raw, name)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert 'id="roster-error"' in page
    assert "还没有选文件" in client.post(f"/units/{cast.school.pk}/roster", {}).content.decode()
    assert not RosterImport.objects.unscoped("a test looks").exists()


def test_faults_are_listed_and_come_back_marked_in_the_table(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(client, cast.school.pk, "单雪,T900,榕荫小学,,教师,,,,12345", *EXISTING)

    page = text(client, address)
    assert "有 1 处要改，还不能导入" in page
    assert "手机号码不对：不是 11 位手机号码。" in page
    assert "全部导入" not in page
    marked = client.get(f"{address}/marked.xlsx")
    roster = read_roster(marked.content, file="x.xlsx")
    assert roster.rows[0].cells[-1].startswith("手机号码不对")
    assert "attachment" in marked["Content-Disposition"]
    answer = client.post(f"{address}/confirm", {"key": "k2", "seed": "s"})
    assert answer.status_code == 409
    assert "单雪" not in people()


def test_import_after_another_change_is_checked_again_on_the_same_page(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(client, cast.school.pk, "林晓棠,T-linxiaotang,榕荫小学,数学组,教师,,数学,,")
    correct_person(
        by(cast.lead),
        person_id=cast.teacher.pk,
        name="林晓棠",
        staff_number="T-linxiaotang",
        gender="",
        subject="语文",
        title="",
    )

    answer = client.post(f"{address}/confirm", {"key": "k2", "seed": "s"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "检查之后有人改过这里的人员或单位" in page
    assert "语文 → 数学" in page
    assert client.post(f"{address}/confirm", {"key": "k3", "seed": "s"}).status_code == 200
    assert Person.objects.unscoped("a test looks").get(pk=cast.teacher.pk).subject == "数学"


def test_namesake_is_chosen_on_the_page(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(client, cast.school.pk, *EXISTING, "陈敏,T900,榕荫小学,,教师,,,,")
    page = text(client, address)
    assert 'name="same_5" value="0"' in page
    assert f'name="same_5" value="{cast.colleague.pk}"' in page

    assert client.post(f"{address}/confirm", {"key": "k2", "seed": "s"}).status_code == 409
    client.post(f"{address}/confirm", {"key": "k3", "seed": "s", "same_5": "0"})

    assert Person.objects.unscoped("a test looks").filter(name="陈敏").count() == 2


def test_leavers_are_those_that_are_ticked(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(client, cast.school.pk, EXISTING[0])

    client.post(
        f"{address}/confirm", {"key": "k2", "seed": "s", "leaver": [str(cast.colleague.pk)]}
    )

    states = {row.name: row.state for row in Person.objects.unscoped("a test looks")}
    assert (states["陈敏"], states["陈国安"]) == ("left", "active")


def test_import_of_somebody_else_is_as_if_it_did_not_exist(cast: Cast) -> None:
    address = uploaded(signed_in(cast.clerk), cast.school.pk, "单雪,T900,榕荫小学,,教师,,,,")

    for who in (cast.lead, cast.officer, cast.far_lead):
        client = signed_in(who)
        for way in ("", "/marked.xlsx"):
            answer = client.get(f"{address}{way}")
            assert answer.status_code == 404
            assert "单雪" not in answer.content.decode()
        for way in ("/confirm", "/drop"):
            assert client.post(f"{address}{way}").status_code == 404
    assert signed_in(cast.teacher).get(address).status_code == 403
    assert sent(signed_in(cast.lead), cast.far_school.pk, b"x").status_code == 404


def test_dropped_import_changes_nothing(cast: Cast) -> None:
    client = signed_in(cast.clerk)
    address = uploaded(client, cast.school.pk, "单雪,T900,榕荫小学,,教师,,,,")

    client.post(f"{address}/drop", {"key": "k2"})

    assert "花名册已放弃" in text(client, address)
    assert "单雪" not in people()


def test_empty_table_is_there_to_fill_in(cast: Cast) -> None:
    answer = signed_in(cast.clerk).get("/rosters/empty.xlsx")

    assert read_roster(answer.content, file="x.xlsx").rows == ()
    assert io.BytesIO(answer.content).read(2) == b"PK"
