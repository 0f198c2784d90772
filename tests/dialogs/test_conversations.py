"""Tickets, rooms, help, health, interruptions, and what is remembered."""

import subprocess
import sys
from typing import Any

import pytest
from botbuilder.dialogs import DialogInstance, DialogState, PromptOptions

from dialogs import memory
from dialogs.talk import Speech
from provisioning.errors import TryLaterError
from provisioning.model import Actor
from provisioning.tickets import TicketState
from tests.dialogs.desk import AISHA, INES, OLLE, Answer, Desk


async def test_a_human_is_called_at_once_when_the_text_is_there(desk: Desk) -> None:
    answer = await desk.ask("I need a human: printer on fire", by=OLLE)
    assert (answer.about, answer.voice) == ("ticket:1", "person")
    assert desk.world.tickets[1].question == "printer on fire"
    assert "nobody has been notified yet" in answer.words


async def test_without_a_text_the_desk_asks_once_and_takes_whatever_comes(desk: Desk) -> None:
    first = await desk.ask("I need a human", by=OLLE)
    assert first.about is None
    assert desk.world.tickets == {}
    second = await desk.ask("why can't I get into AskCody since Monday", by=OLLE)
    assert second.about == "ticket:1"
    assert desk.world.tickets[1].question == "why can't I get into AskCody since Monday"
    assert desk.world.cases == {}


async def test_a_ticket_can_be_dropped_before_it_is_written(desk: Desk) -> None:
    await desk.ask("I need a human", by=OLLE)
    await desk.ask("cancel", by=OLLE)
    await desk.ask("my mouse is broken", by=OLLE)
    assert desk.world.tickets == {}


async def test_help_in_between_does_not_lose_the_question(desk: Desk) -> None:
    await desk.ask("I need a human", by=OLLE)
    await desk.ask("help", by=OLLE)
    await desk.ask("my mouse is broken", by=OLLE)
    assert desk.world.tickets[1].question == "my mouse is broken"


async def test_a_list_of_tickets_takes_the_place_of_what_waits(desk: Desk) -> None:
    await desk.ask("I need a human", by=OLLE)
    answer = await desk.ask("my tickets", by=OLLE)
    assert "Your tickets" in answer.words
    assert desk.world.tickets == {}


async def test_a_fresh_question_takes_the_place_of_one_that_waits(desk: Desk) -> None:
    await desk.ask("why can't José get in")
    answer = await desk.ask("status olle in Zoom")
    assert answer.about == "case:case-1"
    assert desk.world.cases["case-1"].diagnosis.person.id == "p-olle"


async def test_nobody_answers_a_question_that_somebody_else_was_asked(channel: Desk) -> None:
    await channel.ask("I need a human", by=OLLE)
    await channel.ask("status jose in zoom", by=AISHA)
    await channel.ask("my chair squeaks", by=OLLE)
    assert [ticket.requester for ticket in channel.world.tickets.values()] == [OLLE]


async def test_people_see_their_own_tickets_and_agents_the_open_ones(desk: Desk) -> None:
    await desk.ask("I need a human: one", by=OLLE)
    await desk.ask("I need a human: two", by=INES)
    mine = await desk.ask("my tickets", by=OLLE)
    assert "SD-1" in mine.words and "SD-2" not in mine.words
    everybodys = await desk.ask("open tickets", by=AISHA)
    assert "SD-1" in everybodys.words and "SD-2" in everybodys.words


async def test_a_person_may_not_list_open_tickets(desk: Desk) -> None:
    await desk.ask("I need a human: one", by=INES)
    answer = await desk.ask("open tickets", by=OLLE)
    assert "SD-1" not in answer.words
    assert answer.commands == ["my tickets"]


async def test_a_ticket_by_number_is_shown_to_who_may_see_it(desk: Desk) -> None:
    await desk.ask("I need a human: secret", by=INES)
    assert "secret" in (await desk.ask("SD-1", by=AISHA)).words
    stranger = await desk.ask("SD-1", by=OLLE)
    absent = await desk.ask("SD-9", by=OLLE)
    assert "secret" not in stranger.words
    assert stranger.words == absent.words.replace("9", "1")


async def test_an_admin_makes_a_channel_the_helpdesk(channel: Desk) -> None:
    answer = await channel.ask("use this channel for the helpdesk", by=INES)
    assert channel.world.room == "19:team"
    assert "posted here" in answer.words


@pytest.mark.parametrize("who", [AISHA, OLLE])
async def test_nobody_else_may_choose_the_channel(channel: Desk, who: Any) -> None:
    answer = await channel.ask("use this channel for the helpdesk", by=who)
    assert channel.world.room is None
    assert "identity administrator" in answer.words


async def test_a_private_chat_is_no_helpdesk(desk: Desk) -> None:
    answer = await desk.ask("use this channel for the helpdesk", by=INES)
    assert desk.world.room is None
    assert "private chat" in answer.words


async def test_an_agent_sees_counts_and_a_person_only_whether_it_runs(desk: Desk) -> None:
    agent = await desk.ask("how is AskCody syncing")
    person = await desk.ask("how is AskCody syncing", by=OLLE)
    assert "quarantine" in agent.words and "quarantine" in person.words
    assert "17" in agent.words and "17" not in person.words


async def test_health_without_an_app_asks_which(desk: Desk) -> None:
    first = await desk.ask("is the sync running?")
    assert first.verbs == ["choose_app"] * 3
    second = await desk.ask("Zoom")
    assert "Zoom" in second.words and "choose_app" not in second.verbs


async def test_help_hello_nothing_and_nonsense_each_get_a_useful_answer(desk: Desk) -> None:
    answers = {text: await desk.ask(text) for text in ("help", "hi", "", "asdf qwer")}
    assert all(answer.commands for answer in answers.values())
    assert answers[""].words == answers["help"].words
    assert len({answer.words for answer in answers.values()}) == 3
    assert "asdf qwer" in answers["asdf qwer"].words


async def test_help_and_tickets_work_while_graph_is_down(desk: Desk) -> None:
    desk.tenant.trouble = TryLaterError("Microsoft Graph is busy.")
    for text in ("help", "hi", "my tickets", "I need a human: all is down"):
        assert "busy" not in (await desk.ask(text)).words
    assert desk.world.tickets[1].state is TicketState.OPEN


@pytest.mark.parametrize("text", ["do not provision Olle", "who provisioned Olle?", "delete olle from Zoom"])
async def test_what_must_not_act_does_nothing_and_says_so(desk: Desk, text: str) -> None:
    answer = await desk.ask(text)
    assert "provision" not in answer.verbs
    assert (desk.world.cases, desk.world.promised) == ({}, [])
    assert "I did not understand" not in answer.words


async def test_what_is_not_offered_yet_is_said_with_the_nearest_offer(desk: Desk) -> None:
    answer = await desk.ask("who is failing in AskCody")
    assert "cannot do that yet" in answer.words
    assert "how is AskCody syncing" in answer.commands


async def test_every_command_on_a_button_is_understood(desk: Desk) -> None:
    pressed = [
        await desk.ask(text, by=by)
        for by in (AISHA, OLLE, INES)
        for text in ("help", "hi", "asdf", "delete jose from Zoom", "can't get in to Zoom", "who failed in Zoom")
    ]
    commands = {command for answer in pressed for command in answer.commands if "a human" not in command}
    assert len(commands) > 6
    for command in commands:
        answer = Desk().ask(command)
        assert "I did not understand" not in (await answer).words, command


async def test_the_apps_are_listed(desk: Desk) -> None:
    answer = await desk.ask("which apps do you know", by=OLLE)
    assert "2 apps are provisioned; in trouble: 1." in answer.words
    assert "AskCody:** not syncing properly" in answer.words
    assert "AskCody:** the app rejects the credentials" in (await desk.ask("which apps do you know")).words
    assert "Without provisioning: Zoom." in answer.words


async def test_cancel_with_nothing_waiting_says_so(desk: Desk) -> None:
    assert "Nothing is waiting" in (await desk.ask("cancel")).words


async def test_the_welcome_is_whole_in_private_and_short_elsewhere(desk: Desk) -> None:
    texts = {}
    for kind in ("personal", "channel"):
        wire, context = desk.turn(OLLE, "")
        await desk.conversations.welcome(context, OLLE, kind)
        (activity,) = wire.sent
        texts[kind] = Answer(activity).words
    assert "Olle" in texts["personal"]
    assert "Olle" not in texts["channel"]
    assert len(texts["channel"]) < len(texts["personal"])


async def test_what_is_remembered_is_plain_json_around_the_dialogs_own_state(desk: Desk) -> None:
    await desk.ask("why can't José get into AskCody")
    await desk.ask("why can't Maja get into Zoom")

    def check(value: Any) -> None:
        match value:
            case dict():
                assert all(isinstance(key, str) for key in value)
                for part in value.values():
                    check(part)
            case list():
                for part in value:
                    check(part)
            case DialogState():
                check(value.dialog_stack)
            case DialogInstance():
                check(value.state)
            case PromptOptions():
                assert not any([value.prompt, value.retry_prompt, value.choices])
            case _:
                assert value is None or type(value) in (str, int, float, bool), value

    check(desk.state.value)
    assert desk.state.value["speakers"][AISHA.id]["dialogs"].dialog_stack


async def test_the_longest_silent_speakers_are_forgotten() -> None:
    document: dict[str, Any] = {}
    for number in range(memory.MOST_SPEAKERS + 5):
        remembered = memory.Memory(document, f"p{number}")
        remembered.dialogs = {"waits": True}
        document = remembered.document
    assert len(document["speakers"]) == memory.MOST_SPEAKERS
    assert "p0" not in document["speakers"] and f"p{memory.MOST_SPEAKERS + 4}" in document["speakers"]


def test_the_dialog_library_is_not_imported_before_it_is_needed() -> None:
    seen = "import sys, dialogs.root; print([name for name in sys.modules if name == 'botbuilder.dialogs'])"
    ran = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


JOSE, OLLES = ["jose@fabrikam.example"], ["olle@fabrikam.example"]
MAJAS = ["maja.lind@fabrikam.example", "maja.berg@fabrikam.example"]


@pytest.mark.parametrize(
    ("text", "who", "intent", "people", "apps"),
    [
        ("why can't José get into ask cody", AISHA, "status", ["jose@fabrikam.example"], ["AskCody"]),
        ("provision jose in askcody", AISHA, "provision", ["jose@fabrikam.example"], ["AskCody"]),
        ("why can't José get into AskCody", OLLE, "denied", ["José"], ["AskCody"]),
        ("why can't Xaver get into AskCody", AISHA, "no_account", ["Xaver"], ["AskCody"]),
        ("why can't Maja get into AskCody", AISHA, "choose_person", MAJAS, ["AskCody"]),
        ("everything about José", AISHA, "passport", ["jose@fabrikam.example"], []),
        ("everything about José", OLLE, "denied", ["José"], []),
        ("which apps do I have", OLLE, "passport", ["olle@fabrikam.example"], []),
        ("everything about Maja", AISHA, "choose_person", MAJAS, []),
        ("why can't José and olle get into AskCody", AISHA, "status", [*JOSE, *OLLES], ["AskCody"]),
        ("why can't José and Maja get into AskCody", AISHA, "status", [*JOSE, "Maja"], ["AskCody"]),
        ("why can't José and I get into AskCody", OLLE, "denied", ["José", *OLLES], ["AskCody"]),
        ("who provisioned olle in Zoom", AISHA, "audit", OLLES, ["Zoom"]),
        ("do not provision José", AISHA, "unclear", JOSE, []),
        ("does jose know blorp in zoom", AISHA, "status", JOSE, ["Zoom"]),
        ("does blorp know zorp in zoom", AISHA, "status", [], ["Zoom"]),
        ("provision the Sales group in Zoom", AISHA, "provision_group", [], ["Zoom"]),
        ("why can't jose get in", AISHA, "status", JOSE, []),
        ("open tickets", OLLE, "denied", [], []),
        ("use this channel for the helpdesk", OLLE, "denied", [], []),
        ("how is Zoom syncing", OLLE, "health", [], ["Zoom"]),
        ("asdf qwer", OLLE, "unclear", [], []),
    ],
)
async def test_the_command_line_learns_what_a_question_came_to(
    desk: Desk, text: str, who: Actor, intent: str, people: list[str], apps: list[str]
) -> None:
    speech = Speech(text=text, actor=who, conversation="shell", kind="personal")
    answered = await desk.conversations.ask(speech)
    assert (answered.intent, answered.people_of(who), answered.apps) == (intent, people, apps)
    assert (answered.case is not None) == bool(answered.outcome.reply.about)


async def test_an_edited_message_is_no_answer_to_our_question_and_opens_nothing_twice(desk: Desk) -> None:
    await desk.say("I need a human: the printer", by=OLLE, key="k1")
    await desk.say("I need a human: the other printer", by=OLLE, key="k1", edited=True)
    assert sorted(desk.world.tickets) == [1]
    await desk.say("I need a human", by=OLLE, key="k2")
    (answer,) = await desk.say("hello there", by=OLLE, key="k0", edited=True)
    assert sorted(desk.world.tickets) == [1], "the older message did not become the ticket's text"
    assert "Hello Olle" in answer.words
