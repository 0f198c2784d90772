"""Everybody that assignments bring in: pages followed, groups inside groups named, what is unread said."""

from typing import Any

import pytest

from provisioning.errors import DeskError, NotAllowedError
from provisioning.graph import GraphClient, GraphReader
from provisioning.graph.audience import read_audience, read_places
from provisioning.model import App
from provisioning.scoping import GroupSeen, Kind, Member, Unread, kind_of
from tests import worlds
from tests.provisioning.graph.fake import FakeGraph, Reply, refusal

APP = App(id="sp-1", app_id="app-1", name="AskCody")
GRANTS = "/servicePrincipals/sp-1/appRoleAssignedTo"


def page(*rows: dict[str, Any], link: str | None = None) -> Reply:
    return Reply(body={"value": list(rows)} | ({"@odata.nextLink": link} if link else {}))


def grant(kind: str, principal: str) -> dict[str, Any]:
    return {"principalId": principal, "principalType": kind, "principalDisplayName": f"The {principal}"}


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.user", "id": name, "displayName": name, "mail": f"{name}@x.example"} | more


async def seen(client: GraphClient, *attributes: str) -> list[Member | GroupSeen | Unread]:
    return [one async for one in read_audience(client, APP, attributes)]


async def test_the_members_of_a_group_come_page_by_page_and_then_the_group(
    client: GraphClient, fake: FakeGraph
) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    inner = {"@odata.type": "#microsoft.graph.group", "id": "i", "displayName": "Inner"}
    device = {"@odata.type": "#microsoft.graph.device", "id": "d"}
    members = "/groups/g/members"
    fake.on(members, page(user("a"), inner, link=f"{fake.origin}/v1.0{members}?$skiptoken=2"), page(user("b"), device))
    *people, group = await seen(client, "mail")
    assert [one.person.id for one in people if isinstance(one, Member)] == ["a", "b"]
    assert group == GroupSeen(name="The g", members=2, nested=("Inner",))


async def test_only_what_is_needed_is_asked_for(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    fake.on("/groups/g/members", page(user("a", department=None, assignedLicenses=[])))
    (one, _group) = await seen(client, "mail", "department", "physicalDeliveryOfficeName", "manager")
    asked = fake.asked("/groups/g/members")[0].query["$select"].split(",")
    assert {"mail", "department", "officeLocation", "assignedLicenses", "accountEnabled"} <= set(asked)
    assert not {"manager", "streetAddress"} & set(asked)
    assert isinstance(one, Member)
    assert one.licensed is False
    assert one.person.attributes["department"] is None


async def test_people_assigned_by_themselves_are_read_in_batches(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(*(grant("User", f"u{n}") for n in range(21)), grant("ServicePrincipal", "s")))

    def answers(ids: range) -> Reply:
        bodies = [{"id": str(n), "status": 200, "body": user(f"u{name}")} for n, name in enumerate(ids)]
        return Reply(body={"responses": bodies})

    fake.on("/$batch", answers(range(20)), answers(range(20, 21)), method="POST")
    found = await seen(client, "mail")
    assert [one.person.id for one in found if isinstance(one, Member) and one.direct] == [f"u{n}" for n in range(21)]


async def test_who_is_gone_is_left_out_and_who_may_not_be_read_is_said(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(grant("User", "gone"), grant("User", "secret")))
    parts = [{"id": "0", "status": 404, "body": {}}, {"id": "1", "status": 403, "body": {"error": {"code": "No"}}}]
    fake.on("/$batch", Reply(body={"responses": parts}), method="POST")
    assert await seen(client) == [Unread(what="people", why="not_allowed: No")]


async def test_a_group_that_breaks_off_is_not_whole(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    members = "/groups/g/members"
    fake.on(members, page(user("a"), link=f"{fake.origin}/v1.0{members}?$skiptoken=2"), refusal(403))
    _a, unread, group = await seen(client)
    assert unread == Unread(what="groups", why="not_allowed: SomeCode")
    assert group == GroupSeen(name="The g", members=1, whole=False)


async def test_a_group_that_is_not_security_enabled_brings_nobody_in(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    fake.on("/groups/g", Reply(body={"id": "g", "displayName": "News", "securityEnabled": False}))
    fake.on("/groups/g/members", page(user("a")))
    assert await seen(client) == [GroupSeen(name="The g", members=0, ignored=True)]


async def test_without_the_assignments_there_is_nothing_to_say(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, refusal(403))
    with pytest.raises(NotAllowedError):
        await seen(client)


async def test_places_are_told_by_their_addresses_and_a_kind_that_a_cloud_lacks_is_left_out(
    client: GraphClient, fake: FakeGraph
) -> None:
    fake.on("/places/microsoft.graph.room", page({"emailAddress": "Room.1@x.example"}, {"emailAddress": None}))
    fake.on("/places/microsoft.graph.workspace", page({"emailAddress": "w@x.example"}))
    fake.on("/places/microsoft.graph.desk", refusal(400))
    assert await read_places(client) == {"room.1@x.example": Kind.ROOM, "w@x.example": Kind.WORKSPACE}


async def test_without_the_permission_the_reading_of_places_says_so(client: GraphClient, fake: FakeGraph) -> None:
    fake.on("/places/microsoft.graph.room", refusal(403))
    with pytest.raises(DeskError):
        await read_places(client)


async def test_the_companys_mixed_group_is_told_apart(reader: GraphReader) -> None:
    app = next(one for one in await reader.apps() if one.name == "AskCody")
    places = await reader.places()
    found = [one async for one in reader.audience(app, ("mail", "givenName", "surname"))]
    kinds = [kind_of(one, places) for one in found if isinstance(one, Member)]
    assert {Kind.PERSON, Kind.ROOM, Kind.DESK} <= set(kinds)
    assert not [one for one in found if isinstance(one, Unread)]


# What mailboxes are for

ROOMLESS: dict[str, Any] = {"givenName": None, "surname": None, "accountEnabled": False, "assignedLicenses": []}


def purposes(*told: tuple[int, Any]) -> Reply:
    return Reply(body={"responses": [{"id": str(n), "status": s, "body": body} for n, (s, body) in enumerate(told)]})


async def whole(client: GraphClient) -> list[Member | GroupSeen | Unread]:
    reader = GraphReader(client, agents_group=None, admins_group=None)
    return [one async for one in reader.audience(APP, ("mail", "givenName", "surname"))]


async def test_exchange_is_asked_only_about_whoever_may_be_no_person(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    plain = user("a", givenName="A", surname="Ek", accountEnabled=True, assignedLicenses=[])
    fake.on(
        "/groups/g/members", page(plain, user("info", **ROOMLESS), user("ghost", **ROOMLESS), user("x", **ROOMLESS))
    )
    missing = {"error": {"code": "MailboxNotEnabledForRESTAPI"}}
    fake.on("/$batch", purposes((200, {"value": "shared"}), (404, missing), (200, {"value": "room"})), method="POST")
    found = await whole(client)
    assert {one.person.id: (one.purpose, kind_of(one, {})) for one in found if isinstance(one, Member)} == {
        "a": (None, Kind.PERSON),
        "info": ("shared", Kind.SHARED),
        "ghost": (None, Kind.RESOURCE),
        "x": ("room", Kind.ROOM),
    }
    assert not any(isinstance(one, Unread) for one in found)
    (asked,) = fake.asked("/$batch")
    assert [part["url"] for part in asked.body["requests"]] == [
        f"/users/{name}/mailboxSettings/userPurpose" for name in ("info", "ghost", "x")
    ]


async def test_where_mailboxes_may_not_be_read_looks_have_to_do_and_it_is_said_once(
    client: GraphClient, fake: FakeGraph
) -> None:
    fake.on(GRANTS, page(grant("Group", "g")))
    fake.on("/groups/g/members", page(*(user(f"u{n}", **ROOMLESS) for n in range(45))))
    no = (403, {"error": {"code": "ErrorAccessDenied"}})
    fake.on("/$batch", purposes(*[no] * 20), method="POST")
    found = await whole(client)
    assert [one for one in found if isinstance(one, Unread)] == [
        Unread(what="purposes", why="not_allowed: ErrorAccessDenied")
    ]
    assert len([one for one in found if isinstance(one, Member)]) == 45, "nobody is lost"
    assert len(fake.asked("/$batch")) == 1, "it is not asked again"


def test_a_place_counts_more_than_what_its_mailbox_says_and_a_leaver_is_a_person() -> None:
    seen = worlds.jose(id="d", upn="desk@x.example", mail="desk@x.example", enabled=False, attributes={})
    desk = Member(person=seen, licensed=False, purpose="room")
    assert kind_of(desk, {"desk@x.example": Kind.DESK}) is Kind.DESK
    assert kind_of(Member(person=seen, licensed=False, purpose="user"), {}) is Kind.PERSON
    assert kind_of(Member(person=seen, licensed=False, purpose="equipment"), {}) is Kind.EQUIPMENT
    assert kind_of(Member(person=seen, licensed=False, purpose="others"), {}) is not Kind.SHARED


# Whether whoever falls out is disabled

SECRETS = "/servicePrincipals/sp-1/synchronization/secrets"


@pytest.mark.parametrize(
    ("entries", "skips"),
    [
        ([{"key": "SecretToken", "value": "*"}], False),
        ([{"key": "SkipOutOfScopeDeletions", "value": "True"}], True),
        ([{"key": "skipOutOfScopeDeletions", "value": "1"}], True),
        ([{"key": "SkipOutOfScopeDeletions", "value": "0"}], False),
        ([{"key": "SkipOutOfScopeDeletions", "value": "perhaps"}], None),
        ([], False),
    ],
)
async def test_the_flag_about_removals_is_read_from_among_the_masked_secrets(
    client: GraphClient, fake: FakeGraph, entries: list[dict[str, Any]], skips: bool | None
) -> None:
    fake.on(SECRETS, Reply(body={"value": entries}))
    assert await GraphReader(client, agents_group=None, admins_group=None).skips_removals(APP) is skips


async def test_a_flag_that_may_not_be_read_is_no_flag_that_is_off(client: GraphClient, fake: FakeGraph) -> None:
    fake.on(SECRETS, refusal(403))
    with pytest.raises(NotAllowedError):
        await GraphReader(client, agents_group=None, admins_group=None).skips_removals(APP)
