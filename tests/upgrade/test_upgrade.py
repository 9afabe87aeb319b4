"""Data of every landed state can be restored, brought to this version, and read."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kaocheng.gateways.files import LocalFiles
from kaocheng.gateways.postgres import EmbeddedPostgres
from tests.config.servers import manage
from tools.upgrade_sample import main

# SHA-256 of the parameters, the facts and the results, as they were frozen in each state.
PARAMETERS = "968457065f63af5624fcf39c2783bb16daed1c1dd86bfa3778f144451dd2fac0"
RESULTS = "5ef8b396e4bc7c7f6829367b4b81b2b8a870ef54ba39f5a5f95a3f5e4f67dc9d"
FACTS = {
    "schemes-at-work": "7b45ddcba9035230c6fd8d010cb117c52351e002f0ba6a1f75e5965956461500",
    "amendments-by-date": "29aac10290997ee8a5e1b623bc7c9c4a17691c357c69a12583452daf44c54b88",
}
HERE = Path(__file__).parent
STATES = sorted(path.parent for path in HERE.glob("*/manifest.json"))


@pytest.fixture
def data() -> Iterator[Path]:
    """Not below pytest's own folder: as root the database's user has to reach it."""
    made = Path(tempfile.mkdtemp(prefix="kaocheng-upgrade-"))
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


def test_there_is_a_sample_of_each_landed_state_and_each_is_small() -> None:
    assert [state.name for state in STATES] == [
        "amendments-by-date",
        "platform-shell",
        "schemes-at-work",
    ]
    for state in STATES:
        size = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
        # Nearly all of it is the schema: every table, index and guard by itself.
        assert size < 300_000, state.name


def upgraded(folder: Path, data: Path) -> None:
    restored = manage(data, "restore", str(folder), "--data", str(data))
    assert restored.returncode == 0, restored.stderr
    done = manage(data, "upgrade")
    assert done.returncode == 0, done.stderr


def test_people_and_files_of_the_platform_shell_upgrade(data: Path) -> None:
    upgraded(HERE / "platform-shell", data)

    with (
        EmbeddedPostgres(data / "postgres") as server,
        psycopg.connect(server.address()) as connection,
    ):
        found = connection.execute(
            "select p.name, u.name, f.name, f.receipt_number, s.digest from records_person p"
            " join records_fileuse f on f.person_id = p.id"
            " join records_unit u on u.id = f.unit_id"
            " join records_storedfile s on s.id = f.file_id"
        ).fetchall()
    [(person, unit, name, receipt, digest)] = found
    assert (person, unit, name, receipt) == ("林晓棠", "榕荫小学", "教案.pdf", "HZ-20261127-0001")
    with LocalFiles(data / "files").open(digest) as stream:
        assert stream.read().startswith(b"%PDF-1.7")


# Looks at the upgraded data as the product does: what it computes now, and its pages.
LOOK = """
import json
from kaocheng.queries.adopted import adopted
from kaocheng.queries.computing import computed, parameters_digest
from kaocheng.queries.result_frozen import stale
from kaocheng.records.models import Account, Ballot, Person, ResultSet, Review, Round
from tests.web.reader import signed_in

every = "a test looks at everything"
work = Round.objects.unscoped(every).select_related("adoption__scheme", "adoption__unit").get()
found = adopted(work.adoption)
frozen = ResultSet.objects.unscoped(every).get()
done = computed(found)
Account.objects.update(must_change_password=False)
lead = signed_in(Person.objects.unscoped(every).get(name="何敏仪"))
pages = [
    f"/adoptions/{work.adoption_id}",
    f"/adoptions/{work.adoption_id}/amendments",
    f"/adoptions/{work.adoption_id}/dates",
    f"/registers/{work.adoption_id}/leave",
    f"/rounds/{work.pk}",
    f"/rounds/{work.pk}/results",
    f"/reviews/{Review.objects.unscoped(every).get().pk}",
]
answers = {page: lead.get(page, headers={"host": "localhost"}) for page in pages}
teacher = signed_in(Person.objects.unscoped(every).get(name="林晓棠"))
ballot = f"/ballots/{Ballot.objects.unscoped(every).get().pk}"
answers[ballot] = teacher.get(ballot, headers={"host": "localhost"})
print(json.dumps({
    "frozen": [frozen.parameters_digest, frozen.facts_digest, frozen.results_digest],
    "now": [parameters_digest(found), done.facts_digest(), done.results_digest()],
    "is_stale": stale(found, work, frozen) is not None,
    "filling": found.terms.dates,
    "pages": {page: answer.status_code for page, answer in answers.items()},
    "amended": "学校反映时间太紧" in answers[pages[1]].content.decode(),
}))
"""


def looked_at(data: Path) -> dict[str, Any]:
    looked = manage(data, "shell", "-c", LOOK)
    assert looked.returncode == 0, looked.stderr
    found: dict[str, Any] = json.loads(looked.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("state", FACTS)
def test_a_scheme_at_work_upgrades_and_its_frozen_results_are_what_they_were(
    data: Path, state: str
) -> None:
    upgraded(HERE / state, data)

    found = looked_at(data)

    assert found["frozen"] == [PARAMETERS, FACTS[state], RESULTS]
    assert found["now"] == found["frozen"]
    assert not found["is_stale"]
    assert found["filling"] == {"filling.to": "2026-12-20"}
    assert {page: status for page, status in found["pages"].items() if status != 200} == {}
    assert found["amended"]


def test_a_sample_of_this_version_holds_a_scheme_at_work(data: Path) -> None:
    folder = data.parent / "sample"
    main(folder)

    upgraded(folder, data)

    found = looked_at(data)
    assert found["now"] == found["frozen"]
    assert found["filling"] == {"filling.to": "2026-12-20"}
    assert {page: status for page, status in found["pages"].items() if status != 200} == {}
    with pytest.raises(SystemExit, match="已经有了，没有造样本。"):
        main(folder)
