"""One of many, right before their call: the same judgment as a whole question, without touching the log."""

from contextlib import suppress

import pytest

from provisioning.cases import Refusal
from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.evidence import Evidence
from provisioning.graph import GraphClient, GraphReader, muster
from provisioning.graph.failing import read_failing
from provisioning.graph.lists import items_of
from provisioning.graph.wire.grants import GrantRow
from provisioning.model import App
from provisioning.preflight import refusal_for
from sandbox import Company
from tests import worlds
from tests.provisioning.graph.fake import FakeGraph, Reply


async def _app(reader: GraphReader, name: str) -> App:
    return next(app for app in await reader.apps() if app.name == name)


def _ids(company: Company) -> list[str]:
    return [user["id"] for user in company._stage.world.users.values()]


async def test_everybody_is_judged_as_by_a_whole_question(company: Company, reader: GraphReader) -> None:
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]
    app = await _app(reader, "AskCody")
    judged = 0
    for person_id in _ids(company)[:25]:
        whole = await reader.evidence(person_id, app)
        if whole.person.deleted:
            with pytest.raises(NotThereError):
                await reader.muster(person_id, app)
            continue
        quick = await reader.muster(person_id, app)
        assert _ways(quick) == _ways(whole)
        assert refusal_for(quick) == refusal_for(whole), whole.person.upn
        judged += 1
    assert judged > 10


async def test_it_reads_no_log_and_two_things_in_one_batch(company: Company, reader: GraphReader) -> None:
    app, person_id = await _app(reader, "AskCody"), _ids(company)[0]
    await reader.muster(person_id, app)
    before = dict(company._stage.world.counters)
    await reader.muster(person_id, app)
    after = company._stage.world.counters
    assert after.get("auditLogs", 0) == before.get("auditLogs", 0) == 0
    assert after["batches"] - before["batches"] == 1
    assert after["synchronization"] == before["synchronization"], "job and schema are kept for a moment"


async def test_an_assignment_that_ended_a_moment_ago_is_seen(company: Company, reader: GraphReader) -> None:
    app = await _app(reader, "AskCody")
    grants = company._stage.world.apps[app.id].assignments
    person_id = next(grant["principalId"] for grant in grants if grant["principalId"] in _ids(company))
    assert None in _ways(await reader.muster(person_id, app))
    grants[:] = [grant for grant in grants if grant["principalId"] != person_id]
    assert None not in _ways(await reader.muster(person_id, app))


async def test_somebody_whose_role_is_switched_off_is_refused_without_a_look_into_the_log(
    company: Company, reader: GraphReader
) -> None:
    app = await _app(reader, "AskCody")
    there = company._stage.world.apps[app.id]
    mine = [one for one in there.assignments if one["principalId"] in _ids(company)]
    fit = [one["principalId"] for one in mine if refusal_for(await reader.muster(one["principalId"], app)) is None]
    person_id = fit[0]
    there.app_roles.append({"id": "off", "displayName": "Off", "value": "Off", "isEnabled": False})
    there.assignments[:] = [one for one in mine if one["principalId"] == person_id]
    there.assignments[0]["appRoleId"] = "off"
    reader._muster._known.clear()
    assert refusal_for(await reader.muster(person_id, app)) is Refusal.NOT_ENTITLED


async def test_whoever_fails_by_their_newest_row_is_named(company: Company, reader: GraphReader) -> None:
    app = await _app(reader, "AskCody")
    failing = await reader.failing(app)
    assert len(failing) == await reader.failures(app)
    names = {user["userPrincipalName"] for user in company._stage.world.users.values() if user["id"] in failing}
    assert any(name.startswith("jose@") for name in names)


async def test_a_log_without_end_is_not_counted_wrong(fake: FakeGraph, client: GraphClient) -> None:
    page = {"value": [], "@odata.nextLink": f"{fake.origin}/v1.0/auditLogs/provisioning?$skiptoken=x"}
    fake.on("/auditLogs/provisioning", Reply(body=page))
    with client.asking(60), pytest.raises(RefusedError):
        await read_failing(client, "a", since=worlds.NOW)


async def test_where_a_persons_grants_may_not_be_read_the_apps_list_is_held_against_their_groups(
    company: Company, reader: GraphReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await _app(reader, "AskCody")
    company._stage.limits.check = lambda *_: None  # type: ignore[method-assign]
    readable = {}
    for person_id in _ids(company)[:12]:
        with suppress(NotThereError):
            readable[person_id] = _ways(await reader.muster(person_id, app))
    items = items_of
    denied = NotAllowedError("Microsoft Graph does not allow this to the desk.")
    monkeypatch.setattr(muster, "items_of", lambda answer, into: denied if into is GrantRow else items(answer, into))
    for person_id, ways in readable.items():
        assert _ways(await reader.muster(person_id, app)) == ways
    assert any(readable.values())


def _ways(seen: Evidence) -> set[str | None]:
    """Through which groups somebody holds the app; None: directly."""
    return {one.group.id if one.group else None for one in seen.assignments}
