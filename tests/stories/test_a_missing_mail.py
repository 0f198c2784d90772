"""The first user's story: José's mail is empty; an agent asks, somebody fills it in, the agent clicks."""

from tests.stories.house import House


async def test_the_card_leads_with_the_empty_mail_and_says_who_fills_it_in(house: House) -> None:
    card = await house.teams.say(house.person("aisha"), "why can't José get into AskCody")
    first, *_ = card.text.splitlines()
    assert "José García" in first
    assert "mail" in card.text
    assert "Entra" in card.text
    assert {"provision", "refresh", "open_ticket"} <= set(card.buttons)


async def test_for_an_account_from_on_premises_the_card_sends_people_there(house: House) -> None:
    upn = "greta@fabrikam.example"
    card = await house.teams.say(house.person("aisha"), f"status {upn} in AskCody")
    assert "on-premises" in card.text


async def test_clicking_before_the_mend_fails_in_the_apps_own_words(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.teams.click(aisha, card, "provision")
    settled = await house.teams.see(
        lambda shown: shown.id == card.id and "provision" in shown.buttons and len(shown.edits) > 1, what="the outcome"
    )
    assert "mail" in settled.text
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_after_the_mend_a_click_provisions_and_the_card_says_what_was_verified(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.teams.click(aisha, card, "provision")
    assert "provision" not in card.buttons, "a running card offers no second run"
    done = await house.teams.see(
        lambda shown: shown.id == card.id and "provisioning log" in shown.text and len(shown.edits) > 1,
        what="the verified outcome",
    )
    assert "José García" in done.text
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_a_second_click_on_a_running_card_starts_nothing_more(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    offered = card.activity
    await house.teams.click(aisha, card, "provision")
    card.activity = offered  # another device still shows the first card
    await house.teams.click(aisha, card, "provision")
    await house.teams.see(lambda shown: shown.id == card.id and "provisioning log" in shown.text, what="the outcome")
    assert (await house.counters())["provisionOnDemand"] == 1


async def test_once_mended_the_next_cycle_does_it_alone_and_refresh_shows_it(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.teams.click(aisha, card, "refresh")
    assert "next cycle" in card.text.casefold()
    await house.play("/clock", {"advance": "PT40M"})
    await house.teams.click(aisha, card, "refresh")
    assert "provision" not in card.buttons or "✓" in card.text
    assert "has an account" in card.text or "arrived" in card.text
    assert "provisionOnDemand" not in {name for name, value in (await house.counters()).items() if value}


async def test_while_the_log_lags_the_card_claims_nothing_that_was_not_seen(house: House) -> None:
    aisha = house.person("aisha")
    await house.play("/faults", {"logLagSeconds": 600})
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    await house.set_mail("jose", "jose@fabrikam.example")
    await house.teams.click(aisha, card, "provision")
    waiting = await house.teams.see(
        lambda shown: shown.id == card.id and "does not show" in shown.text, what="the card that waits for the log"
    )
    assert "fixed" not in waiting.text.casefold()
