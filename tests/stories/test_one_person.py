"""One person, provisioned: what a typed wish shows, and every way in which a run ends, over real HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from tests.stories.house import House
from tests.stories.teams import Shown

ASKCODY = "c0000000-0000-4000-8000-000000000001"
SLACK = "c0000000-0000-4000-8000-000000000003"
MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


async def wish(house: House, who: str, app: str = "AskCody") -> Shown:
    return await house.teams.say(house.person("aisha"), f"provision {who}@fabrikam.example in {app}")


async def runs(house: House) -> int:
    return (await house.counters()).get("provisionOnDemand", 0)


async def ended(house: House, card: Shown, words: str) -> Shown:
    return await house.teams.see(lambda shown: shown.id == card.id and words in shown.text, what=words)


# What a typed wish shows


async def test_a_typed_wish_shows_what_was_checked_and_does_nothing(house: House) -> None:
    await house.set_mail("jose", "jose@fabrikam.example")
    card = await wish(house, "jose")
    assert card.text.splitlines()[0] == "José García can be provisioned to AskCody now."
    assert "✓ The account is enabled." in card.text
    assert "✓ Assigned directly." in card.text
    assert "provision" in card.buttons
    assert await runs(house) == 0


async def test_what_would_fail_is_said_before_the_click(house: House) -> None:
    card = await wish(house, "jose")
    assert "would most likely fail now" in card.text.splitlines()[0]
    assert "✗ Empty: the mail address" in card.text
    assert "provision" in card.buttons


async def test_what_would_take_an_account_away_has_no_button(house: House) -> None:
    card = await wish(house, "pavel")
    assert card.text.splitlines()[0].startswith("I cannot provision Pavel Novák")
    assert "✗ Not assigned to the app." in card.text
    assert "provision" not in card.buttons


async def test_somebody_who_is_there_is_found_in_sync_by_the_run(house: House) -> None:
    card = await wish(house, "dmitri")
    assert "is in AskCody already" in card.text.splitlines()[0]
    await house.teams.click(house.person("aisha"), card, "provision")
    done = await ended(house, card, "everything there is already up to date")
    assert "Verified by Microsoft's answer" in done.text


async def test_somebody_whose_role_entitles_to_nothing_is_not_provisioned(house: House) -> None:
    card = await wish(house, "ivana", "Salesforce")
    assert "provision" not in card.buttons


async def test_a_mail_group_is_no_assignment(house: House) -> None:
    card = await wish(house, "jonas")
    assert "provision" not in card.buttons


# The connector that has to be stopped first


async def test_a_connector_with_consent_is_named_and_refuses_in_microsofts_words_when_somebody_insists(
    house: House,
) -> None:
    card = await wish(house, "petra", "Slack")
    assert "only while the job is stopped" in card.text
    assert card.buttons["provision"]["title"] == "Provision anyway"
    await house.teams.click(house.person("aisha"), card, "provision")
    no = await ended(house, card, "does not fit the job")
    assert "RequestParameterInvalid" in no.text


async def test_once_its_job_is_stopped_the_run_is_taken(house: House) -> None:
    job = (await house.graph("GET", f"/servicePrincipals/{SLACK}/synchronization/jobs"))["value"][0]["id"]
    await house.graph("POST", f"/servicePrincipals/{SLACK}/synchronization/jobs/{job}/pause")
    card = await wish(house, "petra", "Slack")
    assert card.buttons["provision"]["title"] == "Provision now"
    await house.teams.click(house.person("aisha"), card, "provision")
    await ended(house, card, "was not provisioned")
    assert await runs(house) == 1


# How a run ends


async def test_what_was_written_is_shown_attribute_by_attribute(house: House) -> None:
    await house.set_mail("jose", "jose@fabrikam.example")
    card = await wish(house, "jose")
    await house.teams.click(house.person("aisha"), card, "provision")
    done = await ended(house, card, "is provisioned to AskCody")
    assert "**userName:** (empty) → jose@fabrikam.example" in done.text
    for step in ("1 Import", "2 In scope", "3 Match", "4 Act"):
        assert f"**{step}:** ✓ done" in done.text


async def test_a_failure_is_explained_by_the_new_error_and_not_by_the_old_one(house: House) -> None:
    card = await wish(house, "jose")
    carmens = (await house.graph("GET", "/users/carmen@fabrikam.example?$select=mail"))["mail"]
    await house.set_mail("jose", carmens)
    await house.teams.click(house.person("aisha"), card, "provision")
    failed = await ended(house, card, "was not provisioned to AskCody")
    first = failed.text.splitlines()[0]
    assert "mail address is empty" not in first
    assert "already" in first


async def test_an_account_without_its_manager_is_a_half_truth_of_its_own(house: House) -> None:
    aisha = house.person("aisha")
    boss = await wish(house, "tomas")
    await house.teams.click(aisha, boss, "provision")  # now the job knows his account, so that it can be pointed at
    await ended(house, boss, "Tomas Bauer is")
    await house.set_mail("jose", "jose@fabrikam.example")
    refusal = {"attribute": MANAGER, "pattern": ".*", "detail": "The manager is not known here."}
    await house.play("/apps/AskCody/target", {"rejects": [refusal]}, method="PATCH")
    card = await wish(house, "jose")
    await house.teams.click(aisha, card, "provision")
    done = await ended(house, card, "is in AskCody, but without this: the manager.")
    assert "provision" not in done.buttons


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"status": 401, "code": "UnknownError", "message": ""}, "Three reasons are known"),
    ({"status": 403, "code": "Authorization_RequestDenied"}, "Synchronization.ReadWrite.All"),
    ({"status": 404, "code": "Request_ResourceNotFound"}, "is not there any more (404)"),
    ({"status": 400, "code": "CredentialsMissing"}, "Nobody has saved credentials"),
    ({"status": 400, "code": "RequestParameterInvalid"}, "its mappings were changed a moment ago"),
    ({"status": 400, "code": "SalesforceInvalidCredentials"}, "does not accept the credentials"),
    ({"status": 400, "code": "SomethingNew"}, "SomethingNew"),
]


@pytest.mark.parametrize(("refusal", "words"), REFUSALS, ids=[f"{r['status']} {r['code']}" for r, _ in REFUSALS])
async def test_each_of_graphs_refusals_has_its_own_words(house: House, refusal: dict[str, Any], words: str) -> None:
    await house.set_mail("jose", "jose@fabrikam.example")
    card = await wish(house, "jose")
    await house.play("/faults", {"failNext": [{"path": "provisionOnDemand", "method": "POST", "times": 1, **refusal}]})
    await house.teams.click(house.person("aisha"), card, "provision")
    no = await ended(house, card, words)
    assert "was not provisioned" in no.text.splitlines()[0]
    assert await runs(house) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(429, "too many calls (429)"), (409, "something else is changing"), (503, "not available right now")],
)
async def test_what_passes_is_waited_for_in_its_own_words_and_then_succeeds(
    house: House, status: int, words: str
) -> None:
    await house.set_mail("jose", "jose@fabrikam.example")
    card = await wish(house, "jose")
    busy = {"path": "provisionOnDemand", "method": "POST", "status": status, "times": 1, "retryAfter": 2}
    await house.play("/faults", {"failNext": [busy]})
    await house.teams.click(house.person("aisha"), card, "provision")
    await ended(house, card, words)
    await ended(house, card, "is provisioned to AskCody")
    assert await runs(house) == 2, "one that was refused, one that counted"


# A fresh assignment


async def assign(house: House, who: str) -> None:
    """As an identity admin does it in Entra."""
    person = house.person(who)
    roles = await house.graph("GET", f"/servicePrincipals/{ASKCODY}?$select=appRoles")
    grant = {"principalId": person.id, "resourceId": ASKCODY, "appRoleId": roles["appRoles"][0]["id"]}
    await house.graph("POST", f"/servicePrincipals/{ASKCODY}/appRoleAssignedTo", grant)


async def test_a_fresh_assignment_gets_a_second_try_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provisioning.casework.errands.SETTLING", timedelta(seconds=3))
    await house.play("/faults", {"assignmentLagSeconds": 3})
    await assign(house, "bruno")
    card = await wish(house, "bruno")
    await house.teams.click(house.person("aisha"), card, "provision")
    waiting = await ended(house, card, "I try once more at")
    assert "did not know the assignment yet" in waiting.text
    await ended(house, card, "is provisioned to AskCody")
    assert await runs(house) == 2


async def test_the_second_try_can_be_called_off(house: House) -> None:
    aisha = house.person("aisha")
    await house.play("/faults", {"assignmentLagSeconds": 600})
    await assign(house, "bruno")
    card = await wish(house, "bruno")
    await house.teams.click(aisha, card, "provision")
    await ended(house, card, "I try once more at")
    await house.teams.click(aisha, card, "call_off")
    assert "Aisha Khan called it off." in card.text
    assert await runs(house) == 1


# Who clicks


async def test_a_click_by_somebody_whose_role_was_taken_away_a_second_ago_does_nothing(house: House) -> None:
    aisha = house.person("aisha")
    await house.set_mail("jose", "jose@fabrikam.example")
    card = await wish(house, "jose")
    assert house.company.agents_group is not None
    await house.leave_group(house.company.agents_group, aisha.id)
    answer = await house.teams.click(aisha, card, "provision")
    assert answer["type"] == "application/vnd.microsoft.error"
    assert await runs(house) == 0


async def test_of_two_agents_on_one_card_the_second_is_told_who_has_it(house: House) -> None:
    aisha, ines = house.person("aisha"), house.person("ines")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.play("/faults", {"logLagSeconds": 600})
    card = await house.teams.say(
        aisha, "provision jose@fabrikam.example in AskCody", where="19:team@thread.tacv2", kind="channel"
    )
    offered = card.activity
    await house.teams.click(aisha, card, "provision")
    card.activity = offered  # what Ines still sees
    answer = await house.teams.click(ines, card, "provision")
    assert "changed since" in answer["value"]
    shown = await ended(house, card, "does not show it yet")
    assert "Started by Aisha Khan" in shown.text
    assert await runs(house) == 1
