"""Several people, several apps, everything about one: an answer for each, never a guess."""

from provisioning.errors import TryLaterError
from tests.dialogs.desk import AISHA, OLLE, Desk


async def test_several_people_get_an_answer_each_worst_first(desk: Desk) -> None:
    answer = await desk.ask("why can't olle and José get into AskCody")
    assert answer.words.index("José García") < answer.words.index("Olle Svensson")
    assert "the mail address is empty" in answer.words
    assert "for 1 of 2 people something has to be mended" in answer.words
    assert desk.world.cases == {}


async def test_each_of_them_can_be_opened(desk: Desk) -> None:
    answer = await desk.ask("why can't olle and José get into AskCody")
    opened = [action["data"] for action in answer.actions if action["verb"] == "choose_person"]
    assert [data["person"] for data in opened] == ["p-jose", "p-olle"]
    reply = await desk.press("choose_person", **opened[0])
    assert reply.about == "case:case-1"


async def test_who_is_not_one_person_is_said_and_not_guessed(desk: Desk) -> None:
    answer = await desk.ask("why can't José, Maja and Xaver get into AskCody")
    assert "several people fit: maja.lind@fabrikam.example, maja.berg@fabrikam.example" in answer.words
    assert "Xaver:** I found nobody of this name" in answer.words


async def test_who_cannot_be_read_is_named(desk: Desk) -> None:
    desk.tenant.unreadable["p-olle"] = TryLaterError("Microsoft Graph is busy.")
    answer = await desk.ask("why can't José and olle get into AskCody")
    assert "Olle Svensson:** Microsoft Graph is busy." in answer.words


async def test_a_word_that_nobody_is_called_is_no_person(desk: Desk) -> None:
    answer = await desk.ask("does jose know blorp in zoom")
    assert answer.about == "case:case-1"
    assert desk.world.cases["case-1"].diagnosis.person.id == "p-jose"


async def test_without_an_app_the_buttons_ask_the_whole_question(desk: Desk) -> None:
    answer = await desk.ask("why can't José and olle get in")
    assert answer.commands[0] == 'status "José" and "olle" in AskCody'
    again = await desk.ask(answer.commands[0])
    assert "AskCody: for 1 of 2 people" in again.words


async def test_more_than_ten_are_not_looked_at_and_said(desk: Desk) -> None:
    crowd = ", ".join(f"xaver{n}@fabrikam.example" for n in range(30))
    answer = await desk.ask(f"status {crowd} in Zoom")
    assert "10 more people were named; I look at ten at a time." in answer.words


async def test_a_typed_wish_for_several_does_not_act(desk: Desk) -> None:
    answer = await desk.ask("provision José and olle in Zoom")
    assert "I provision one person at a time" in answer.words
    assert desk.world.promised == []


async def test_somebody_learns_nothing_about_others_by_naming_themself_too(desk: Desk) -> None:
    answer = await desk.ask("why can't José and I get into Zoom", by=OLLE)
    assert "only about your own access" in answer.words
    assert desk.tenant.searched == []


async def test_one_person_in_several_apps_gets_a_line_for_each(desk: Desk) -> None:
    answer = await desk.ask("why can't José get into Zoom and Workday")
    assert {data.get("app", "") for data in (a["data"] for a in answer.actions)} == {"a-zoom", "a-workday", ""}


async def test_a_passport_shows_every_app_and_opens_each(desk: Desk) -> None:
    answer = await desk.ask("everything about José")
    assert "In 2 of 2 apps something is wrong for José García." in answer.words
    assert "Not assigned: Workday." in answer.words
    first = answer.actions[0]
    assert first["verb"] == "choose_app"
    assert (await desk.press("choose_app", **first["data"])).about == "case:case-1"


async def test_people_see_their_own_passport_and_no_other(desk: Desk) -> None:
    own = await desk.ask("which apps do I have", by=OLLE)
    assert "You are in all of your 2 apps." in own.words
    assert "olle@fabrikam.example" not in own.words
    other = await desk.ask("everything about José", by=OLLE)
    assert "only about your own access" in other.words


async def test_a_passport_says_what_could_not_be_read(desk: Desk) -> None:
    desk.tenant.unread = {"log": "not_allowed"}
    answer = await desk.ask("everything about olle")
    assert "I could not read the provisioning log, so apps may be missing here." in answer.words


async def test_a_passport_is_followed_by_one_app_or_the_next_person(desk: Desk) -> None:
    await desk.ask("everything about José")
    await desk.ask("and in Zoom?")
    assert desk.world.cases["case-1"].diagnosis.app.name == "Zoom"
    await desk.ask("everything about José")
    assert "for José García" not in (await desk.ask("and olle?")).words


async def test_a_choice_of_person_leads_to_the_passport(desk: Desk) -> None:
    answer = await desk.ask("everything about Maja", by=AISHA)
    reply = await desk.press("choose_person", **answer.actions[0]["data"])
    assert reply.card is not None
    assert "Maja Lind" in reply.summary


async def test_a_family_name_before_the_first_name_is_one_person(desk: Desk) -> None:
    answer = await desk.ask("why is García, José not in AskCody")
    assert answer.about == "case:case-1"
    assert desk.world.cases["case-1"].diagnosis.person.id == "p-jose"


async def test_two_names_after_another_stay_two_where_nobody_is_called_both(desk: Desk) -> None:
    answer = await desk.ask("José, olle in AskCody")
    assert "José García" in answer.words
    assert "Olle Svensson" in answer.words
