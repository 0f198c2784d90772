"""Tickets: what is copied into them, who may do what with them, and that nothing happens twice."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from provisioning.errors import DeskError, NotAllowedError, NotThereError
from provisioning.model import Actor
from provisioning.moves import Close, Note
from provisioning.tickets import Named, Subject, Ticket, TicketState
from tests import worlds
from tests.provisioning.casework.company import failure
from tests.provisioning.casework.conftest import Desk


async def test_a_ticket_about_a_case_keeps_question_diagnosis_and_answer_of_that_moment(desk: Desk) -> None:
    desk.lever.answers = [failure()]
    case = await desk.promised()
    await desk.worker.run()
    case = await desk.books.read_case(case.id)
    ticket = await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)
    assert (ticket.number, ticket.name, ticket.state) == (1001, "SD-1001", TicketState.OPEN)
    assert (ticket.question, ticket.diagnosis, ticket.answer) == (case.question, case.diagnosis, case.answer)
    assert (ticket.requester, ticket.origin, ticket.case_id) == (worlds.aisha(), "chat-1", case.id)
    assert [(event.what, event.by) for event in ticket.history] == [("opened", worlds.aisha())]
    assert not ticket.notified
    assert await desk.tickets.read(worlds.aisha(), ticket.number) == ticket
    assert (await desk.books.read_case(case.id)).ticket == 1001


async def test_opening_redraws_case_and_ticket_and_is_audited(desk: Desk) -> None:
    case = await desk.asked()
    await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)
    assert await desk.worker.queued() == ["show_ticket", "show_case"]
    assert await desk.audited("ticket:1001") == ["opened"]
    assert await desk.audited(f"case:{case.id}") == ["asked", "handed over"]


async def test_the_words_that_come_with_a_case_are_the_question(desk: Desk) -> None:
    case = await desk.asked()
    ticket = await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id, text=" he starts on Monday ")
    assert ticket.question == "he starts on Monday"


async def test_who_asks_second_about_a_case_joins_the_first_ticket(desk: Desk) -> None:
    case = await desk.asked()
    first = await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)
    assert await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id) == first
    joined = await desk.tickets.open(worlds.ines(), origin="chat-2", case_id=case.id)
    assert joined.number == first.number
    assert [(asker.actor.name, asker.origin) for asker in joined.askers] == [
        ("Aisha Khan", "chat-1"),
        ("Ines Berg", "chat-2"),
    ]
    assert await desk.tickets.open(worlds.ines(), origin="chat-2", case_id=case.id) == joined, "once"


async def test_many_clicks_at_the_same_moment_open_one_ticket(desk: Desk) -> None:
    case = await desk.asked()
    opened = await asyncio.gather(
        *(desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id) for _ in range(5))
    )
    assert {ticket.number for ticket in opened} == {1001}
    assert (await desk.worker.queued()).count("show_ticket") == 1


async def test_a_case_whose_ticket_is_closed_can_get_another(desk: Desk) -> None:
    case = await desk.asked()
    first = await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id)
    await desk.tickets.close(worlds.aisha(), first.number)
    second = await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id)
    assert second.number > first.number
    assert (await desk.books.read_case(case.id)).ticket == second.number


async def test_a_text_alone_is_enough(desk: Desk) -> None:
    ticket = await desk.tickets.open(worlds.olle(), origin="c", text="I need a human: the printer")
    assert (ticket.question, ticket.case_id, ticket.diagnosis) == ("I need a human: the printer", None, None)


async def test_the_same_wish_again_is_the_same_ticket_as_it_is_by_then(desk: Desk) -> None:
    first = await desk.tickets.open(worlds.olle(), origin="c", text="the printer", key="t/c/17")
    taken = await desk.tickets.take(worlds.aisha(), first.number)
    assert await desk.tickets.open(worlds.olle(), origin="c", text="the printer", key="t/c/17") == taken
    assert await desk.audited(f"ticket:{first.number}") == ["opened", "taken"]
    other = await desk.tickets.open(worlds.olle(), origin="c", text="the printer", key="t/c/18")
    assert other.number != first.number


async def test_the_same_wish_at_the_same_moment_opens_one_ticket(desk: Desk) -> None:
    wishes = (desk.tickets.open(worlds.olle(), origin="c", text="the printer", key="t/c/17") for _ in range(5))
    assert len({ticket.number for ticket in await asyncio.gather(*wishes)}) == 1
    assert (await desk.worker.queued()).count("show_ticket") == 1


async def test_a_key_is_its_owners_alone(desk: Desk) -> None:
    mine = await desk.tickets.open(worlds.olle(), origin="c", text="my secret", key="k")
    other = await desk.tickets.open(worlds.ines(), origin="c", text="help", key="k")
    assert (other.number != mine.number, other.question) == (True, "help")


async def test_a_wish_about_a_case_that_runs_again_after_the_ticket_was_closed_opens_no_other(desk: Desk) -> None:
    case = await desk.asked()
    first = await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id, key="k")
    closed = await desk.tickets.close(worlds.aisha(), first.number)
    assert await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id, key="k") == closed


@pytest.mark.parametrize("text", [None, "", "  \n"])
async def test_nothing_is_not_enough(desk: Desk, text: str | None) -> None:
    with pytest.raises(DeskError, match="what it is about"):
        await desk.tickets.open(worlds.olle(), origin="c", text=text)


async def test_a_plain_person_hands_over_their_own_case_and_nobody_elses(desk: Desk) -> None:
    case = await desk.asked()
    with pytest.raises(NotAllowedError):
        await desk.tickets.open(worlds.olle(), origin="c", case_id=case.id)
    jose = Actor(id=worlds.JOSE_ID, upn="jose@fabrikam.example", name="José García")
    assert (await desk.tickets.open(jose, origin="c", case_id=case.id)).requester == jose


async def test_a_case_that_does_not_exist_cannot_be_handed_over(desk: Desk) -> None:
    with pytest.raises(NotThereError):
        await desk.tickets.open(worlds.aisha(), origin="c", case_id=str(uuid4()))


async def test_taking_and_closing_are_written_into_the_history(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    taken = await desk.tickets.take(worlds.aisha(), number)
    assert (taken.state, taken.taker) == (TicketState.TAKEN, worlds.aisha())
    closed = await desk.tickets.close(worlds.ines(), number)
    assert (closed.state, closed.taker) == (TicketState.CLOSED, worlds.aisha())
    history = [(event.what, event.by.name) for event in closed.history]
    assert history == [("opened", "Olle Svensson"), ("taken", "Aisha Khan"), ("closed", "Ines Berg")]
    assert await desk.worker.queued() == ["show_ticket"] * 3
    assert await desk.audited(f"ticket:{number}") == ["opened", "taken", "closed"]


async def test_a_ticket_can_be_closed_without_being_taken(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    assert (await desk.tickets.close(worlds.aisha(), number)).taker is None


async def test_the_second_who_takes_sees_who_has_it(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    both = await asyncio.gather(desk.tickets.take(worlds.aisha(), number), desk.tickets.take(worlds.ines(), number))
    assert both[0] == both[1]
    assert [event.what for event in both[0].history] == ["opened", "taken"]


async def test_a_closed_ticket_stays_as_it_is(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    closed = await desk.tickets.close(worlds.aisha(), number)
    assert await desk.tickets.take(worlds.ines(), number) == closed
    assert await desk.tickets.close(worlds.ines(), number) == closed


async def test_only_agents_take_close_and_see_everything(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    for step in (desk.tickets.take(worlds.olle(), number), desk.tickets.close(worlds.olle(), number)):
        with pytest.raises(NotAllowedError):
            await step
    with pytest.raises(NotAllowedError):
        await desk.tickets.waiting(worlds.olle())
    assert (await desk.tickets.read(worlds.olle(), number)).state is TicketState.OPEN


async def test_a_requester_reads_own_tickets_and_agents_all(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    jose = Actor(id=worlds.JOSE_ID, upn="jose@fabrikam.example", name="José García")
    with pytest.raises(NotAllowedError):
        await desk.tickets.read(jose, number)
    assert await desk.tickets.read(worlds.olle(), number) == await desk.tickets.read(worlds.ines(), number)


async def test_mine_are_all_of_mine_and_waiting_is_what_is_not_closed(desk: Desk) -> None:
    for text in ("first", "second", "third"):
        await desk.tickets.open(worlds.olle(), origin="c", text=text)
    await desk.tickets.open(worlds.ines(), origin="c", text="other")
    await desk.tickets.close(worlds.aisha(), 1002)
    await desk.tickets.take(worlds.aisha(), 1003)
    assert [ticket.question for ticket in await desk.tickets.mine(worlds.olle())] == ["first", "second", "third"]
    assert [ticket.question for ticket in await desk.tickets.waiting(worlds.aisha())] == ["first", "third", "other"]


async def test_that_the_helpdesk_was_told_is_remembered_once(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    await desk.tickets.notified(number)
    await desk.tickets.notified(number)
    assert (await desk.tickets.read(worlds.olle(), number)).notified
    assert await desk.worker.queued() == ["show_ticket"] * 2


async def test_a_number_that_does_not_exist_is_named(desk: Desk) -> None:
    for number in (0, -1, 999, 2**70):
        with pytest.raises(NotThereError, match=f"SD-{number}"):
            await desk.tickets.take(worlds.aisha(), number)


def case_of(desk: Desk, person_id: str, name: str) -> None:
    """From now on the tenant is asked about somebody else in the same trouble."""
    person = replace(desk.tenant.seen.person, id=person_id, upn=f"{person_id}@fabrikam.example", name=name)
    desk.tenant.seen = replace(desk.tenant.seen, person=person)


def spoiled(desk: Desk) -> None:
    mail = {**desk.tenant.seen.person.attributes, "mail": None}
    desk.tenant.seen = replace(desk.tenant.seen, person=replace(desk.tenant.seen.person, mail=None, attributes=mail))


async def opened(desk: Desk, actor: Actor, origin: str) -> Ticket:
    case = await desk.inquiries.open(
        actor, desk.tenant.seen.person.id, worlds.askcody(), question=f"{actor.name} asks", origin=origin
    )
    return await desk.tickets.open(actor, origin=origin, case_id=case.id)


async def test_one_open_ticket_per_person_app_and_cause_and_the_second_asker_joins_it(desk: Desk) -> None:
    first = await opened(desk, worlds.aisha(), "chat-1")
    second = await opened(desk, worlds.ines(), "chat-2")
    assert second.number == first.number
    assert [event.what for event in second.history] == ["opened", "joined"]
    assert [t.number for t in await desk.tickets.mine(worlds.ines())] == [first.number]
    assert (await desk.tickets.read(worlds.ines(), first.number)).asks(worlds.ines())


async def test_askers_at_the_same_moment_share_one_ticket(desk: Desk) -> None:
    actors = (worlds.aisha(), worlds.ines())
    tickets = await asyncio.gather(*(opened(desk, actor, f"chat-{actor.id}") for actor in actors * 3))
    assert len({ticket.number for ticket in tickets}) == 1
    kept = await desk.books.read_ticket(tickets[0].number)
    assert {asker.actor.id for asker in kept.askers} == {actor.id for actor in actors}


async def test_another_cause_is_another_ticket(desk: Desk) -> None:
    first = await opened(desk, worlds.aisha(), "chat-1")
    spoiled(desk)
    assert (await opened(desk, worlds.aisha(), "chat-1")).number != first.number


async def test_people_who_fail_for_the_same_reason_follow_the_first(desk: Desk) -> None:
    spoiled(desk)
    first = await opened(desk, worlds.aisha(), "chat-1")
    for person_id in ("p-2", "p-3"):
        case_of(desk, person_id, person_id)
        assert (await opened(desk, worlds.aisha(), "chat-1")).parent == first.number
    head = await desk.books.read_ticket(first.number)
    assert len(head.children) == 2
    await desk.tickets.take(worlds.ines(), head.number)
    for number in head.children:
        assert (await desk.books.read_ticket(number)).taker == worlds.ines()


async def cluster(desk: Desk) -> Ticket:
    spoiled(desk)
    first = await opened(desk, worlds.aisha(), "chat-1")
    for person_id in ("p-2", "p-3", "p-4"):
        case_of(desk, person_id, person_id)
        await opened(desk, worlds.aisha(), "chat-1")
    return await desk.books.read_ticket(first.number)


async def test_closing_the_first_closes_the_others_when_that_is_wished_for(desk: Desk) -> None:
    head = await cluster(desk)
    await desk.tickets.move(worlds.ines(), head.number, Close(others=True))
    assert not await desk.tickets.waiting(worlds.ines())


async def test_closed_alone_it_leaves_the_lead_to_the_next_which_is_told_to_the_helpdesk(desk: Desk) -> None:
    head = await cluster(desk)
    await desk.tickets.close(worlds.ines(), head.number)
    leader, *others = await desk.tickets.waiting(worlds.ines())
    assert (leader.parent, leader.notified, leader.children) == (None, False, tuple(one.number for one in others))
    assert {one.parent for one in others} == {leader.number}


async def test_a_merged_ticket_leads_to_the_one_that_lives(desk: Desk) -> None:
    one = await desk.tickets.open(worlds.olle(), origin="chat-o", text="help")
    case = await desk.asked()
    two = await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)
    await desk.tickets.merge(worlds.ines(), two.number, one.number)
    again = await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)
    assert (again.number, [asker.origin for asker in again.askers]) == (one.number, ["chat-o", "chat-1"])


async def test_words_are_kept_though_the_ticket_has_moved_on_and_nothing_else_is_done(desk: Desk) -> None:
    number = (await desk.tickets.open(worlds.olle(), origin="c", text="help")).number
    await desk.tickets.take(worlds.aisha(), number)
    moved = await desk.tickets.move(worlds.ines(), number, Close(), Note(text="call him"), step=1)
    assert (moved.done, moved.left, moved.ticket.is_open) == (False, (Close(),), True)
    assert moved.ticket.history[-1].text == "call him"
    again = await desk.tickets.move(worlds.ines(), number, Note(text="call him"), step=1)
    assert (again.done, again.ticket) == (True, moved.ticket)


async def test_a_crowds_leftovers_are_one_ticket_for_one_wish(desk: Desk) -> None:
    people = (Named(id="p-2", name="Maja"), Named(id="p-3", name="Ola"))
    asked = {"origin": "c", "text": "two of ten were left", "people": people, "cause": "unknown_code", "key": "run-7"}
    first = await desk.tickets.open_about(worlds.aisha(), **asked)  # type: ignore[arg-type]
    assert await desk.tickets.open_about(worlds.aisha(), **asked) == first  # type: ignore[arg-type]
    assert (first.people, first.question) == (people, "two of ten were left")
    with pytest.raises(NotAllowedError):
        await desk.tickets.open_about(worlds.olle(), origin="c", text="x", key="k")


async def test_what_happened_to_it_can_be_read_from_the_audit(desk: Desk) -> None:
    case = await desk.asked()
    ticket = await desk.tickets.open(worlds.aisha(), origin="c", case_id=case.id)
    await desk.tickets.close(worlds.ines(), ticket.number)
    trail = await desk.books.trail(f"case:{case.id}", f"ticket:{ticket.number}")
    assert [(line.what, line.facts.get("value")) for line in trail][-2:] == [
        ("handed over", None),
        ("closed", "solved"),
    ]


ON_JOSE = Subject(person=worlds.JOSE_ID, app=worlds.askcody().id, cause="unexplained")
ON_ZOOM = Subject(person=worlds.JOSE_ID, app="a-zoom", cause="missing_attribute")
JOSE = Named(id=worlds.JOSE_ID, name="José García")


async def handed_over(
    desk: Desk, *subjects: Subject, key: str, by: Actor | None = None, people: tuple[Named, ...] = (JOSE,)
) -> Ticket:
    return await desk.tickets.open_on(
        by or worlds.aisha(),
        origin=f"chat-{key}",
        text="everything about José",
        found="In 2 of 2 apps something is wrong.",
        subjects=subjects,
        people=people,
        apps=(Named(id=worlds.askcody().id, name="AskCody"), Named(id="a-zoom", name="Zoom")),
        key=key,
    )


async def test_an_answer_about_several_apps_is_one_ticket_and_its_wish_counts_once(desk: Desk) -> None:
    first = await handed_over(desk, ON_JOSE, ON_ZOOM, key="one")
    assert (first.subjects, first.found) == ((ON_JOSE, ON_ZOOM), "In 2 of 2 apps something is wrong.")
    assert [one.name for one in first.apps] == ["AskCody", "Zoom"]
    assert await handed_over(desk, ON_JOSE, ON_ZOOM, key="one") == first
    assert await desk.books.read_ticket(first.number) == first


async def test_whoever_asks_about_a_part_of_it_joins_it(desk: Desk) -> None:
    first = await handed_over(desk, ON_JOSE, ON_ZOOM, key="one")
    case = await desk.asked()
    assert case.diagnosis.root.cause.value == "unexplained"
    joined = await desk.tickets.open(worlds.ines(), origin="chat-i", case_id=case.id)
    assert joined.number == first.number
    assert [asker.actor.name for asker in joined.askers] == ["Aisha Khan", "Ines Berg"]
    assert (await desk.books.read_case(case.id)).ticket == first.number


async def test_what_has_a_ticket_already_is_joined_and_the_rest_gets_one(desk: Desk) -> None:
    case = await desk.asked()
    first = await desk.tickets.open(worlds.ines(), origin="chat-i", case_id=case.id)
    rest = await handed_over(desk, ON_JOSE, ON_ZOOM, key="one")
    assert (rest.number != first.number, rest.subjects, [one.name for one in rest.apps]) == (True, (ON_ZOOM,), ["Zoom"])
    assert [one.actor.name for one in (await desk.books.read_ticket(first.number)).askers] == [
        "Ines Berg",
        "Aisha Khan",
    ]
    again = await handed_over(desk, ON_JOSE, ON_ZOOM, key="two", by=worlds.ines())
    assert again.number == first.number, "everything has one by now: the first of them comes back"
    assert [one.actor.name for one in (await desk.books.read_ticket(rest.number)).askers] == ["Aisha Khan", "Ines Berg"]


async def test_two_who_hand_over_the_same_at_once_share_one_ticket(desk: Desk) -> None:
    made = await asyncio.gather(
        *(
            handed_over(desk, *pair, key=f"k{n}", by=by)
            for n in range(4)
            for by in (worlds.aisha(), worlds.ines())
            for pair in ((ON_JOSE, ON_ZOOM), (ON_ZOOM, ON_JOSE))
        )
    )
    assert len({ticket.number for ticket in made}) == 1


async def test_somebody_who_may_ask_about_themself_alone_joins_no_ticket_about_others(desk: Desk) -> None:
    maja = Named(id="p-maja", name="Maja Lind")
    both = (ON_JOSE, replace(ON_JOSE, person=maja.id))
    first = await handed_over(desk, *both, key="one", people=(JOSE, maja))
    jose = Actor(id=worlds.JOSE_ID, upn="jose@fabrikam.example", name="José García")
    own = await handed_over(desk, ON_JOSE, key="own", by=jose)
    assert own.number != first.number
    with pytest.raises(NotAllowedError):
        await handed_over(desk, *both, key="two", by=jose, people=(JOSE, maja))


async def test_of_two_merged_tickets_the_one_that_stays_is_about_both(desk: Desk) -> None:
    kept = await handed_over(desk, ON_ZOOM, key="one")
    case = await desk.asked()
    gone = await desk.tickets.open(worlds.ines(), origin="chat-i", case_id=case.id)
    await desk.tickets.merge(worlds.aisha(), gone.number, kept.number)
    other = await desk.asked()
    assert (await desk.tickets.open(worlds.aisha(), origin="c", case_id=other.id)).number == kept.number
