"""What other desks are told: plain words, and where the ticket stood at that step."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cards.handover import handover_notice, standing_after
from provisioning.handover import Standing
from provisioning.moves import Close, HandOver, Move, Note, Reopen, Take, Withdraw, moved
from provisioning.tickets import Ticket
from tests import worlds
from tests.cards.examples import bare_ticket, ticket


def after(start: Ticket, *moves: Move) -> Ticket:
    now, by = start, worlds.aisha()
    for move in moves:
        changed = moved(now, move, now.requester if isinstance(move, Withdraw) else by, worlds.NOW + timedelta(hours=1))
        assert changed is not None, move
        now = changed
    return now


def test_the_opening_tells_question_finding_and_cause_in_plain_text() -> None:
    notice = handover_notice(ticket(), 0, source="sd1")
    assert notice.key == f"sd1-{ticket().name}/0" and notice.standing is Standing.OPEN
    assert ticket().question in notice.description
    diagnosis = ticket().diagnosis
    assert diagnosis is not None
    for part in (diagnosis.person.upn, diagnosis.app.name, diagnosis.root.cause.value):
        assert part in notice.description
    assert not any(sign in notice.description + notice.subject for sign in ("**", "\\", "{{"))
    assert "\n" not in notice.subject and len(notice.subject) <= 120


def test_a_ticket_about_a_text_is_told_with_its_text() -> None:
    notice = handover_notice(replace(bare_ticket(), question="the *door*\nis _shut_ " + "x" * 300), 0, source="sd1")
    assert notice.subject.startswith("the *door* is _shut_ x") and notice.subject.endswith("…")


def test_each_step_says_where_it_left_the_ticket_whatever_came_after() -> None:
    story = after(bare_ticket(), Take(), Note(text="psst"), HandOver(to=None), Take(), Close(), Reopen(), Close())
    first = len(bare_ticket().history)
    told = [handover_notice(story, step, source="sd1").standing for step in range(first, len(story.history))]
    taken, opened, closed = Standing.TAKEN, Standing.OPEN, Standing.CLOSED
    assert told == [taken, None, opened, taken, closed, taken, closed]


def test_an_internal_note_is_marked_and_a_public_one_is_told_in_full() -> None:
    story = after(bare_ticket(), Note(text="HR is *slow*"), Note(text="we are on it", internal=False))
    internal, public = (handover_notice(story, step, source="sd1") for step in (-2 % story.step, -1 % story.step))
    assert not internal.public and "HR is *slow*" in internal.text
    assert public.public and "we are on it" in public.text and "Aisha Khan" in public.text


def test_the_last_withdrawal_is_the_end() -> None:
    story = after(bare_ticket(), Withdraw())
    assert standing_after(story, story.step - 1) is Standing.CLOSED
    assert handover_notice(story, story.step - 1, source="sd1").standing is Standing.CLOSED


@pytest.mark.parametrize("language", ["de", "en", "xx"])
def test_another_language_can_be_set(language: str) -> None:
    assert handover_notice(ticket(), 0, source="sd1", language=language).description
