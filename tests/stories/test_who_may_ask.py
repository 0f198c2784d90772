"""A person hears about themself, an agent about anybody, and nobody by clicking more than by asking."""

from tests.stories.house import House
from tests.stories.teams import Speaker


async def test_a_person_hears_the_kind_version_about_themself(house: House) -> None:
    card = await house.teams.say(house.person("jose"), "why am I not in AskCody")
    assert "provision" not in card.buttons
    assert "StatusCode" not in card.text
    assert "SystemForCrossDomain" not in card.text
    assert "open_ticket" in card.buttons


async def test_a_person_who_asks_about_somebody_else_hears_a_polite_no_and_who_may(house: House) -> None:
    known = await house.teams.say(house.person("olle"), "why can't José get into AskCody")
    unknown = await house.teams.say(house.person("olle"), "why can't Zebulon Quux get into AskCody")
    assert "mail" not in known.text
    assert "helpdesk" in known.text.casefold()
    assert known.text.replace("José", "") == unknown.text.replace("Zebulon Quux", ""), (
        "a no tells nothing about who exists"
    )


async def test_somebody_elses_click_on_an_agents_card_is_refused_and_tells_nothing(house: House) -> None:
    card = await house.teams.say(house.person("aisha"), "why can't José get into AskCody")
    for verb in ("provision", "refresh", "open_ticket"):
        answer = await house.teams.click(house.person("olle"), card, verb)
        assert answer["type"] == "application/vnd.microsoft.error", verb
        assert "mail" not in str(answer["value"])
    assert (await house.counters()).get("provisionOnDemand", 0) == 0


async def test_a_role_taken_away_a_moment_ago_no_longer_provisions(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.leave_group(house.company.agents_group or "", aisha.id)
    await house.teams.click(aisha, card, "provision")
    assert (await house.counters()).get("provisionOnDemand", 0) == 0


async def test_somebody_the_tenant_does_not_know_is_told_so(house: House) -> None:
    stranger = Speaker("99999999-9999-4999-8999-999999999999", "Stranger")
    answer = await house.teams.say(stranger, "status jose@fabrikam.example in AskCody")
    assert "mail" not in answer.text
