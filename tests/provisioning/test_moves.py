"""What may be done to a ticket: each move on a healthy ticket, then where it does not fit."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from provisioning.model import Actor
from provisioning.moves import (
    Arrived,
    Close,
    Grade,
    HandOver,
    Mended,
    Move,
    Note,
    NotSolved,
    Reopen,
    Reply,
    Take,
    Withdraw,
    Works,
    clustered,
    did,
    followed,
    may,
    merged,
    moved,
)
from provisioning.tickets import (
    Arrival,
    Asker,
    CloseReason,
    Event,
    Named,
    Severity,
    Subject,
    Ticket,
    TicketEvent,
    TicketState,
)
from tests import worlds

LATER = worlds.NOW + timedelta(minutes=5)
JOSE = Actor(id=worlds.JOSE_ID, upn="jose@fabrikam.example", name="José García")


def ticket(**changes: object) -> Ticket:
    usual: dict[str, object] = {
        "number": 1001,
        "version": 1,
        "requester": JOSE,
        "origin": "chat-jose",
        "question": "help",
        "state": TicketState.OPEN,
        "opened": worlds.NOW,
        "updated": worlds.NOW,
        "history": (TicketEvent(at=worlds.NOW, what="opened", by=JOSE),),
    }
    return Ticket(**{**usual, **changes})  # type: ignore[arg-type]


def after(one: Ticket, *moves: tuple[Move, Actor], at: datetime = LATER) -> Ticket:
    for move, by in moves:
        changed = moved(one, move, by, at)
        assert changed is not None, f"{move} does not fit"
        one = changed
    return one


def test_who_takes_it_has_it_and_the_next_one_does_not() -> None:
    taken = after(ticket(), (Take(), worlds.aisha()))
    assert (taken.state, taken.taker) == (TicketState.TAKEN, worlds.aisha())
    assert moved(taken, Take(), worlds.ines(), LATER) is None
    assert taken.first_answer == LATER


def test_a_ticket_goes_from_hand_to_hand_and_back() -> None:
    handed = after(ticket(), (Take(), worlds.aisha()), (HandOver(to=worlds.ines()), worlds.aisha()))
    assert (handed.taker, handed.history[-1].value) == (worlds.ines(), "Ines Berg")
    back = after(handed, (HandOver(to=None), worlds.ines()))
    assert (back.state, back.taker) == (TicketState.OPEN, None)
    assert moved(back, HandOver(to=None), worlds.ines(), LATER) is None, "nobody has it"


def test_it_is_handed_to_nobody_who_may_not_work_on_tickets() -> None:
    assert moved(ticket(), HandOver(to=worlds.olle()), worlds.aisha(), LATER) is None


def test_an_internal_note_is_no_answer_and_a_word_to_the_asker_is() -> None:
    noted = after(ticket(), (Note(text="ask the vendor"), worlds.aisha()))
    assert (noted.history[-1].internal, noted.first_answer) == (True, None)
    told = after(noted, (Note(text="we are at it", internal=False), worlds.aisha()))
    assert (told.history[-1].internal, told.first_answer) == (False, LATER)
    assert moved(told, Note(text="  "), worlds.aisha(), LATER) is None


def test_severity_changes_once() -> None:
    graded = after(ticket(), (Grade(severity=Severity.URGENT), worlds.aisha()))
    assert graded.severity is Severity.URGENT
    assert moved(graded, Grade(severity=Severity.URGENT), worlds.aisha(), LATER) is None


def test_a_closed_ticket_says_why_and_takes_words_and_a_reopening_alone() -> None:
    closed = after(ticket(), (Close(reason=CloseReason.NOT_OURS, text="the vendor knows"), worlds.aisha()))
    assert (closed.state, closed.reason, closed.closed) == (TicketState.CLOSED, CloseReason.NOT_OURS, LATER)
    for move in (Take(), Close(), Grade(severity=Severity.LOW), HandOver(to=worlds.ines()), Withdraw(), Works()):
        assert moved(closed, move, JOSE if isinstance(move, Withdraw | Works) else worlds.aisha(), LATER) is None
    again = after(closed, (Reopen(text="too early"), worlds.ines()))
    assert (again.state, again.reason, again.closed) == (TicketState.OPEN, None, None)


def test_reopened_it_is_back_with_who_had_it() -> None:
    closed = after(ticket(), (Take(), worlds.aisha()), (Close(), worlds.aisha()))
    again = after(closed, (NotSolved(text="still no desk"), JOSE))
    assert (again.state, again.taker) == (TicketState.TAKEN, worlds.aisha())
    assert again.history[-1].text == "still no desk"


def test_a_newer_success_proposes_to_close_and_closes_nothing() -> None:
    mended = after(ticket(), (Mended(row="row-9", at=LATER), worlds.aisha()))
    assert (mended.state, mended.mended) == (TicketState.OPEN, LATER)
    assert moved(mended, Mended(row="row-10", at=LATER), worlds.aisha(), LATER) is None, "told once"


def test_not_solved_takes_the_proposal_back_and_the_same_row_does_not_renew_it() -> None:
    mended = after(ticket(), (Mended(row="row-9", at=LATER), worlds.aisha()))
    doubted = after(mended, (NotSolved(), JOSE))
    assert (doubted.state, doubted.mended) == (TicketState.OPEN, None)
    assert moved(doubted, Mended(row="row-9", at=LATER), worlds.aisha(), LATER) is None
    assert moved(doubted, Mended(row="row-11", at=LATER), worlds.aisha(), LATER) is not None


PEOPLE = (Named(id="p-1", name="Maja Lind"), Named(id="p-2", name="Olle Svensson"))
APPS = (Named(id="a-1", name="AskCody"),)


def arrival(person: str, row: str) -> Arrival:
    return Arrival(person=person, app="a-1", row=row, at=LATER, name=person, app_name="AskCody")


def test_a_ticket_about_several_people_is_mended_when_the_last_of_them_has_arrived() -> None:
    one = after(ticket(people=PEOPLE, apps=APPS), (Arrived(arrivals=(arrival("p-1", "row-1"),)), worlds.aisha()))
    assert (one.mended, one.history[-1].what, one.history[-1].value) == (None, "arrived", "1/2")
    assert moved(one, Arrived(arrivals=(arrival("p-1", "row-2"),)), worlds.aisha(), LATER) is None, "she is there"
    both = after(one, (Arrived(arrivals=(arrival("p-2", "row-3"),)), worlds.aisha()))
    assert [event.what for event in both.history[-2:]] == ["arrived", "mended"]
    assert (both.history[-2].value, both.mended, both.is_open) == ("2/2", LATER, True)


def test_after_not_solved_everybody_has_to_arrive_once_more_by_another_row() -> None:
    there = Arrived(arrivals=(arrival("p-1", "row-1"), arrival("p-2", "row-2")))
    doubted = after(ticket(people=PEOPLE, apps=APPS), (there, worlds.aisha()), (NotSolved(), JOSE))
    assert (doubted.mended, doubted.arrived) == (None, frozenset())
    assert moved(doubted, there, worlds.aisha(), LATER) is None
    again = after(doubted, (Arrived(arrivals=(arrival("p-1", "row-3"),)), worlds.aisha()))
    assert again.history[-1].value == "1/2"


def test_what_is_about_an_apps_sync_as_well_waits_for_nobody() -> None:
    maja = Subject(cause="missing_attribute", app="a-1", person="p-1")
    olle = Subject(cause="missing_attribute", app="a-1", person="p-2")
    assert ticket(subjects=(maja, olle)).awaited == (("p-1", "a-1"), ("p-2", "a-1"))
    assert ticket(subjects=(maja, Subject(cause="quarantined", app="a-1"))).awaited == ()
    assert ticket(people=PEOPLE, apps=(*APPS, Named(id="a-2", name="Zoom"))).awaited == ()
    fine = Subject(cause="provisioned", app="a-1", person="p-3")
    assert ticket(subjects=(maja, fine)).awaited == (("p-1", "a-1"),)


def test_nothing_is_unsolved_that_nobody_called_solved() -> None:
    assert moved(ticket(), NotSolved(), JOSE, LATER) is None


def test_it_works_closes_it_in_the_askers_name() -> None:
    assert after(ticket(), (Works(), JOSE)).reason is CloseReason.SOLVED


def test_the_last_who_withdraws_closes_it_and_nobody_before() -> None:
    olle = Asker(actor=worlds.olle(), origin="chat-olle", at=LATER)
    both = followed(ticket(), olle)
    assert both is not None
    assert followed(both, olle) is None
    one = after(both, (Withdraw(), JOSE))
    assert (one.state, [asker.actor.name for asker in one.askers]) == (TicketState.OPEN, ["Olle Svensson"])
    assert moved(one, Withdraw(), JOSE, LATER) is None, "they are gone"
    none = after(one, (Withdraw(), worlds.olle()))
    assert (none.state, none.reason) == (TicketState.CLOSED, CloseReason.WITHDRAWN)


def test_who_has_withdrawn_may_come_back_and_hears_it_where_they_ask_now() -> None:
    olle = Asker(actor=worlds.olle(), origin="chat-olle", at=LATER)
    both = followed(ticket(), olle)
    assert both is not None
    without = after(both, (Withdraw(), JOSE))
    back = followed(without, Asker(actor=JOSE, origin="new-chat", at=LATER))
    assert back is not None
    assert [(asker.actor.name, asker.origin) for asker in back.askers] == [
        ("José García", "new-chat"),
        ("Olle Svensson", "chat-olle"),
    ]


def test_merging_closes_the_one_and_brings_its_askers_to_the_other() -> None:
    other = ticket(number=1002, requester=worlds.olle(), origin="chat-olle")
    pair = merged(other, ticket(), worlds.aisha(), LATER)
    assert pair is not None
    gone, kept = pair
    assert (gone.state, gone.reason, gone.merged_into) == (TicketState.CLOSED, CloseReason.MERGED, 1001)
    assert [asker.origin for asker in kept.askers] == ["chat-jose", "chat-olle"]
    assert (gone.history[-1].value, kept.history[-1].value) == ("SD-1001", "SD-1002")
    assert moved(gone, Reopen(), worlds.aisha(), LATER) is None, "it lives on in the other"


def test_nothing_is_merged_with_itself_or_with_what_is_closed() -> None:
    assert merged(ticket(), ticket(), worlds.aisha(), LATER) is None
    closed = after(ticket(number=1002), (Close(), worlds.aisha()))
    assert merged(closed, ticket(), worlds.aisha(), LATER) is None
    assert merged(ticket(), closed, worlds.aisha(), LATER) is None


def test_a_repetition_is_written_on_the_first_of_them() -> None:
    head = clustered(ticket(), ticket(number=1002, requester=worlds.olle()), LATER)
    assert (head.children, head.history[-1].what, head.history[-1].value) == ((1002,), Event.CLUSTERED, "SD-1002")


@pytest.mark.parametrize(
    "move", [Take(), HandOver(to=None), Note(text="x"), Close(), Reopen(), Grade(severity=Severity.LOW)]
)
def test_what_the_helpdesk_does_is_for_the_helpdesk(move: Move) -> None:
    assert may(worlds.aisha(), move, ticket())
    assert not may(JOSE, move, ticket())


@pytest.mark.parametrize("move", [Reply(text="x"), Withdraw(), NotSolved(), Works()])
def test_what_askers_say_is_for_askers(move: Move) -> None:
    assert may(JOSE, move, ticket())
    assert not may(worlds.olle(), move, ticket())
    assert not may(worlds.aisha(), move, ticket()), "agents speak for themselves"


def test_the_same_move_is_recognised_after_the_step_it_was_made_from() -> None:
    noted = after(ticket(), (Note(text="done twice?"), worlds.aisha()))
    assert did(noted, Note(text="done twice? "), worlds.aisha(), since=1)
    assert not did(noted, Note(text="done twice?"), worlds.ines(), since=1)
    assert not did(noted, Note(text="done twice?"), worlds.aisha(), since=2)


def test_words_are_kept_up_to_their_limit() -> None:
    noted = after(ticket(), (Note(text="x" * 5000), worlds.aisha()))
    assert len(noted.history[-1].text) == 4000
    assert replace(noted, history=()).step == 0
