"""An index only narrows: what is found is the same as if everybody had been looked at."""

from typing import Any

import pytest

from sandbox.finding import People, Rows
from sandbox.graph.logs import ROWS
from sandbox.graph.users import USERS
from sandbox.listing import Asked, answer_list
from sandbox.tenant import DEMO, read_tenant
from sandbox.world import World, first_day

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> World:
    return first_day(read_tenant(DEMO))


def _asked(**options: str) -> Asked:
    named = {f"${name}": value for name, value in options.items()}
    return Asked(url="http://x/v1.0/y", context="http://x/v1.0/$metadata", options=named, eventual=True)


@pytest.mark.parametrize(
    ("options", "narrows"),
    [
        ({"search": '"displayName:jos"'}, True),
        ({"search": '"displayName:García jos" OR "mail:olle@"'}, True),
        ({"search": '"displayName:jose" OR "userPrincipalName:AISHA"'}, True),
        ({"search": '"displayName:jos" AND "mail:jose"'}, False),
        ({"search": '"displayName:?"'}, False),
        ({"search": '"department:Sales"'}, False),
        ({"filter": "userPrincipalName eq 'JOSE@fabrikam.example' or mail eq 'olle@fabrikam.example'"}, True),
        ({"filter": "proxyAddresses/any(p:p eq 'smtp:olle@fabrikam.example')"}, True),
        ({"filter": "mail eq 'olle@fabrikam.example' and accountEnabled eq true"}, False),
        ({"filter": "startswith(displayName,'Jo')"}, False),
        ({"filter": "mail eq 'nobody@fabrikam.example'"}, True),
        ({}, False),
    ],
)
def test_a_narrowed_list_of_people_answers_alike(world: World, options: dict[str, str], narrows: bool) -> None:
    asked, people = _asked(**options), People(world.users.values())
    candidates = people.candidates(asked.options)
    assert (len(candidates) < len(people.present)) is narrows
    found = answer_list(candidates, USERS, asked)["value"]
    everybody = answer_list(people.present, USERS, asked)["value"]
    assert sorted(user["id"] for user in found) == sorted(user["id"] for user in everybody)


@pytest.mark.parametrize(
    ("text", "narrows"),
    [
        ("sourceIdentity/id eq '{jose}'", True),
        ("servicePrincipal/id eq '{app}' and sourceIdentity/id eq '{jose}' and activityDateTime gt 2020-01-01", True),
        ("(sourceIdentity/id eq '{jose}' or sourceIdentity/id eq '{olle}') and servicePrincipal/id eq '{app}'", True),
        ("sourceIdentity/id eq '{jose}' or provisioningAction eq 'create'", False),
        ("not (sourceIdentity/id eq '{jose}')", False),
        ("contains(sourceIdentity/id,'{jose}')", False),
        (
            "servicePrincipal/id eq '{app}' and provisioningStatusInfo/status eq 'failure'"
            " and activityDateTime gt 2020-01-01T00:00:00Z",
            True,
        ),
        ("servicePrincipal/id eq '{app}' and provisioningStatusInfo/status eq 'failure'", False),
        ("sourceIdentity/displayName eq 'a or b' and sourceIdentity/id eq '{jose}'", True),
    ],
)
def test_a_narrowed_log_answers_alike(world: World, text: str, narrows: bool) -> None:
    app = next(iter(world.apps.values()))
    people = {user["userPrincipalName"].partition("@")[0]: user["id"] for user in world.users.values()}
    text = text.format(app=app.id, jose=people["jose"], olle=people["olle"])
    asked, candidates = _asked(filter=text), Rows().candidates(app.log, text)
    assert (len(candidates) < len(app.log)) is narrows
    found = answer_list(candidates, ROWS, asked)["value"]
    every = answer_list(app.log, ROWS, asked)["value"]
    assert sorted(row["id"] for row in found) == sorted(row["id"] for row in every)


def test_a_row_that_is_written_later_is_found(world: World) -> None:
    log: list[Json] = [{"sourceIdentity": {"id": "a"}}]
    rows, text = Rows(), "sourceIdentity/id eq 'a'"
    assert len(rows.candidates(log, text)) == 1
    log.append({"sourceIdentity": {"id": "a"}})
    assert len(rows.candidates(log, text)) == 2


def test_somebody_who_is_renamed_is_found_by_the_new_name(world: World) -> None:
    jose = world.find_user("jose@fabrikam.example")
    assert jose is not None
    before = jose["userPrincipalName"]
    jose["userPrincipalName"] = "pepe@fabrikam.example"
    world.changed()
    assert world.find_user("Pepe@fabrikam.example") is jose
    assert world.find_user(before) is None
    jose["userPrincipalName"] = before
    world.changed()
