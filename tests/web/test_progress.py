"""The page of long work: only for whoever asked for it."""

from __future__ import annotations

import pytest
from django.test import Client

from kaocheng.jobs.lease import do, take
from kaocheng.records.models import Account, Job, Message, Person
from tests.cast import NOW, Cast


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person))
    return client


@pytest.fixture
def job(cast: Cast) -> Job:
    made = Job(
        kind="test.work",
        effect_key="k",
        run_after=NOW,
        made_at=NOW,
        title="导入花名册",
        asked_by_person_id=cast.clerk.pk,
    )
    made.save()
    return made


def test_asker_sees_how_far_it_is(cast: Cast, job: Job) -> None:
    Job.objects.update(done_count=7, total_count=12)

    page = signed_in(cast.clerk).get(f"/jobs/{job.pk}").content.decode()

    assert "导入花名册" in page
    assert "已完成 7 / 12" in page
    assert "先去忙，好了通知我" in page
    assert 'max="12" value="7"' in page


def test_script_gets_the_part_alone(cast: Cast, job: Job) -> None:
    page = signed_in(cast.clerk).get(f"/jobs/{job.pk}", headers={"HX-Request": "true"})

    assert page.content.decode().startswith('<section class="kc')


def test_job_of_somebody_else_does_not_exist(cast: Cast, job: Job) -> None:
    for other in (cast.lead, cast.teacher, cast.officer, cast.system_admin):
        client = signed_in(other)
        answer = client.get(f"/jobs/{job.pk}")
        assert answer.status_code == 404
        assert "导入花名册" not in answer.content.decode()
        assert client.post(f"/jobs/{job.pk}/cancel", {"key": "k"}).status_code == 404
    assert Job.objects.get().state == "waiting"


def test_asker_cancels_it(cast: Cast, job: Job) -> None:
    answer = signed_in(cast.clerk).post(f"/jobs/{job.pk}/cancel", {"key": "k"}, follow=True)

    assert "已取消" in answer.content.decode()
    assert Job.objects.get().state == "cancelled"


def test_asker_is_told_when_it_is_over_and_finds_the_result(cast: Cast, job: Job) -> None:
    taken = take(NOW)
    assert taken is not None

    def work(row: Job) -> None:
        row.outcome = {"page": "/people"}

    do(taken, handlers={"test.work": work})

    message = Message.objects.unscoped("a test looks").get()
    assert (message.person_id, message.subject, message.page) == (
        cast.clerk.pk,
        "“导入花名册”办完了",
        f"/jobs/{job.pk}",
    )
    assert 'href="/people"' in signed_in(cast.clerk).get(f"/jobs/{job.pk}").content.decode()


def test_result_never_leads_out_of_the_product(cast: Cast, job: Job) -> None:
    Job.objects.update(state="done", ended_at=NOW, outcome={"page": "//evil.example"})

    page = signed_in(cast.clerk).get(f"/jobs/{job.pk}").content.decode()

    assert "evil.example" not in page
    assert job.title in page
