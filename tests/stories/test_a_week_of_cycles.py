"""A week of cycles on the company's clock: the course, silence, quarantine, and what the card says of each."""

import pytest

from tests.stories.house import House
from tests.stories.teams import Shown, actions_of

HOW = "how is AskCody syncing"


async def asked(house: House, text: str = HOW, who: str = "aisha") -> Shown:
    return await house.teams.say(house.person(who), text)


async def quiet_elsewhere(house: House) -> None:
    """Pause every other app's job: weeks of cycles of a whole company take a minute to play."""
    for app in (await house.graph("GET", "/servicePrincipals?$select=id,displayName"))["value"]:
        jobs = f"/servicePrincipals/{app['id']}/synchronization/jobs"
        for job in (await house.graph("GET", jobs))["value"] if app["displayName"] != "AskCody" else ():
            await house.graph("POST", f"{jobs}/{job['id']}/pause")


async def test_after_a_week_the_card_shows_the_course_of_the_cycles_that_were_seen(house: House) -> None:
    await quiet_elsewhere(house)
    for _day in range(4):
        await asked(house)
        await house.play("/clock", {"advance": "P1DT17H"})
    card = await asked(house)
    charts = [block for block in card.card["body"] if str(block.get("type", "")).startswith("Chart.")]
    assert len(charts) == 1
    failed, written = charts[0]["data"]
    assert len(failed["values"]) == len(written["values"]) >= 3
    assert "oldest first: failed" in charts[0]["fallback"]["text"]


async def test_credentials_that_run_out_lead_the_card_with_the_day_of_switching_off(house: House) -> None:
    await quiet_elsewhere(house)
    await house.play("/apps/AskCody/target", {"credentialsExpired": True}, method="PATCH")
    await house.play("/clock", {"advance": "PT45M"})
    card = await asked(house)
    assert card.text.startswith("AskCody is not syncing: the app rejects the saved credentials.")
    assert "Switched off on:" in card.text.replace("*", "")
    await house.play("/clock", {"advance": "P29D"})
    card = await asked(house)
    assert card.text.startswith("AskCody is not syncing: after four weeks of quarantine its job was switched off")


async def test_errors_that_were_dropped_in_the_first_cycle_are_told_until_a_restart_forgets_them(house: House) -> None:
    ines = house.person("ines")
    await house.play("/apps/Zoom/job", {"status": {"escrowsPruned": True, "code": "Paused"}}, method="PATCH")
    card = await asked(house, "how is Zoom syncing")
    assert card.text.startswith("Zoom is not syncing: its job is paused.")
    assert "Zoom met its error limit in the first cycle" in card.text, "why it is paused"
    await house.play("/apps/Zoom/job", {"status": {"code": "Active"}}, method="PATCH")
    card = await asked(house, "how is Zoom syncing", "ines")
    assert card.text.startswith("Zoom met its error limit in the first cycle: errors were dropped.")
    assert "those that were dropped are not retried" in card.text
    restart = next(one for one in actions_of(card.card) if one.get("data", {}).get("kind") == "restart")
    await house.teams.click(ines, card, "plan_order", **restart["data"])
    await house.teams.click(ines, card, "agree_order")
    await house.teams.see(lambda one: one.id == card.id and "is being watched" in one.text, what="the restart")
    assert "error limit" not in (await asked(house, "how is Zoom syncing")).text


async def test_a_job_that_somebody_stopped_is_paused_and_not_silent(house: House) -> None:
    jobs = "/servicePrincipals/c0000000-0000-4000-8000-000000000001/synchronization/jobs"
    job = (await house.graph("GET", jobs))["value"][0]["id"]
    await house.graph("POST", f"{jobs}/{job}/pause")
    await house.play("/clock", {"advance": "PT5H"})
    card = await asked(house)
    assert card.text.startswith("AskCody is not syncing: its job is paused.")
    assert "is silent" not in card.text


async def test_cycles_without_a_row_after_somebody_was_assigned_are_called_a_quiet_log(house: House) -> None:
    target = "c0000000-0000-4000-8000-000000000001"
    newcomer = next(one.id for one in house.company.people() if one.userPrincipalName.startswith("maja."))
    roles = (await house.graph("GET", f"/servicePrincipals/{target}?$select=appRoles"))["appRoles"]
    await house.play("/faults", {"logLagSeconds": 86400})
    grant = {"principalId": newcomer, "resourceId": target, "appRoleId": roles[0]["id"]}
    await house.graph("POST", f"/servicePrincipals/{target}/appRoleAssignedTo", grant)
    assert "its log is quiet" not in (await asked(house)).text
    await house.play("/clock", {"advance": "PT3H"})
    card = await asked(house)
    assert "AskCody reports cycles, but its log is quiet although people were assigned." in card.text
    assert "the log shows no row after it" in card.text


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("DocuSign", "DocuSign is not syncing: the app rejects the saved credentials."),
        ("Box", "Box holds removals back"),
        ("GitHub", "GitHub is not syncing: after four weeks of quarantine its job was switched off"),
        ("Notion", "Notion is not syncing properly: its job is in quarantine."),
        ("Webex", "Webex is not syncing: the app rejects the saved credentials."),
        ("Asana", "Asana is silent: its job should run, and no cycle was reported for 9 hours."),
        ("Miro", "Miro is not syncing: its job is paused."),
        ("Trello", "Trello is not synced: provisioning was never set up for it."),
        ("Dropbox", "Dropbox is set up, but its job has not run yet."),
    ],
)
async def test_each_standing_job_of_the_company_is_told_for_what_it_is(house: House, app: str, said: str) -> None:
    assert (await asked(house, f"how is {app} syncing")).text.startswith(said)


async def test_all_apps_stand_on_one_card_the_worst_first(house: House) -> None:
    card = await asked(house, "status of all apps")
    order = [card.text.index(f"**{name}:**") for name in ("GitHub", "DocuSign", "Box", "Miro", "Zoom")]
    assert order == sorted(order)
    assert "{{DATE(0001" not in card.text
