"""方案库 inside the product: the list, the pages as they were written, and nothing beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kaocheng.actions.gallery import ask_for_gallery
from kaocheng.jobs.gallery import write_gallery
from kaocheng.queries.scheme import gallery_folder, pack_cards
from kaocheng.records.models import Account, Job
from tests.cast import NOW, Cast

PACKS = Path(__file__).parent.parent / "cli" / "packs"


@pytest.fixture
def reader(cast: Cast, settings: Settings, tmp_path: Path) -> Client:
    settings.SCHEMES, settings.DATA = PACKS, tmp_path
    client = Client()
    client.force_login(Account.objects.get(person=cast.teacher))
    return client


@pytest.fixture
def written(reader: Client, tmp_path: Path) -> Path:
    """The pages of one pack, and something beside them that nobody may get."""
    folder = gallery_folder(PACKS, kept_in=tmp_path)
    (folder / "t1-school").mkdir(parents=True)
    (folder / "t1-school" / "notice.html").write_text("<p>干部头发</p>", encoding="utf-8")
    (folder.parent / "secret.html").write_text("secret")
    (folder / "t1-school" / "link.html").symlink_to(folder.parent / "secret.html")
    return folder


def test_card_says_whom_the_scheme_is_about_and_what_comes_out(tmp_path: Path) -> None:
    first = pack_cards(PACKS, kept_in=tmp_path)
    kept = [path.name for path in (tmp_path / "cache").iterdir()]

    assert [(one.name, one.status, one.kinds, one.people) for one in first] == [
        ("t1-school", "discussion", ("grade", "pay"), ("教师名册",))
    ]
    assert len(kept) == 1
    assert kept[0].startswith("packs-")


def test_list_names_every_pack(reader: Client) -> None:
    page = reader.get("/schemes").content.decode()

    assert 'href="/schemes/t1-school/index.html"' in page


def test_page_comes_as_it_was_written_without_scripts(reader: Client, written: Path) -> None:
    answer = reader.get("/schemes/t1-school/notice.html")

    assert answer.content.decode() == "<p>干部头发</p>"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src")


def test_quotes_keep_their_characters(reader: Client, written: Path, cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(language="zh-hant")

    answer = reader.get("/schemes/t1-school/notice.html")

    assert answer.content.decode() == "<p>干部头发</p>"


@pytest.mark.parametrize(
    "address",
    [
        "/schemes/t1-school/link.html",
        "/schemes/t1-school/none.html",
        "/schemes/../secret.html",
        "/schemes/%2e%2e/secret.html",
        "/schemes/..%2fsecret.html/x.html",
        "/schemes/t1-school/..%2f..%2fsecret.html",
        "/schemes/none/index.html",
    ],
)
def test_nothing_beside_the_pages_is_given_out(reader: Client, written: Path, address: str) -> None:
    answer = reader.get(address)

    assert answer.status_code == 404
    assert "secret</" not in answer.content.decode()


def test_links_of_the_pages_lead_back_to_the_list(reader: Client, written: Path) -> None:
    assert reader.get("/schemes/index.html")["Location"] == "/schemes"
    assert reader.get("/schemes/t1-school")["Location"] == "/schemes/t1-school/index.html"


def test_page_that_is_being_written_says_so(reader: Client) -> None:
    answer = reader.get("/schemes/t1-school/index.html")

    assert answer.status_code == 503
    assert "正在核算这一批方案的算例，大约一分钟" in answer.content.decode()


@pytest.mark.django_db
def test_nobody_sees_the_packs() -> None:
    assert Client().get("/schemes").status_code == 302


def test_pages_are_asked_for_once_and_written_by_a_job(reader: Client, tmp_path: Path) -> None:
    ask_for_gallery(NOW)
    ask_for_gallery(NOW)
    job = Job.objects.get(kind="gallery.write")

    write_gallery(job)
    Job.objects.all().delete()
    ask_for_gallery(NOW)

    assert not Job.objects.exists()
    assert reader.get("/schemes/t1-school/notice.html").status_code == 200
    assert [one.name for one in (tmp_path / "gallery").iterdir() if one.is_dir()] == [
        gallery_folder(PACKS, kept_in=tmp_path).name
    ]
