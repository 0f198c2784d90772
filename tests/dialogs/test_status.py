"""Who is told what about whom."""

import asyncio

from dialogs.search import is_called
from dialogs.talk import Mention
from provisioning.errors import TryLaterError
from provisioning.model import Actor, App, Person
from tests.dialogs.desk import AISHA, OLLE, Desk


async def test_an_agent_gets_the_case_card_with_the_button(desk: Desk) -> None:
    answer = await desk.ask("why can't José get into AskCody")
    assert (answer.about, answer.voice) == ("case:case-1", "agent")
    assert {"provision", "refresh", "open_ticket"} <= set(answer.verbs)
    case = desk.world.cases["case-1"]
    assert (case.actor, case.question, case.origin) == (AISHA, "why can't José get into AskCody", "19:here")
    assert case.diagnosis.app.name == "AskCody"


async def test_the_notification_says_what_the_card_leads_with(desk: Desk) -> None:
    answer = await desk.ask("why can't José get into AskCody")
    assert answer.activity.summary == answer.card["fallbackText"] != ""


async def test_a_typed_provision_is_the_preflight_and_acts_on_nothing(desk: Desk) -> None:
    answer = await desk.ask("provision jose in askcody")
    assert answer.about == "case:case-1"
    assert "provision" in answer.verbs
    assert desk.world.promised == []


async def test_a_person_who_asks_about_themself_gets_the_kind_card(desk: Desk) -> None:
    answer = await desk.ask("why am I not in AskCody", by=OLLE)
    assert (answer.about, answer.voice) == ("case:case-1", "person")
    assert "provision" not in answer.verbs
    assert desk.tenant.searched == []


async def test_a_person_who_names_nobody_means_themself(desk: Desk) -> None:
    await desk.ask("can't get into AskCody", by=OLLE)
    assert desk.world.cases["case-1"].diagnosis.person.id == "p-olle"


async def test_a_person_may_name_themself_in_every_way(desk: Desk) -> None:
    own = Mention(id="p-olle", name="Olle Svensson", text="Olle Svensson")
    for words in ("olle", "Olle Svensson", "olle@fabrikam.example", "olle.svensson@mail.example", "p-olle"):
        answer = await desk.ask(f'status "{words}" in Zoom', by=OLLE)
        assert answer.about, words
    (answer,) = await desk.say("status Olle Svensson in Zoom", by=OLLE, mentions=(own,))
    assert answer.about


async def test_a_person_who_asks_about_somebody_else_is_refused_alike_whether_they_exist_or_not(desk: Desk) -> None:
    real = await desk.ask("why can't José get into AskCody", by=OLLE)
    invented = await desk.ask("why can't Xaver get into AskCody", by=OLLE)
    by_address = await desk.ask("status nobody@fabrikam.example in AskCody", by=OLLE)
    by_id = await desk.ask("status 11111111-0000-4000-8000-000000000001 in AskCody", by=OLLE)
    assert real.card == invented.card == by_address.card == by_id.card
    assert desk.tenant.searched == []
    assert desk.world.cases == {}
    assert "helpdesk may ask" in real.words


async def test_a_mention_of_somebody_else_is_refused_too(desk: Desk) -> None:
    jose = Mention(id="p-jose", name="José García", text="<at>José García</at>")
    (answer,) = await desk.say("why can't <at>José García</at> use Zoom", by=OLLE, mentions=(jose,))
    assert answer.about is None
    assert desk.world.cases == {}


async def test_a_colleague_who_is_not_named_is_not_taken_for_oneself(desk: Desk) -> None:
    answer = await desk.ask("my colleague can't get into AskCody", by=OLLE)
    assert answer.about is None
    assert desk.world.cases == {}


async def test_a_mention_needs_no_search(desk: Desk) -> None:
    jose = Mention(id="p-jose", name="José García", text="<at>José García</at>")
    (answer,) = await desk.say("why can't <at>José García</at> use Zoom", mentions=(jose,))
    assert answer.about == "case:case-1"
    assert desk.tenant.searched == []


async def test_several_people_fit_and_none_is_guessed(desk: Desk) -> None:
    answer = await desk.ask("why can't Maja get into Zoom")
    assert answer.verbs == ["choose_person", "choose_person"]
    assert [a["data"]["person"] for a in answer.actions] == ["p-maja1", "p-maja2"]
    assert {a["data"]["question"] for a in answer.actions} == {"why can't Maja get into Zoom"}
    assert desk.world.cases == {}


async def test_the_number_of_the_person_is_an_answer(desk: Desk) -> None:
    await desk.ask("why can't Maja get into Zoom")
    answer = await desk.ask("2")
    assert answer.about == "case:case-1"
    case = desk.world.cases["case-1"]
    assert (case.diagnosis.person.name, case.question) == ("Maja Berg", "why can't Maja get into Zoom")


async def test_a_fuller_name_of_the_person_is_an_answer(desk: Desk) -> None:
    await desk.ask("why can't Maja get into Zoom")
    await desk.ask("Maja Lind")
    assert desk.world.cases["case-1"].diagnosis.person.name == "Maja Lind"


async def test_nobody_fits_and_a_search_is_offered(desk: Desk) -> None:
    answer = await desk.ask("why can't Xaver get into Zoom")
    assert "Xaver" in answer.words
    assert answer.verbs == ["ask"]
    assert any(block["type"] == "Input.Text" for block in answer.card["body"])


async def test_without_an_app_the_desk_asks_which_and_takes_its_name(desk: Desk) -> None:
    first = await desk.ask("why can't José get in")
    assert first.verbs == ["choose_app"] * 3
    assert {a["data"]["person"] for a in first.actions} == {"p-jose"}
    second = await desk.ask("zoom")
    assert second.about == "case:case-1"
    assert desk.world.cases["case-1"].diagnosis.app.name == "Zoom"


async def test_without_an_app_the_desk_takes_a_number_or_a_misspelt_name(desk: Desk) -> None:
    await desk.ask("why can't José get in")
    await desk.ask("1.")
    await desk.ask("status of jose")
    await desk.ask("wrkday")
    assert [case.diagnosis.app.name for case in desk.world.cases.values()] == ["AskCody", "Workday"]


async def test_an_unknown_app_is_named_and_the_nearest_are_offered(desk: Desk) -> None:
    answer = await desk.ask("why can't José get into Flurble")
    assert "Flurble" in answer.words
    assert {action["data"]["app"] for action in answer.actions} == {"a-askcody", "a-zoom", "a-workday"}


async def test_after_two_answers_that_do_not_help_nothing_waits_any_more(desk: Desk) -> None:
    await desk.ask("why can't José get in")
    await desk.ask("flurble")
    assert desk.state.value["speakers"] == {}


async def test_the_person_is_looked_up_while_the_apps_are_on_their_way(desk: Desk) -> None:
    searched_before: list[list[str]] = []
    apps = desk.tenant.apps

    async def slow_apps() -> tuple[App, ...]:
        await asyncio.sleep(0)
        searched_before.append(list(desk.tenant.searched))
        return await apps()

    desk.tenant.apps = slow_apps  # type: ignore[method-assign]
    await desk.ask("why can't José get into AskCody")
    assert searched_before[0] == ["José"]
    assert desk.tenant.searched == ["José"]


async def test_the_person_is_looked_up_before_it_is_known_who_speaks(desk: Desk) -> None:
    async def who() -> Actor:
        await asyncio.sleep(0)
        assert desk.tenant.searched == ["José"]
        return AISHA

    actor, search = await desk.conversations.meet("why can't José get into AskCody", who())
    assert actor is AISHA
    await search.drop()


async def test_what_was_corrected_is_said(desk: Desk) -> None:
    answer = await desk.ask("why cant jose get in to ask cody?")
    assert "I took “ask cody” to mean AskCody." in answer.words
    literal = await desk.ask("why can't jose get into askcody")
    assert "I took" not in literal.words


async def test_without_a_person_an_agent_is_asked_whom(desk: Desk) -> None:
    first = await desk.ask("can't get into AskCody")
    assert first.about is None
    assert "Whom" in first.words
    second = await desk.ask("jose")
    assert second.about == "case:case-1"
    assert desk.world.cases["case-1"].diagnosis.app.name == "AskCody"


async def test_asked_whom_an_agent_may_say_me(desk: Desk) -> None:
    await desk.ask("can't get into AskCody")
    await desk.ask("me")
    assert desk.world.cases["case-1"].diagnosis.person.id == AISHA.id


async def test_follow_ups_lean_on_the_last_answer(desk: Desk) -> None:
    await desk.ask("why can't José get into AskCody")
    await desk.ask("and in Zoom?")
    await desk.ask("what about olle")
    seen = [(c.diagnosis.person.id, c.diagnosis.app.name) for c in desk.world.cases.values()]
    assert seen == [("p-jose", "AskCody"), ("p-jose", "Zoom"), ("p-olle", "Zoom")]


async def test_a_person_cannot_follow_up_on_somebody_elses_answer(channel: Desk) -> None:
    await channel.ask("why can't José get into AskCody")
    await channel.ask("and in Zoom?", by=OLLE)
    assert [case.diagnosis.person.id for case in channel.world.cases.values()] == ["p-jose", "p-olle"]


async def test_in_a_channel_the_agents_card_says_that_everybody_reads_it(channel: Desk) -> None:
    answer = await channel.ask("why can't José get into AskCody")
    assert "Everybody in this conversation can read this card." in answer.words
    own = await channel.ask("why am I not in AskCody", by=OLLE)
    assert (own.voice, "Everybody" in own.words) == ("person", False)


async def test_a_person_who_wants_to_be_provisioned_learns_who_may(desk: Desk) -> None:
    answer = await desk.ask("provision me in AskCody", by=OLLE)
    assert answer.about == "case:case-1"
    assert "Only the helpdesk can start it" in answer.words


async def test_trouble_is_told_with_a_button_to_try_again(desk: Desk) -> None:
    desk.tenant.trouble = TryLaterError("Microsoft Graph is busy.", wait=30)
    answer = await desk.ask("why can't José get into AskCody")
    assert "Microsoft Graph is busy." in answer.words
    assert answer.commands[0] == "why can't José get into AskCody"


async def test_trouble_ends_what_waited(desk: Desk) -> None:
    await desk.ask("why can't José get in")
    desk.tenant.trouble = TryLaterError("Microsoft Graph is busy.")
    await desk.ask("zoom")
    desk.tenant.trouble = None
    assert desk.state.value["speakers"] == {}


async def test_somebody_who_only_nearly_has_the_name_is_asked_about_and_never_taken(desk: Desk) -> None:
    desk.tenant.nearly = True
    answer = await desk.ask("why can't Jsoé get into AskCody")
    assert "choose_person" in answer.verbs
    assert desk.world.cases == {}


def test_short_forms_accents_and_addresses_count_as_the_persons_name() -> None:
    jose = Person(id="p", upn="jose.g@fabrikam.example", name="José García")
    for words in ("José", "jose", "garcia", "José García", "jose.g@fabrikam.example", "alias@elsewhere.example", "p"):
        assert is_called(jose, words), words
    for words in ("Gracia", "Josep", "Maja"):
        assert not is_called(jose, words), words
