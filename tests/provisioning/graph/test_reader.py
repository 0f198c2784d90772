"""The reader against a company whose Graph has bad moments."""

from datetime import timedelta

import aiohttp
import pytest

from provisioning.errors import NotAllowedError, TryLaterError
from provisioning.graph import GraphClient, GraphReader, open_graph
from provisioning.model import App, JobState
from sandbox import Company


async def play(company: Company, path: str, body: dict[str, object]) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{company.origin}/play/{path}", json=body) as answer:
        assert answer.status == 200, await answer.text()


async def app_named(reader: GraphReader, name: str) -> App:
    return next(app for app in await reader.apps() if app.name == name)


async def test_tokens_that_end_in_the_middle_of_everything_are_not_noticed(
    reader: GraphReader, company: Company
) -> None:
    askcody = await app_named(reader, "AskCody")
    jose = (await reader.find_people("jose@fabrikam.example"))[0]
    await play(company, "tokens/expire", {})
    assert (await reader.evidence(jose.id, askcody)).unread == {}


async def test_a_short_throttling_is_waited_out(reader: GraphReader, company: Company) -> None:
    fault = {"path": "/auditLogs/provisioning", "status": 429, "retryAfter": 0.2, "times": 1}
    askcody = await app_named(reader, "AskCody")
    jose = (await reader.find_people("jose@fabrikam.example"))[0]
    await play(company, "faults", {"failNext": [fault]})
    seen = await reader.evidence(jose.id, askcody)
    assert seen.log
    assert seen.unread == {}


async def test_a_directory_that_is_down_is_try_later(reader: GraphReader, company: Company) -> None:
    await play(company, "faults", {"failNext": [{"path": "/users", "status": 503, "retryAfter": 30, "times": 9}]})
    with pytest.raises(TryLaterError) as caught:
        await reader.find_people("José")
    assert caught.value.wait == 30


async def test_a_missing_permission_is_named_and_the_rest_is_read(reader: GraphReader, company: Company) -> None:
    askcody = await app_named(reader, "AskCody")
    jose = (await reader.find_people("jose@fabrikam.example"))[0]
    await play(company, "faults", {"failNext": [{"path": "/synchronization/jobs", "status": 403, "times": 9}]})
    seen = await reader.evidence(jose.id, askcody)
    assert seen.unread == dict.fromkeys(("job", "schema"), "not_allowed: Authorization_RequestDenied")
    assert seen.log


async def test_the_time_is_the_companys(reader: GraphReader, company: Company) -> None:
    before = await reader.now()
    await play(company, "clock", {"advance": "P2D"})
    await app_named(reader, "AskCody")
    passed = await reader.now() - before
    assert passed > timedelta(days=2, seconds=-5)  # the Date header has whole seconds


@pytest.mark.parametrize(
    ("name", "state"),
    [("AskCody", JobState.ACTIVE), ("DocuSign", JobState.QUARANTINE), ("Miro", JobState.PAUSED), ("Trello", None)],
)
async def test_the_state_of_a_job_is_read(reader: GraphReader, name: str, state: JobState | None) -> None:
    job = await reader.job(await app_named(reader, name))
    assert (job.state if job else None) is state


async def test_a_wrong_secret_is_not_allowed(company: Company) -> None:
    async with open_graph(
        graph=company.origin,
        authority=company.origin,
        tenant_id=company.tenant_id,
        client_id=company.client_id,
        client_secret="wrong",
    ) as client:
        with pytest.raises(NotAllowedError, match="sign-in refused"):
            await GraphReader(client, agents_group=None, admins_group=None).apps()


async def test_a_remote_graph_is_never_spoken_to_without_encryption(company: Company) -> None:
    with pytest.raises(ValueError, match="must be https"):
        async with open_graph(
            graph="http://graph.microsoft.com",
            authority=company.origin,
            tenant_id=company.tenant_id,
            client_id="desk",
            client_secret="s",
        ):
            pass


async def test_the_cost_of_a_question_is_told(reader: GraphReader, graph: GraphClient) -> None:
    with graph.asking() as tally:
        askcody = await app_named(reader, "AskCody")
        jose = (await reader.find_people("jose@fabrikam.example"))[0]
        seen = await reader.evidence(jose.id, askcody)
    assert tally.calls > seen.calls
    assert tally.rounds > seen.rounds
