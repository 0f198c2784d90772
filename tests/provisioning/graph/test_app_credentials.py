"""Certificates and secrets of an app: those that Graph shows, with their last days, and nothing guessed."""

from datetime import UTC, datetime

import pytest

from provisioning.errors import NotAllowedError
from provisioning.graph import GraphClient
from provisioning.graph.app_credentials import read_credentials
from provisioning.model import App
from provisioning.watching.news import Credential, CredentialKind
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

APP = App(id="sp-1", app_id="app-1", name="AskCody")
ENTERPRISE, REGISTRATION = "/servicePrincipals/sp-1", "/applications(appId='app-1')"
ENDS = datetime(2026, 12, 5, 8, 0, tzinfo=UTC)


def holder(**lists: object) -> Reply:
    return Reply(body={"id": "x", "keyCredentials": [], "passwordCredentials": [], **lists})


async def test_those_of_the_enterprise_app_and_of_the_registration_are_told_apart(
    client: GraphClient, fake: FakeGraph
) -> None:
    certificate = {"displayName": "CN=SSO", "endDateTime": "2026-12-05T08:00:00Z", "usage": "Verify"}
    fake.on(ENTERPRISE, holder(keyCredentials=[certificate]))
    fake.on(REGISTRATION, holder(passwordCredentials=[{"displayName": None, "endDateTime": "2026-12-05T08:00:00Z"}]))
    assert await read_credentials(client, APP) == (
        Credential(kind=CredentialKind.CERTIFICATE, ends=ENDS, name="CN=SSO"),
        Credential(kind=CredentialKind.SECRET, ends=ENDS, registration=True),
    )


@pytest.mark.parametrize("status", [403, 404])
async def test_a_registration_in_another_tenant_takes_nothing_away(
    client: GraphClient, fake: FakeGraph, status: int
) -> None:
    fake.on(ENTERPRISE, holder(keyCredentials=[{"endDateTime": "2026-12-05T08:00:00Z"}]))
    fake.on(REGISTRATION, refusal(status))
    assert [one.ends for one in await read_credentials(client, APP)] == [ENDS]


async def test_one_without_a_last_day_is_left_out(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(ENTERPRISE, holder(keyCredentials=[{"endDateTime": None}, {"endDateTime": "0001-01-01T00:00:00Z"}]))
    fake.on(REGISTRATION, holder())
    assert await read_credentials(client, APP) == ()


async def test_what_graph_does_not_let_us_read_is_unknown_and_not_none(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(ENTERPRISE, refusal(403))
    with pytest.raises(NotAllowedError):
        await read_credentials(client, APP)
