"""The list of apps is read once in ten minutes, by whoever asks first."""

import asyncio

import pytest

from provisioning.errors import TryLaterError
from provisioning.graph import GraphClient, GraphReader
from provisioning.graph.apps import KEPT, AppList, read_apps
from provisioning.model import App
from tests.provisioning.graph.fake import FakeGraph, FakeTime, Reply, refusal

APPS = "/servicePrincipals"
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


def row(name: str | None, **changes: object) -> dict[str, object]:
    return {"id": f"sp-{name}", "appId": f"app-{name}", "displayName": name, "tags": [], **changes}


def listed(*rows: dict[str, object]) -> Reply:
    return Reply(body={"value": list(rows)})


async def test_the_company_has_askcody(reader: GraphReader) -> None:
    apps = await reader.apps()
    assert "AskCody" in [app.name for app in apps]
    assert [app.name for app in apps] == sorted((app.name for app in apps), key=str.casefold)


async def test_everybody_who_waits_gets_one_reading(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(APPS, listed(row("Zoom")))
    kept = AppList(client)
    answers = await asyncio.gather(*(kept.apps() for _ in range(5)))
    assert set(answers) == {(App(id="sp-Zoom", app_id="app-Zoom", name="Zoom"),)}
    assert len(fake.heard) == 1


async def test_it_is_read_again_after_ten_minutes(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(APPS, listed(row("Zoom")), listed(row("Zoom"), row("Miro")))
    time = FakeTime()
    kept = AppList(client, monotonic=time.monotonic)
    await kept.apps()
    time.at += KEPT - 1
    assert len(await kept.apps()) == 1
    time.at += 1
    assert [app.name for app in await kept.apps()] == ["Miro", "Zoom"]


async def test_a_failed_reading_is_not_kept(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(APPS, refusal(500), listed(row("Zoom")))
    kept = AppList(client)
    with pytest.raises(TryLaterError):
        await kept.apps()
    assert [app.name for app in await kept.apps()] == ["Zoom"]


async def test_what_nobody_is_provisioned_to_is_left_out(client: GraphClient, fake: FakeGraph) -> None:
    tagged = ["WindowsAzureActiveDirectoryIntegratedApp"]
    fake.on(
        APPS,
        listed(
            row("Zoom", servicePrincipalType="Application"),
            row("A vault", servicePrincipalType="ManagedIdentity"),
            row("Office 365 Exchange Online", appOwnerOrganizationId=MICROSOFT),
            row("Gallery app by Microsoft", appOwnerOrganizationId=MICROSOFT, tags=tagged),
            row("Of another tenant", appOwnerOrganizationId="0000"),
            row(None),
        ),
    )
    names = [app.name for app in await read_apps(client)]
    assert names == ["Gallery app by Microsoft", "Of another tenant", "Zoom"]


async def test_a_graph_that_does_not_know_who_made_an_app_lists_them_all(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(APPS, refusal(400, "BadRequest"), listed(row("Zoom")))
    assert [app.name for app in await read_apps(client)] == ["Zoom"]
    assert "appOwnerOrganizationId" not in fake.heard[1].query["$select"]


async def test_all_pages_are_read(client: GraphClient, fake: FakeGraph) -> None:
    link = f"{fake.origin}/v1.0/servicePrincipals?$skiptoken=2"
    fake.on(APPS, Reply(body={"value": [row("Zoom")], "@odata.nextLink": link}), listed(row("Miro")))
    assert [app.name for app in await read_apps(client)] == ["Miro", "Zoom"]


async def test_a_list_without_end_is_not_passed_off_as_whole(client: GraphClient, fake: FakeGraph) -> None:
    link = f"{fake.origin}/v1.0/servicePrincipals?$skiptoken=2"
    fake.on(APPS, Reply(body={"value": [row("Zoom")], "@odata.nextLink": link}))
    with pytest.raises(TryLaterError, match="more applications"):
        await read_apps(client)
