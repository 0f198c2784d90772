"""Jobs as Graph sends them, with its many ways to write "never"."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from provisioning.graph.wire.jobs import JobRow, interval, preferred, read_job
from provisioning.model import Job, JobState

YEAR_ONE = "0001-01-01T00:00:00Z"


def execution(**changes: Any) -> dict[str, Any]:
    return {
        "activityIdentifier": "cycle-1",
        "state": "Succeeded",
        "timeBegan": "2026-03-02T09:15:00.1234567Z",
        "timeEnded": "2026-03-02T09:17:00Z",
        "countImported": 3,
        "countExported": 1,
        "countEscrowed": 2,
        "countEntitled": 41,
        "error": None,
        **changes,
    }


def status(**changes: Any) -> dict[str, Any]:
    return {
        "code": "Active",
        "countSuccessiveCompleteFailures": 0,
        "escrowsPruned": False,
        "lastExecution": execution(),
        "lastSuccessfulExecution": None,
        "progress": [],
        "quarantine": None,
        "steadyStateFirstAchievedTime": YEAR_ONE,
        "steadyStateLastAchievedTime": "2026-02-01T00:00:00Z",
        "synchronizedEntryCountByType": [{"key": "User to User", "value": 41}],
        "troubleshootingUrl": "",
        **changes,
    }


def job(schedule: dict[str, Any] | None = None, **changes: Any) -> Job:
    row = {
        "id": "scim.0123.abc",
        "templateId": "scim",
        "schedule": schedule or {"expiration": None, "interval": "PT40M", "state": "Active"},
        "status": status(**changes),
    }
    return read_job(msgspec.json.decode(msgspec.json.encode(row), type=JobRow, strict=False), "sp-1")


def test_a_healthy_job_is_read() -> None:
    read = job()
    assert (read.id, read.app_id, read.state, read.scheduled) == ("scim.0123.abc", "sp-1", JobState.ACTIVE, True)
    assert read.interval == timedelta(minutes=40)
    assert read.last is not None
    assert read.last.began == datetime(2026, 3, 2, 9, 15, 0, 123456, tzinfo=UTC)
    assert (read.last.imported, read.last.exported, read.last.escrowed, read.last.entitled) == (3, 1, 2, 41)
    assert read.entries == {"User to User": 41}
    assert read.steady_since == datetime(2026, 2, 1, tzinfo=UTC)


def test_a_job_that_never_ran_has_no_execution_though_graph_shows_a_failed_one() -> None:
    never = execution(
        state="Failed",
        timeBegan=YEAR_ONE,
        timeEnded=YEAR_ONE,
        error={"code": "None", "message": "", "tenantActionable": False},
    )
    read = job(code="NotRun", lastExecution=never, steadyStateLastAchievedTime=YEAR_ONE)
    assert read.state is JobState.NOT_RUN
    assert read.last is None
    assert read.steady_since is None


def test_a_failed_execution_keeps_its_error() -> None:
    error = {"code": "SystemForCrossDomainIdentityManagementInvalidCredentials", "message": "Unauthorized"}
    read = job(lastExecution=execution(state="Failed", error=error))
    assert read.last is not None
    assert (read.last.error_code, read.last.error_message) == (error["code"], "Unauthorized")


def test_the_error_none_is_no_error() -> None:
    read = job(lastExecution=execution(error={"code": "None", "message": "x"}))
    assert read.last is not None
    assert (read.last.error_code, read.last.error_message) == (None, None)


def test_a_quarantine_is_read_with_empty_dates_as_unknown() -> None:
    quarantine = {
        "reason": "EncounteredQuarantineException",
        "currentBegan": "2026-03-01T09:00:00Z",
        "seriesBegan": "",
        "nextAttempt": "",
        "seriesCount": 3,
        "error": {"code": "CredentialsMissing", "message": "No credentials.", "tenantActionable": True},
    }
    read = job(code="Quarantine", quarantine=quarantine)
    assert read.quarantine is not None
    assert read.quarantine.since == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert read.quarantine.next_attempt is None
    assert read.quarantine.error_code == "CredentialsMissing"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("Active", JobState.ACTIVE),
        ("active", JobState.ACTIVE),
        ("Quarantine", JobState.QUARANTINE),
        ("InProgress", JobState.OTHER),
        (None, JobState.OTHER),
    ],
)
def test_a_state_that_microsoft_invents_later_is_other_and_shown_as_it_came(code: str | None, state: JobState) -> None:
    read = job(code=code)
    assert (read.state, read.raw_state) == (state, code or "")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT40M", timedelta(minutes=40)),
        ("PT20M", timedelta(minutes=20)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P10675199DT2H48M5.4775807S", None),
        ("PT0S", None),
        ("", None),
        (None, None),
        ("40 minutes", None),
        ("P", None),
    ],
)
def test_an_interval_may_be_endless(text: str | None, length: timedelta | None) -> None:
    assert interval(text) == length


def test_a_job_of_nulls_is_a_job_that_says_nothing() -> None:
    row = msgspec.json.decode(b'{"id": "j", "schedule": null, "status": null}', type=JobRow)
    read = read_job(row, "sp-1")
    assert (read.state, read.scheduled, read.last, read.entries) == (JobState.OTHER, False, None, {})


def test_numbers_written_as_texts_are_numbers() -> None:
    read = job(synchronizedEntryCountByType=[{"key": "User to User", "value": "41"}, {"key": None, "value": 1}])
    assert read.entries == {"User to User": 41}


def test_of_several_jobs_the_one_at_work_counts() -> None:
    paused, quarantined, active = job(code="Paused"), job(code="Quarantine"), job(code="Active")
    stopped = job({"interval": "PT40M", "state": "Disabled"}, code="Active")
    assert preferred([paused, quarantined, stopped, active]) is active
    assert preferred([paused, quarantined]) is quarantined
    assert preferred([]) is None
