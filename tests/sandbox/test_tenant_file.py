"""A tenant file is read strictly: every refusal is one sentence that starts with the JSON path."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox import TenantFileError, start
from sandbox.tenant import read_tenant
from tests.sandbox.company import ADA, APP, ROLE, app_of, small

Json = dict[str, Any]

NOBODY = "99999999-9999-4999-8999-999999999999"


def read(world: Any, folder: Path) -> None:
    path = folder / "tenant.json"
    path.write_text(json.dumps(world))
    read_tenant(path)


@pytest.mark.parametrize(
    ("where", "value", "path"),
    [
        (("colour",), "red", "$.colour"),
        (("tenant", "id"), "not a guid", "$.tenant.id"),
        (("now",), "next week", "$.now"),
        (("now",), 5, "$.now"),
        (("users", 1, "shoeSize"), 41, "$.users[1].shoeSize"),
        (("users", 1, "mail"), 41, "$.users[1].mail"),
        (("users", 1, "userType"), "Robot", "$.users[1].userType"),
        (("users", 1, "id"), ADA, "$.users[1].id"),
        (("users", 1, "userPrincipalName"), "ADA@small.example", "$.users[1].userPrincipalName"),
        (("users", 1, "createdDateTime"), "-P1M", "$.users[1].createdDateTime"),
        (("users", 1, "manager"), NOBODY, "$.users[1].manager"),
        (("groups", 0, "members", 1), NOBODY, "$.groups[0].members[1]"),
        (("roles",), {"agents": NOBODY}, "$.roles.agents"),
        (("places",), [{"emailAddress": "x", "displayName": "x", "kind": "lift"}], "$.places[0].kind"),
        (("apps", 0, "owners"), [NOBODY], "$.apps[0].owners[0]"),
        (("apps", 0, "assignments", 1, "principalId"), NOBODY, "$.apps[0].assignments[1].principalId"),
        (("apps", 0, "assignments", 1, "appRoleId"), NOBODY, "$.apps[0].assignments[1].appRoleId"),
        (("apps", 0, "credentials"), "basic", "$.apps[0].credentials"),
        (("apps", 0, "job", "status", "code"), "Busy", "$.apps[0].job.status.code"),
        (("apps", 0, "job", "schedule"), {"interval": "40 minutes"}, "$.apps[0].job.schedule.interval"),
        (("apps", 0, "job", "status", "lastExecution", "timeBegan"), None, "$.apps[0].job.status.lastExecution.time"),
        (("apps", 0, "schema"), {"rules": []}, "$.apps[0].schema"),
        (("apps", 0, "target", "chairs"), 4, "$.apps[0].target.chairs"),
        (("apps", 0, "target", "seats"), "four", "$.apps[0].target.seats"),
        (("apps", 0, "target", "accounts"), [{"displayName": "x"}], "$.apps[0].target.accounts[0].userName"),
        (("apps", 0, "target", "accounts", 0, "emails"), ["x"], "$.apps[0].target.accounts[0].emails[0]"),
        (
            ("apps", 0, "target", "rejects"),
            [{"attribute": "title", "pattern": "("}],
            "$.apps[0].target.rejects[0].pattern",
        ),
        (("apps", 0, "log"), [{"activityDateTime": "-PT1H"}], "$.apps[0].log[0]"),
        (("faults",), {"latencyMs": -1}, "$.faults.latencyMs"),
    ],
)
def test_a_mistake_is_named_by_its_path(where: tuple[Any, ...], value: Any, path: str, tmp_path: Path) -> None:
    world = small()
    spot: Any = world
    for step in where[:-1]:
        spot = spot[step]
    spot[where[-1]] = value
    with pytest.raises(TenantFileError) as refused:
        read(world, tmp_path)
    text = str(refused.value)
    assert text.startswith(path)
    assert ": " in text
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_what_is_no_json_object_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(text)
    with pytest.raises(TenantFileError, match=r"^\$: "):
        read_tenant(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError, match="cannot be read"):
        read_tenant(tmp_path / "missing.json")


async def test_start_refuses_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "tenant.json"
    path.write_text(json.dumps(small() | {"colour": "red"}))
    with pytest.raises(TenantFileError, match=r"^\$\.colour: this key is not known here\.$"):
        await start(path)


def test_a_row_copied_out_of_graph_may_keep_its_annotations(tmp_path: Path) -> None:
    world = small()
    world["users"][0] |= {"@odata.context": "https://x/$metadata#users", "@odata.id": "x"}
    app_of(world)["assignments"][0] |= {"resourceId": APP, "principalType": "Group", "id": "abc"}
    read(world, tmp_path)


async def test_an_almost_empty_file_is_a_company_with_defaults(visit: Any, world: Json) -> None:
    visitor = await visit({"tenant": world["tenant"]})
    assert (await visitor.get("users")).rows == []
    assert visitor.company.agents_group is None
    assert visitor.company.people() == []


async def test_what_is_left_out_gets_a_sensible_default(visit: Any, world: Json) -> None:
    minimal = {"id": APP, "appId": ROLE, "displayName": "Bare", "assignments": [{"principalId": ADA}]}
    visitor = await visit(world | {"apps": [minimal]})
    grant = (await visitor.get(f"servicePrincipals/{APP}/appRoleAssignedTo")).rows[0]
    assert grant["appRoleId"] == "00000000-0000-0000-0000-000000000000"
    job = (await visitor.get(f"servicePrincipals/{APP}/synchronization/jobs")).rows[0]
    assert job["templateId"] == "scim"
    rows = (await visitor.play("POST", "/cycle", {"app": "Bare"})).body["rows"]
    assert [row["provisioningAction"] for row in rows] == ["create"]


async def test_instants_may_be_counted_from_the_start(visit: Any, world: Json) -> None:
    world["users"][0] |= {"createdDateTime": "-P2DT3H"}
    visitor = await visit(world)
    reply = await visitor.get(f"users/{ADA}?$select=createdDateTime")
    assert reply.body["createdDateTime"] == "2026-10-31T05:00:00Z"


async def test_the_people_of_a_company_are_offered_without_graph(visit: Any, world: Json) -> None:
    world["users"][2]["deletedDateTime"] = "-P1D"
    people = (await visit(world)).company.people()
    assert [(each.displayName, each.userPrincipalName) for each in people] == [
        ("Ada Ek", "ada@small.example"),
        ("Ben Ny", "ben@small.example"),
        ("Dora Hav", "dora@small.example"),
    ]
