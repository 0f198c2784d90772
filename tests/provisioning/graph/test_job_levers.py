"""What moves a job: sent once, in Graph's own words, and every refusal put into ours."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from provisioning.errors import DeskError, NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.graph import GraphClient
from provisioning.graph.job_levers import GraphJobLevers
from provisioning.graph.reader import GraphReader
from provisioning.model import App
from provisioning.schemas import filter_groups, fingerprint, with_filter
from provisioning.scoping import tightened
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

APP = App(id="sp-1", app_id="app-1", name="AskCody")
JOB = "scim.0123.abc/d"
BELOW = "/servicePrincipals/sp-1/synchronization/jobs/scim.0123.abc%2Fd/"
Pull = Callable[[GraphJobLevers], Awaitable[Any]]
PULLS: dict[str, tuple[str, str, Pull]] = {
    "start": ("POST", "start", lambda levers: levers.start(APP, JOB)),
    "pause": ("POST", "pause", lambda levers: levers.pause(APP, JOB)),
    "restart": ("POST", "restart", lambda levers: levers.restart(APP, JOB, ("Watermark", "Escrows"))),
    "check": ("POST", "validateCredentials", lambda levers: levers.check(APP, JOB)),
    "save": ("PUT", "schema", lambda levers: levers.save_schema(APP, JOB, {"id": "x", "synchronizationRules": []})),
}
each = pytest.mark.parametrize("name", sorted(PULLS))


@pytest.fixture
def levers(client: GraphClient) -> GraphJobLevers:
    return GraphJobLevers(client)


@each
async def test_each_lever_is_one_request(levers: GraphJobLevers, fake: FakeGraph, name: str) -> None:
    method, where, pull = PULLS[name]
    fake.on(BELOW + where, Reply(status=204, body=""), method=method)
    await pull(levers)
    assert [(heard.method, heard.path) for heard in fake.heard] == [(method, BELOW + where)]


async def test_what_a_restart_forgets_is_one_text_of_flags(levers: GraphJobLevers, fake: FakeGraph) -> None:
    fake.on(BELOW + "restart", Reply(status=204, body=""), method="POST")
    await levers.restart(APP, JOB, ("Watermark", "Escrows", "QuarantineState"))
    assert fake.heard[0].body == {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}


@each
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refusal(400, "SystemForCrossDomainIdentityManagementInvalidCredentials"), RefusedError),
        (refusal(401, "UnknownError"), NotAllowedError),
        (refusal(403), NotAllowedError),
        (refusal(404), NotThereError),
        (refusal(429, Retry_After="7"), TryLaterError),
        (refusal(503), TryLaterError),
        (refusal(500), UncertainError),
        (Reply(drop=True), UncertainError),
    ],
)
async def test_no_lever_is_pulled_twice_whatever_comes_back(
    levers: GraphJobLevers, fake: FakeGraph, name: str, reply: Reply, kind: type[DeskError]
) -> None:
    method, where, pull = PULLS[name]
    fake.on(BELOW + where, reply, method=method)
    with pytest.raises(kind) as problem:
        await pull(levers)
    assert type(problem.value) is kind or issubclass(type(problem.value), kind)
    assert len(fake.heard) == 1


async def test_the_schema_comes_whole_without_graphs_annotations(levers: GraphJobLevers, fake: FakeGraph) -> None:
    whole = {"@odata.context": "x", "id": "s", "synchronizationRules": [{"odd": 1}], "directories": [{"d": 2}]}
    fake.on(BELOW + "schema", Reply(body=whole))
    assert await levers.schema(APP, JOB) == {key: value for key, value in whole.items() if key != "@odata.context"}


async def test_what_was_read_can_be_written_back_with_a_filter_in_it(graph: GraphClient, reader: GraphReader) -> None:
    app = next(one for one in await reader.apps() if one.name == "AskCody")
    job = await reader.job(app)
    assert job is not None
    levers = GraphJobLevers(graph)
    before = await levers.schema(app, job.id)
    wanted = with_filter(before, tightened(filter_groups(before)))
    await levers.save_schema(app, job.id, wanted)
    there = await levers.schema(app, job.id)
    assert fingerprint(there) == fingerprint(wanted) != fingerprint(before)
