"""Many people at once: a pasted list becomes a table, one click starts it, and the card follows each of them."""

from tests.stories.house import House
from tests.stories.teams import actions_of


def _some(house: House, count: int) -> list[str]:
    """Addresses of people with a mail address: some are in AskCody already, some fail, some can be provisioned."""
    return [one.userPrincipalName for one in house.company.people() if one.mail][:count]


async def test_a_pasted_list_becomes_a_table_and_one_click_provisions_them(house: House) -> None:
    aisha = house.person("aisha")
    addresses = _some(house, 12)
    card = await house.teams.say(aisha, "provision these in AskCody:\n" + "\n".join([*addresses, "Xaver Nobody"]))
    assert "I found nobody of this name" in card.text
    start = next(
        action
        for action in actions_of(card.card)
        if action.get("verb") == "crowd_start" and not action["data"]["everybody"]
    )
    assert (await house.counters())["provisionOnDemand"] == 0, "a sentence changes nothing"
    await house.teams.click(aisha, card, "crowd_start", **start["data"])
    assert "crowd_pause" in card.buttons
    ended = await house.teams.see(lambda shown: shown.id == card.id and "Took" in shown.text, what="the end")
    wanted = int(start["title"].split()[1])
    assert (await house.counters())["provisionOnDemand"] == wanted, "one call each"
    assert f"of {wanted} " in ended.text
    news = await house.teams.see(lambda shown: "C-1 has ended" in shown.text, what="the news")
    assert news.conversation == card.conversation


async def test_people_without_a_role_bring_no_lists(house: House) -> None:
    card = await house.teams.say(house.person("olle"), "provision these in AskCody:\na@x.example\nb@x.example")
    assert "Only the helpdesk may provision people" in card.text


async def test_everybody_who_fails_for_a_reason_is_found_by_the_log(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "provision everybody who fails in AskCody because of mail")
    table = await house.teams.see(
        lambda shown: shown.id == card.id and "Left out" in shown.text, what="the table of who fails"
    )
    assert "José García" in table.text
    assert "the mail address is empty" in table.text
