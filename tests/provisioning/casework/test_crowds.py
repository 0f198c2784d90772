"""What people do with a crowd: bring a list, see the table, start, pause, resume, stop."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from provisioning.casework.crowds import FEW, Crowds
from provisioning.crowds import CrowdState, MemberState, Progress, Why
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError
from provisioning.model import Actor, Person
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool, open_database
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.town import Town, somebody, town_of

AISHA, APP = worlds.aisha(), worlds.askcody()


def called(person: Person, words: str) -> bool:
    return words in {person.upn, person.name, person.name.split()[0]}


class Desk:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.town: Town = town_of(4)
        self.books = PostgresCrowds(pool, Queue(pool))
        self.crowds = Crowds(reader=self.town, books=self.books, called=called)

    async def brought(self, *words: str, **told: object) -> Progress:
        told = {"origin": "chat-1", "words": words, "app": APP, **told}
        return await self.crowds.open(AISHA, **told)  # type: ignore[arg-type]

    async def queued(self) -> list[str]:
        async with self.pool.connection() as connection:
            found = await connection.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
            return [name for (name,) in await found.fetchall()]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with open_database(database_url) as pool:
        yield Desk(pool)


async def test_a_short_list_comes_back_with_its_table(desk: Desk) -> None:
    seen = await desk.brought("p1@x.example", "Nr2 Person")
    assert (seen.crowd.state, seen.of(MemberState.WAITING)) == (CrowdState.READY, 2)


async def test_a_long_list_is_looked_up_in_the_background(desk: Desk) -> None:
    desk.town.people = town_of(FEW + 1).people
    seen = await desk.brought(*(one.upn for one in desk.town.people.values()))
    assert seen.crowd.state is CrowdState.GATHERING
    assert "gather_crowd" in await desk.queued()
    await desk.crowds.gather(seen.crowd.number)
    await desk.crowds.gather(seen.crowd.number)  # it may be run twice
    ready = await desk.crowds.progress(AISHA, seen.crowd.number)
    assert (ready.crowd.state, ready.of(MemberState.WAITING)) == (CrowdState.READY, FEW + 1)


async def test_the_same_message_brings_one_list(desk: Desk) -> None:
    first, second = await desk.brought("p1@x.example", key="m-1"), await desk.brought("p1@x.example", key="m-1")
    assert first.crowd.number == second.crowd.number


async def test_nobody_is_guessed(desk: Desk) -> None:
    desk.town.people["p-9"] = somebody(9, name="Nr1 Other")
    seen = await desk.brought("Nr1", "Xaver", "p1@x.example", "p1@x.example")
    assert [(one.words, one.fits) for one in seen.crowd.unnamed] == [
        ("Nr1", ("p1@x.example", "p9@x.example")),
        ("Xaver", ()),
    ]
    assert seen.wanted == 1


async def test_whoever_cannot_be_called_is_left_out_with_the_reason(desk: Desk) -> None:
    desk.town.unassigned.add("p-1")
    desk.town.there.add("p-2")
    desk.town.people["p-3"] = somebody(3, attributes={"mail": None})
    desk.town.unreadable["p-4"] = NotThereError("gone")
    seen = await desk.brought(*(one.upn for one in desk.town.people.values()))
    assert {one.key for one in seen.leftovers} == {
        "not_assigned",
        "already_there",
        "missing_attribute:mail",
        "unread",
    }
    assert seen.wanted == 0


async def test_whoever_could_not_be_read_just_now_is_read_again_at_their_turn(desk: Desk) -> None:
    desk.town.unreadable["p-1"] = TryLaterError("busy")
    desk.town.untold.add("p-2")
    seen = await desk.brought("p1@x.example", "p2@x.example")
    assert seen.of(MemberState.WAITING) == 2
    members = await desk.books.members(seen.crowd.number)
    assert {one.why for one in members} == {Why.UNSEEN}, "the unknown is not fine"


async def test_everybody_who_fails_for_the_reason_that_was_named(desk: Desk) -> None:
    desk.town.failing_ids = ("p-1", "p-2", "p-3")
    desk.town.people["p-1"] = somebody(1, attributes={"mail": None})
    seen = await desk.brought(failing=True, because="mail")
    assert seen.crowd.state is CrowdState.GATHERING, "who fails is not known before the log is read"
    await desk.crowds.gather(seen.crowd.number)
    ready = await desk.crowds.progress(AISHA, seen.crowd.number)
    assert (sum(ready.counts.values()), ready.crowd.left) == (1, 2)


async def test_a_list_without_an_app_waits_for_it(desk: Desk) -> None:
    seen = await desk.brought("p1@x.example", app=None)
    assert seen.crowd.state is CrowdState.NAMELESS
    ready = await desk.crowds.choose_app(AISHA, seen.crowd.number, APP, version=seen.crowd.version)
    assert ready.crowd.state is CrowdState.READY
    again = await desk.crowds.choose_app(AISHA, seen.crowd.number, worlds.askcody(id="other"))
    assert again.crowd.app == APP


async def test_a_click_starts_it_and_a_second_one_changes_nothing(desk: Desk) -> None:
    seen = await desk.brought("p1@x.example")
    began = await desk.crowds.start(AISHA, seen.crowd.number, seen.crowd.version)
    again = await desk.crowds.start(worlds.ines(), seen.crowd.number, seen.crowd.version)
    assert (began.crowd.state, began.crowd.started_by, began.crowd.version) == (
        CrowdState.RUNNING,
        AISHA,
        again.crowd.version,
    )
    assert again.crowd.started_by == AISHA


async def test_those_whom_a_call_cannot_harm_are_called_only_if_the_click_says_so(desk: Desk) -> None:
    desk.town.there.add("p-1")
    desk.town.unassigned.add("p-2")
    seen = await desk.brought("p1@x.example", "p2@x.example", "p3@x.example")
    began = await desk.crowds.start(AISHA, seen.crowd.number, seen.crowd.version, everybody=True)
    assert began.of(MemberState.WAITING) == 2
    assert [one.key for one in began.leftovers] == ["not_assigned"], "a call would disable them"


async def test_it_pauses_resumes_and_stops(desk: Desk) -> None:
    seen = await desk.brought("p1@x.example", "p2@x.example")
    number = seen.crowd.number
    seen = await desk.crowds.start(AISHA, number, seen.crowd.version)
    seen = await desk.crowds.pause(AISHA, number, seen.crowd.version)
    assert seen.crowd.state is CrowdState.PAUSED
    seen = await desk.crowds.resume(worlds.ines(), number, seen.crowd.version)
    assert (seen.crowd.state, seen.crowd.started_by) == (CrowdState.RUNNING, worlds.ines())
    seen = await desk.crowds.stop(AISHA, number, seen.crowd.version)
    assert (seen.crowd.state, seen.of(MemberState.STOPPED)) == (CrowdState.STOPPED, 2)
    late = await desk.crowds.resume(AISHA, number, seen.crowd.version)
    assert late.crowd.state is CrowdState.STOPPED


@pytest.mark.parametrize("verb", ["open", "start", "pause", "resume", "stop", "progress", "members", "handed_over"])
async def test_every_verb_is_for_the_helpdesk(desk: Desk, verb: str) -> None:
    number = (await desk.brought("p1@x.example")).crowd.number
    verbs: dict[str, Callable[[Actor], Awaitable[object]]] = {
        "open": lambda who: desk.crowds.open(who, origin="chat-1", words=("p1@x.example",), app=APP),
        "start": lambda who: desk.crowds.start(who, number, 1),
        "pause": lambda who: desk.crowds.pause(who, number, 1),
        "resume": lambda who: desk.crowds.resume(who, number, 1),
        "stop": lambda who: desk.crowds.stop(who, number, 1),
        "progress": lambda who: desk.crowds.progress(who, number),
        "members": lambda who: desk.crowds.members(who, number, skip=0, most=5),
        "handed_over": lambda who: desk.crowds.handed_over(who, number, "x", 1),
    }
    with pytest.raises(NotAllowedError):
        await verbs[verb](worlds.olle())


async def test_a_log_that_may_not_be_read_ends_the_list_with_the_reason(desk: Desk) -> None:
    async def denied(app: object) -> tuple[str, ...]:
        raise NotAllowedError("no log for you")

    seen = await desk.brought(failing=True)
    desk.town.failing = denied  # type: ignore[method-assign]
    await desk.crowds.gather(seen.crowd.number)
    ended = await desk.crowds.progress(AISHA, seen.crowd.number)
    assert (ended.crowd.state, ended.crowd.told) == (CrowdState.STOPPED, "no log for you")


async def test_a_rehearsal_keeps_nothing(desk: Desk) -> None:
    rehearsal = Crowds(reader=desk.town, books=desk.books, called=called, stored=False)
    seen = await rehearsal.open(AISHA, origin="command line", words=("p1@x.example", "Xaver"), app=APP)
    assert (seen.crowd.state, seen.of(MemberState.WAITING), len(seen.crowd.unnamed)) == (CrowdState.READY, 1, 1)
    assert await desk.books.newest() == []
    assert await desk.queued() == []


async def test_a_ticket_is_noted_on_the_group_that_went_into_it(desk: Desk) -> None:
    desk.town.unassigned.add("p-1")
    seen = await desk.brought("p1@x.example")
    noted = await desk.crowds.handed_over(AISHA, seen.crowd.number, "not_assigned", 1001)
    assert noted.crowd.tickets == {"not_assigned": 1001}
