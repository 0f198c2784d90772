"""*Open ticket* on a message: a form with its words, one ticket in the name of who sends it, told in their own chat."""

from typing import Any

from tests.stories.house import House
from tests.stories.teams import Speaker

GROUP = "19:some-group@thread.v2"


def invoke(house: House, who: Speaker, name: str, **value: Any) -> dict[str, Any]:
    payload = {
        "id": "1700000000000",
        "body": {"contentType": "html", "content": "<p>Nobody can book a <b>desk</b> &amp; it hurts</p>"},
        "from": {"user": {"displayName": "Maja Lind"}},
    }
    return house.teams._activity(who, GROUP, "groupChat") | {
        "type": "invoke",
        "name": name,
        "value": {"commandId": "openTicket", "messagePayload": payload, **value},
    }


async def test_the_form_holds_the_messages_words_and_sending_it_opens_one_ticket(house: House) -> None:
    olle = house.person("olle")
    await house.teams.say(olle, "hello")
    status, form = await house.teams.post(invoke(house, olle, "composeExtension/fetchTask"))
    assert status == 200
    card = form["task"]["value"]["card"]["content"]
    field = next(block for block in card["body"] if block["type"] == "Input.Text")
    assert field["value"] == "Nobody can book a desk & it hurts"
    assert "Maja Lind" in str(card)
    for _ in range(2):  # pressed twice, by another id each time
        status, done = await house.teams.post(
            invoke(house, olle, "composeExtension/submitAction", data={"text": "Nobody can book a desk"})
        )
        assert (status, "SD-1001 is open" in done["task"]["value"]) == (200, True)
    own = await house.teams.see(
        lambda shown: shown.conversation == f"a:{olle.id}" and "withdraw_ticket" in shown.verbs, what="the own card"
    )
    assert "Nobody can book a desk" in own.text
    listed = await house.teams.say(olle, "my tickets")
    assert ("SD-1001" in listed.text, "SD-1002" in listed.text) == (True, False)


async def test_without_words_the_form_stays(house: House) -> None:
    olle = house.person("olle")
    sent = invoke(house, olle, "composeExtension/submitAction", data={"text": "  "})
    _status, again = await house.teams.post(sent)
    assert again["task"]["type"] == "continue"


async def test_who_has_no_chat_with_the_bot_is_told_that_nothing_can_follow(house: House) -> None:
    sent = invoke(house, house.person("olle"), "composeExtension/submitAction", data={"text": "help"})
    _status, done = await house.teams.post(sent)
    assert "Write to me once" in done["task"]["value"]


async def test_somebody_elses_command_opens_nothing(house: House) -> None:
    olle = house.person("olle")
    sent = invoke(house, olle, "composeExtension/submitAction", commandId="pay", data={"text": "help"})
    _status, done = await house.teams.post(sent)
    assert "SD-" not in done["task"]["value"]
