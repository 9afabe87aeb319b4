"""Handing in a file and getting it back: by its sender, once it was looked into, as attachment."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from kaocheng.access.file import files
from kaocheng.actions.file import store_file
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CLOCK
from kaocheng.jobs.lease import do, take
from kaocheng.records.models import Account, FileUse, Person
from tests.cast import Cast, actor, by

PDF = b"%PDF-1.7 lesson plan"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person))
    return client


def run_jobs() -> None:
    while (job := take(CLOCK.now())) is not None:
        do(job)


def send(client: Client, content: bytes, name: str, **more: str) -> tuple[int, str]:
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    answer = client.post("/files", {"file": file, **more}, follow=True)
    return answer.status_code, answer.content.decode()


@action("test.hand_in")
def hand_in(act: Act, *, number: int) -> Answer:
    return Answer.of(
        store_file(
            act,
            content=PDF + str(number).encode(),
            name=f"{number}.pdf",
            object_kind="person",
            object_id="1",
        )
    )


def test_file_is_received_checked_and_handed_out_as_attachment(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    status, page = send(client, PDF, "第一课 “分数”.pdf", key="k1")
    run_jobs()
    use = files(actor(cast.teacher)).get()
    answer = client.get(f"/files/{use.pk}/content")

    assert status == 200
    assert "HZ-20261127-0001" in page
    assert b"".join(answer) == PDF
    assert {name: answer[name] for name in ("Content-Type", "X-Content-Type-Options")} == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
    }
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''"
        "%E7%AC%AC%E4%B8%80%E8%AF%BE%20%E2%80%9C%E5%88%86%E6%95%B0%E2%80%9D.pdf"
    )


def test_file_sent_twice_by_one_form_is_received_once(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    for _ in range(2):
        assert send(client, PDF, "a.pdf", key="k1")[0] == 200

    assert FileUse.objects.unscoped("a test looks").count() == 1


def test_file_of_somebody_else_is_answered_like_one_that_does_not_exist(cast: Cast) -> None:
    send(signed_in(cast.teacher), PDF, "只给自己看.pdf")
    run_jobs()
    use = files(actor(cast.teacher)).get()

    for other in (cast.colleague, cast.lead, cast.officer, cast.outsider, cast.security_admin):
        client = signed_in(other)
        for address in (f"/files/{use.pk}", f"/files/{use.pk}/content"):
            answer = client.get(address)
            assert answer.status_code == 404
            assert "只给自己看" not in answer.content.decode()
        assert client.post(f"/files/{use.pk}/withdraw", {"version": 1}).status_code == 404


def test_nobody_gets_in_without_signing_in(cast: Cast) -> None:
    client = Client()

    assert client.get("/files", headers={"HX-Request": "true"}).status_code == 401
    assert client.post("/files").status_code == 401
    assert client.get("/files/1/content", headers={"HX-Request": "true"}).status_code == 401
    assert not FileUse.objects.unscoped("a test looks").filter(person=cast.teacher).exists()


def test_w82_form_without_a_file_says_so_beside_the_field(cast: Cast) -> None:
    answer = signed_in(cast.teacher).post("/files", {"key": "k"})

    assert answer.status_code == 422
    assert "还没有选文件。" in answer.content.decode()
    assert re.search(r'aria-describedby="file-help file-error"', answer.content.decode())


def test_file_that_is_too_big_is_refused_beside_the_field(cast: Cast) -> None:
    status, page = send(signed_in(cast.teacher), b"%PDF-" + b"a" * 20_000_000, "大.pdf")

    assert status == 422
    assert "文件超过 20 MB，没有收下。" in page


def test_digest_of_the_sender_is_compared(cast: Cast) -> None:
    status, page = send(signed_in(cast.teacher), PDF, "a.pdf", digest="0" * 64)

    assert status == 422
    assert "文件在传送途中变了样" in page


def test_w89_file_in_quarantine_is_not_handed_out(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    send(client, PDF, "a.pdf")
    use = files(actor(cast.teacher)).get()

    answer = client.get(f"/files/{use.pk}/content")

    assert answer.status_code == 422
    assert "文件已收到，还在查验，暂时不能下载。" in answer.content.decode()


def test_w85_file_with_macros_is_refused_after_its_check(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/vbaProject.bin", b"macro")
    send(client, book.getvalue(), "成绩.xlsx")
    run_jobs()
    use = files(actor(cast.teacher)).get()

    page = client.get(f"/files/{use.pk}").content.decode()
    answer = client.get(f"/files/{use.pk}/content")

    assert "文件里带有宏程序，没有收下。" in page
    assert answer.status_code == 422
    assert b"macro" not in answer.content


def test_withdrawn_file_keeps_its_receipt_but_is_not_handed_out(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    send(client, PDF, "a.pdf")
    run_jobs()
    use = files(actor(cast.teacher)).get()

    client.post(f"/files/{use.pk}/withdraw", {"version": 1, "key": "k2"})

    assert "已撤回" in client.get(f"/files/{use.pk}").content.decode()
    assert client.get(f"/files/{use.pk}/content").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_files_takes_a_fixed_number_of_queries(
    cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        hand_in(by(cast.teacher), number=number)
    client = signed_in(cast.teacher)
    client.get("/files")

    with django_assert_num_queries(5):
        page = client.get("/files").content.decode()

    assert page.count("HZ-20261127-") == count


def test_list_is_cut_into_pages(cast: Cast) -> None:
    for number in range(51):
        hand_in(by(cast.teacher), number=number)
    client = signed_in(cast.teacher)

    first, second = (client.get(f"/files?page={page}").content.decode() for page in (1, 2))

    assert (first.count("HZ-20261127-"), second.count("HZ-20261127-")) == (50, 1)
    assert "第 1 / 2 页，共 51 条" in first
