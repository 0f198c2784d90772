"""Many people at once come out as each of them would alone."""

from dataclasses import replace

import pytest

from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError, NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.graph import GraphClient, GraphReader, census
from provisioning.graph.census import read_census
from provisioning.model import App
from sandbox import Company
from tests.provisioning.graph.fake import FakeGraph, FakeTime, Reply


async def _everybody(client: GraphClient, ids: list[str], app: App) -> dict[str, Evidence | DeskError]:
    return {person_id: found async for person_id, found in read_census(client, ids, app)}


async def _app(reader: GraphReader, name: str) -> App:
    return next(app for app in await reader.apps() if app.name == name)


async def _people(company: Company, client: GraphClient) -> list[str]:
    gone = company._stage.world.users.values()
    return [user["id"] for user in gone]


@pytest.mark.parametrize("name", ["AskCody", "Zoom"])
async def test_everybody_of_the_company_is_judged_as_if_asked_about_alone(
    name: str, company: Company, graph: GraphClient, reader: GraphReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "LOG_PACE", 0.0)
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]  # one question each is far too much
    app, ids = await _app(reader, name), await _people(company, graph)
    together = await _everybody(graph, ids, app)
    assert list(together) == ids
    assert len(ids) > census.HANDFUL, "one handful shows nothing"
    for person_id in ids:
        alone, found = await reader.evidence(person_id, app), together[person_id]
        assert isinstance(found, Evidence)
        assert (found.person, found.job, found.schema, found.log) == (alone.person, alone.job, alone.schema, alone.log)
        assert found.assignments == alone.assignments
        assert found.unread == alone.unread
        plain = replace(alone, changed=None, nested=tuple((group, None) for group, _ in alone.nested))
        assert diagnose(found).root.cause is diagnose(plain).root.cause


async def test_somebody_who_is_not_there_is_an_answer_of_their_own(
    company: Company, graph: GraphClient, reader: GraphReader
) -> None:
    app, known = await _app(reader, "AskCody"), (await _people(company, graph))[0]
    found = await _everybody(graph, ["00000000-0000-4000-8000-00000000dead", known], app)
    nobody, somebody = found.values()
    assert isinstance(nobody, NotThereError)
    assert isinstance(somebody, Evidence)


async def test_the_log_is_read_no_faster_than_the_reports_allow(
    company: Company, graph: GraphClient, reader: GraphReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, ids = await _app(reader, "AskCody"), await _people(company, graph)
    waits: list[float] = []
    pause = graph.pause

    async def noted(wait: float) -> bool:
        waits.append(wait)
        return await pause(0)

    monkeypatch.setattr(graph, "pause", noted)
    await _everybody(graph, ids, app)
    handfuls = -(-len(ids) // census.HANDFUL)
    assert len(waits) == handfuls
    assert all(0 < wait <= census.LOG_PACE for wait in waits[1:])


async def test_a_log_that_cannot_be_read_is_named_and_the_rest_is_there(
    company: Company, graph: GraphClient, reader: GraphReader
) -> None:
    app, ids = await _app(reader, "AskCody"), await _people(company, graph)
    refused = {"path": "/auditLogs/provisioning", "method": None, "status": 403, "times": 1, "retryAfter": None}
    company._stage.world.faults["failNext"] = [{**refused, "code": "Forbidden", "message": None, "body": None}]
    found = (await _everybody(graph, ids[:3], app))[ids[0]]
    assert isinstance(found, Evidence)
    assert "log" in found.unread
    assert found.knows("job", "schema", "assignments")


async def test_without_graph_nothing_is_claimed(client: GraphClient, fake: FakeGraph, clock: FakeTime) -> None:
    fake.on("/servicePrincipals", Reply(status=503))
    with pytest.raises(TryLaterError):
        await _everybody(client, ["a"], App(id="1", app_id="2", name="Three"))
