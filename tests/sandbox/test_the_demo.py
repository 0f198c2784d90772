"""The demo's company keeps its promises: somebody for every cause, and nobody whom a cycle surprises."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sandbox.tenant import DEMO
from tests.sandbox.company import Visitor

Json = dict[str, Any]

DOC = Path(__file__).parents[2] / "docs" / "sandbox.md"

# name, app, newest row: status, error code or skip reason (None: no row at all)
STORIES = [
    ("jose", "AskCody", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatible"),
    ("greta", "AskCody", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatible"),
    ("agnes", "AskCody", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatible"),
    ("carmen", "AskCody", "failure", "EntryConflict"),
    ("gil", "AskCody", "failure", "AskCodyWorkplacePolicyMismatch"),
    ("nora", "AskCody", "failure", "InvalidAnchor"),
    ("hanna", "AskCody", "skipped", "NotEffectivelyEntitled"),
    ("dmitri", "AskCody", "skipped", "RedundantExport"),
    ("elin", "AskCody", "success", None),
    ("olle", "AskCody", "success", None),
    ("pavel", "AskCody", None, None),
    ("nia", "AskCody", None, None),
    ("jonas", "AskCody", None, None),
    ("bruno", "Zoom", "skipped", "NotEffectivelyEntitled"),
    ("omar", "Zoom", "failure", "LicenseLimitExceeded"),
    ("quentin", "Zoom", "failure", "InvalidDomain"),
    ("petra", "Slack", "failure", "AttributeValidationFailed"),
    ("xenia", "Slack", "failure", "UnprocessableEntity"),
    ("ivana", "Salesforce", "skipped", "NotEffectivelyEntitled"),
    ("sven", "Salesforce", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering"),
    ("kaito", "ServiceNow", "failure", "ImportSkipped"),
    ("lena", "ServiceNow", "failure", "DuplicateSourceEntries"),
    ("mikko", "ServiceNow", "failure", "DuplicateTargetEntries"),
    ("anders", "ServiceNow", "failure", "InvalidLookupReference"),
    ("milo", "ServiceNow", "failure", "SchemaAttributeNotFound"),
    ("ulla_contoso.example#EXT#", "AskCody", "skipped", "RedundantExport"),
    ("rosa", "Figma", "failure", "InsufficientRights"),
    ("tara", "Figma", "failure", "SchemaPropertyCanOnlyAcceptValue"),
    ("yusuf", "Figma", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatible"),
    ("wanda", "Figma", "failure", "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering"),
    ("bea", "Figma", "failure", "TooManyRequests"),
    ("ruben", "Figma", "failure", "InternalError"),
    ("sofia", "Figma", "failure", "WebExceptionProtocolError"),
    ("emil", "Figma", "skipped", "RedundantExport"),
    ("caspar", "Tableau", "failure", "InternalServerError"),
]
JOBS = {
    "AskCody": ("Active", "Active"),
    "DocuSign": ("Quarantine", "Active"),
    "Miro": ("Paused", "Disabled"),
    "Trello": None,
    "Dropbox": ("NotRun", "Active"),
    "Asana": ("Active", "Active"),
    "Box": ("Quarantine", "Active"),
    "GitHub": ("Quarantine", "Disabled"),
}


@pytest.fixture
async def demo(visit: Any) -> Visitor:
    visitor: Visitor = await visit(None)
    return visitor


async def everything(visitor: Visitor) -> Json:
    """Read people, apps and the newest row of everybody in every app."""
    people = {p["userPrincipalName"]: p for p in (await visitor.get("users?$top=999")).rows}
    apps = {a["displayName"]: a for a in (await visitor.get("servicePrincipals?$top=999")).rows}
    rows: dict[tuple[str, str], Json] = {}
    for row in (await visitor.get("auditLogs/provisioning?$top=1000")).rows:
        rows.setdefault((row["servicePrincipal"]["displayName"], row["sourceIdentity"]["id"]), row)
    return {"people": people, "apps": apps, "rows": rows}


def verdict(found: Json, name: str, app: str) -> tuple[str | None, str | None]:
    person = next(each for upn, each in found["people"].items() if upn.split("@")[0] == name)
    row = found["rows"].get((app, person["id"]))
    if row is None:
        return None, None
    info = row["provisioningStatusInfo"]
    error = info["errorInformation"]
    reason = row["provisioningSteps"][-1]["details"].get("SkipReason")
    return info["status"], error["errorCode"] if error else reason


async def test_it_is_a_company_of_the_promised_size(demo: Visitor) -> None:
    raw = msgspec.json.decode(DEMO.read_bytes())
    people = [each for each in raw["users"] if each["givenName"]]
    assert (len(people) >= 40, len(raw["groups"]) >= 8, len(raw["apps"]) >= 6) == (True, True, True)
    agents = (await demo.get(f"groups/{demo.company.agents_group}/members?$select=userPrincipalName")).rows
    admins = (await demo.get(f"groups/{demo.company.admins_group}/members?$select=userPrincipalName")).rows
    assert [each["userPrincipalName"] for each in agents + admins] == [
        "aisha@fabrikam.example",
        "ines@fabrikam.example",
    ]


async def test_everybody_is_found_in_the_state_that_the_story_tells(demo: Visitor) -> None:
    found = await everything(demo)
    for name, app, status, code in STORIES:
        assert verdict(found, name, app) == (status, code), name


async def test_nobodys_story_changes_in_the_first_cycles(demo: Visitor) -> None:
    assert await demo.advance("PT27M") == 0
    await demo.advance("PT13M")
    found = await everything(demo)
    for name, app, status, code in STORIES:
        assert verdict(found, name, app) == (status, code), name
    assert verdict(found, "farah", "AskCody") == ("success", None)  # she was waiting for exactly this
    assert ("AskCody", found["people"]["pavel@fabrikam.example"]["id"]) not in found["rows"]


async def test_the_broken_fail_again_in_the_same_words(demo: Visitor) -> None:
    before = await everything(demo)
    await demo.advance("PT12H")
    after = await everything(demo)
    for key, row in before["rows"].items():
        error = row["provisioningStatusInfo"]["errorInformation"]
        if error is None:
            continue
        again = after["rows"][key]["provisioningStatusInfo"]["errorInformation"]
        assert after["rows"][key]["id"] != row["id"], key
        assert again["errorCode"] == error["errorCode"], key
        assert _words(again["reason"]) == _words(error["reason"]), key


def _words(reason: str) -> str:
    return re.sub(r"retried \d+ times|after this date: \S+", "", reason)


async def test_every_job_is_in_the_state_that_the_story_tells(demo: Visitor) -> None:
    apps = (await everything(demo))["apps"]
    for name, state in JOBS.items():
        rows = (await demo.get(f"servicePrincipals/{apps[name]['id']}/synchronization/jobs")).rows
        found = (rows[0]["status"]["code"], rows[0]["schedule"]["state"]) if rows else None
        assert found == state, name


async def test_jose_is_mended_by_one_patch_and_one_cycle(demo: Visitor) -> None:
    await demo.play("PATCH", "/users/jose@fabrikam.example", {"mail": "jose@fabrikam.example"})
    rows = (await demo.play("POST", "/cycle", {"app": "AskCody"})).body["rows"]
    jose = next(row for row in rows if row["sourceIdentity"]["displayName"] == "José García")
    assert (jose["provisioningStatusInfo"]["status"], jose["provisioningAction"]) == ("success", "create")


async def test_gretas_mail_can_only_be_changed_where_it_comes_from(demo: Visitor) -> None:
    reply = await demo.play("PATCH", "/users/greta@fabrikam.example", {"mail": "greta@fabrikam.example"})
    assert reply.status == 400


async def test_all_workplaces_mixes_people_rooms_and_desks(demo: Visitor) -> None:
    group = (await demo.get("groups?$filter=displayName eq 'All workplaces'")).rows[0]
    members = (await demo.get(f"groups/{group['id']}/members?$select=mail,givenName")).rows
    places: set[str] = set()
    for kind in ("room", "workspace", "desk"):
        places |= {row["emailAddress"] for row in (await demo.get(f"places/microsoft.graph.{kind}")).rows}
    assert len([each for each in members if each["mail"] in places]) == 6
    assert len([each for each in members if each["givenName"]]) == 3


async def test_there_is_something_to_see_for_whoever_watches(demo: Visitor) -> None:
    apps = (await everything(demo))["apps"]
    keys = (await demo.get(f"servicePrincipals/{apps['AskCody']['id']}?$select=keyCredentials")).body["keyCredentials"]
    assert {each["displayName"] for each in keys} == {"CN=Microsoft Azure Federated SSO Certificate"}
    box = f"$filter=servicePrincipal/id eq '{apps['Box']['id']}'"
    rows = (await demo.get(f"auditLogs/provisioning?{box}")).rows
    assert [row["provisioningAction"] for row in rows] == ["stagedDelete"] * 4
    reception = (await demo.get("users/reception@fabrikam.example/mailboxSettings/userPurpose")).body
    assert reception["value"] == "shared"


async def test_two_people_share_a_name_and_one_is_deleted(demo: Visitor) -> None:
    assert len((await demo.get("users?$filter=displayName eq 'Maja Nowak'")).rows) == 2
    deleted = (await demo.get("directory/deletedItems/microsoft.graph.user")).rows
    assert [each["displayName"] for each in deleted] == ["Viktor Sandström"]


def test_the_document_tells_of_everybody_in_a_story() -> None:
    text = DOC.read_text()
    for name, app, _, _ in STORIES:
        assert re.search(rf"`{name}@[^`]*`.*{app}", text), name
