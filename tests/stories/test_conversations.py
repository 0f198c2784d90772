"""What people say besides the main question, where they say it, and what is delivered twice."""

from uuid import uuid4

import pytest

from tests.stories.house import House

GROUP, CHANNEL = "19:group@thread.v2", "19:room@thread.tacv2"


@pytest.mark.parametrize(("where", "kind"), [(GROUP, "groupChat"), (CHANNEL, "channel")])
async def test_in_a_group_and_in_a_channel_a_mention_is_answered_there(house: House, where: str, kind: str) -> None:
    card = await house.teams.say(house.person("aisha"), "why can't José get into AskCody", where=where, kind=kind)
    assert "José García" in card.text.splitlines()[0]
    assert "Everybody in this conversation can read this card" in card.text


async def test_help_and_nonsense_are_answered_and_differ(house: House) -> None:
    olle = house.person("olle")
    answers = [(await house.teams.say(olle, text)).text for text in ("help", "hi", "", "flurbish wompel")]
    assert all(answers)
    assert answers[3] not in answers[:3]


async def test_of_two_people_with_one_name_the_bot_asks_which(house: House) -> None:
    aisha = house.person("aisha")
    choice = await house.teams.say(aisha, "why can't Maja Nowak get into AskCody")
    assert "choose_person" in choice.verbs
    assert "maja.nowak@" in choice.text
    assert "maja.nowak2@" in choice.text
    await house.teams.click(aisha, choice, "choose_person")
    assert "refresh" in choice.verbs, "the choice became the answer"


async def test_nobody_is_said_to_be_nobody_and_a_search_is_offered(house: House) -> None:
    answer = await house.teams.say(house.person("aisha"), "why can't Xerxes Blomqvist get into AskCody")
    assert "nobody" in answer.text
    assert "ask" in answer.verbs


@pytest.mark.parametrize(
    ("app", "words"),
    [("AskCody", "last cycle"), ("DocuSign", "quarantine"), ("Miro", "paused"), ("Trello", "never set up")],
)
async def test_the_jobs_state_is_told_in_words(house: House, app: str, words: str) -> None:
    card = await house.teams.say(house.person("aisha"), f"how is {app} syncing")
    assert words in card.text.casefold()
    assert "{{DATE(0001" not in card.text


async def test_a_message_that_is_delivered_again_is_answered_once(house: House) -> None:
    teams = house.teams
    again = teams._activity(house.person("olle"), "a:olle", "personal") | {"type": "message", "text": "help"}
    for _ in range(3):
        assert (await teams.post(again))[0] == 202
    await teams.say(house.person("olle"), "I need a human: hello", where="a:olle")
    await teams.see(lambda shown: shown.conversation == "a:olle" and "SD-" in shown.text, what="the ticket")
    helped = [shown for shown in teams.shown if shown.conversation == "a:olle" and "SD-" not in shown.text]
    assert len(helped) == 1


async def test_a_click_that_is_delivered_again_gets_the_same_answer_and_acts_once(house: House) -> None:
    aisha = house.person("aisha")
    card = await house.teams.say(aisha, "why can't José get into AskCody")
    click = house.teams._activity(aisha, card.conversation, "personal") | {
        "id": uuid4().hex,
        "type": "invoke",
        "name": "adaptiveCard/action",
        "replyToId": card.id,
        "value": {
            "action": {"type": "Action.Execute", "verb": "open_ticket", "data": card.buttons["open_ticket"]["data"]}
        },
    }
    answers = [await house.teams.post(click) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    tickets = await house.teams.say(aisha, "open tickets")
    assert tickets.text.count("SD-") - tickets.text.count("Show SD-") == 1


async def test_the_bot_introduces_itself_once(house: House) -> None:
    teams, olle = house.teams, house.person("olle")
    for _ in range(2):
        added = teams._activity(olle, "a:new", "personal") | {"type": "installationUpdate", "action": "add"}
        assert (await teams.post(added))[0] in {200, 202}
    await teams.say(olle, "I need a human: hello", where="a:new")
    await teams.see(lambda shown: shown.conversation == "a:new" and "SD-" in shown.text, what="the ticket")
    assert len([shown for shown in teams.shown if shown.conversation == "a:new"]) == 2
