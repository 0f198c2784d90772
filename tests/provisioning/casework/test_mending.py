"""A ticket whose cause is gone says so, once, to all who asked; and closes only when a human or a policy says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from provisioning.attempts import LogEvent, Verdict
from provisioning.casework.mending import MOST, SIDE_BY_SIDE, Mending, newer_success
from provisioning.casework.tickets import Tickets
from provisioning.errors import NotAllowedError, TryLaterError
from provisioning.model import App
from provisioning.moves import NotSolved
from provisioning.tickets import CloseReason, Named, Ticket
from tests import worlds
from tests.provisioning.casework.conftest import Desk


def spoil(desk: Desk) -> None:
    """The person's mail is empty, and the log shows nothing good."""
    desk.tenant.seen = worlds.lacking("mail")


async def opened(desk: Desk) -> Ticket:
    spoil(desk)
    case = await desk.asked()
    return await desk.tickets.open(worlds.aisha(), origin="chat-1", case_id=case.id)


def arrives(desk: Desk, minutes: int = 1, verdict: Verdict = Verdict.SUCCESS, action: str = "create") -> None:
    row = worlds.event(id=f"row-{minutes}", at=worlds.NOW + timedelta(minutes=minutes), verdict=verdict, action=action)
    desk.tenant.happened.append(row)
    desk.tenant.clock = max(desk.tenant.clock, row.at)


def mending(desk: Desk, close_after: timedelta | None = None, now: datetime = worlds.NOW) -> Mending:
    tickets = Tickets(books=desk.books, clock=lambda: now)
    return Mending(tenant=desk.tenant, books=desk.books, tickets=tickets, close_after=close_after)


async def looked_at_anew(desk: Desk) -> None:
    """As if the rest between two looks had passed."""
    async with desk.pool.connection() as connection:
        await connection.execute("UPDATE tickets SET looked = NULL")


async def test_a_newer_success_is_told_and_closes_nothing(desk: Desk) -> None:
    number = (await opened(desk)).number
    arrives(desk)
    await mending(desk).look()
    ticket = await desk.books.read_ticket(number)
    assert (ticket.is_open, ticket.history[-1].what, ticket.history[-1].value) == (True, "mended", "row-1")
    await looked_at_anew(desk)
    await mending(desk).look()
    assert await desk.books.read_ticket(number) == ticket, "told once"


@pytest.mark.parametrize(
    ("verdict", "action"), [(Verdict.FAILURE, "create"), (Verdict.SUCCESS, "disable"), (Verdict.SKIPPED, "create")]
)
async def test_what_is_no_arrival_mends_nothing(desk: Desk, verdict: Verdict, action: str) -> None:
    number = (await opened(desk)).number
    arrives(desk, verdict=verdict, action=action)
    await mending(desk).look()
    assert (await desk.books.read_ticket(number)).mended is None


async def test_an_older_success_and_one_that_a_failure_followed_mend_nothing(desk: Desk) -> None:
    ticket = await opened(desk)
    success = worlds.event(id="old", at=worlds.NOW - timedelta(minutes=9))
    assert newer_success(ticket, [success]) is None
    good = worlds.event(id="good", at=worlds.NOW + timedelta(minutes=1))
    bad = worlds.event(id="bad", at=worlds.NOW + timedelta(minutes=2), verdict=Verdict.FAILURE)
    assert newer_success(ticket, [bad, good]) is None
    assert newer_success(ticket, [good]) == good


async def test_after_an_objection_only_a_newer_success_counts(desk: Desk) -> None:
    number = (await opened(desk)).number
    arrives(desk)
    await mending(desk).look()
    later = worlds.NOW + timedelta(minutes=5)
    await Tickets(books=desk.books, clock=lambda: later).move(worlds.aisha(), number, NotSolved())
    await looked_at_anew(desk)
    await mending(desk).look()
    assert (await desk.books.read_ticket(number)).mended is None
    arrives(desk, minutes=6)
    await looked_at_anew(desk)
    await mending(desk).look()
    assert (await desk.books.read_ticket(number)).mended == worlds.NOW + timedelta(minutes=6)


async def test_a_kept_promise_mends_the_ticket_at_once(desk: Desk) -> None:
    spoil(desk)
    ticket = await desk.tickets.open(worlds.aisha(), origin="c", case_id=(await desk.asked()).id)
    desk.tenant.seen = worlds.healthy(log=())
    case = await desk.promised()
    await desk.worker.run()
    await mending(desk).kept(case.id)
    assert (await desk.books.read_ticket(ticket.number)).history[-1].value == "row-now"


async def test_a_case_that_is_not_done_mends_nothing(desk: Desk) -> None:
    ticket = await opened(desk)
    await mending(desk).kept((await desk.asked()).id)
    assert (await desk.books.read_ticket(ticket.number)).mended is None


async def test_a_success_is_no_news_to_who_was_never_kept_out(desk: Desk) -> None:
    desk.tenant.seen = worlds.healthy()
    ticket = await desk.tickets.open(worlds.aisha(), origin="c", case_id=(await desk.asked()).id)
    arrives(desk)
    await mending(desk).look()
    assert (await desk.books.read_ticket(ticket.number)).mended is None


@pytest.mark.parametrize("problem", [TryLaterError("busy", wait=1), NotAllowedError("no")])
async def test_a_log_that_cannot_be_read_mends_nothing_and_breaks_nothing(desk: Desk, problem: Exception) -> None:
    number = (await opened(desk)).number
    arrives(desk)
    desk.tenant.log_down = problem
    await mending(desk).look()
    assert (await desk.books.read_ticket(number)).mended is None


async def test_silence_closes_only_where_a_policy_says_so_and_only_in_time(desk: Desk) -> None:
    number = (await opened(desk)).number
    arrives(desk)
    await mending(desk).look()
    tomorrow = worlds.NOW + timedelta(hours=25)
    await mending(desk, now=tomorrow).close_by_policy()
    await mending(desk, timedelta(hours=24), now=worlds.NOW + timedelta(hours=23)).close_by_policy()
    assert (await desk.books.read_ticket(number)).is_open
    await mending(desk, timedelta(hours=24), now=tomorrow).close_by_policy()
    closed = await desk.books.read_ticket(number)
    assert (closed.is_open, closed.reason, closed.history[-1].by.name) == (False, CloseReason.BY_ITSELF, "Sync Desk")


@dataclass(slots=True)
class Log:
    """``LogReader``: of each person the rows that it was given; ``read``: how many people each read was about."""

    rows: dict[str, list[LogEvent]] = field(default_factory=dict)
    read: list[int] = field(default_factory=list)

    async def logs(self, person_ids: Sequence[str], app: App, *, since: datetime) -> Mapping[str, Sequence[LogEvent]]:
        assert app.id == worlds.askcody().id
        self.read.append(len(person_ids))
        return {one: [row for row in self.rows.get(one, []) if row.at > since] for one in person_ids}

    def arrives(self, person: str, minutes: int = 1) -> None:
        """A success, so long after what is now."""
        row = worlds.event(id=f"{person}-{minutes}", at=worlds.NOW + timedelta(minutes=minutes), action="create")
        self.rows.setdefault(person, []).insert(0, row)


async def left_over(desk: Desk, people: int) -> Ticket:
    """A ticket about so many people of one list."""
    app = worlds.askcody()
    return await Tickets(books=desk.books, clock=lambda: worlds.NOW).open_about(
        worlds.aisha(),
        origin="chat-1",
        text="Left over from C-7",
        people=[Named(id=f"p-{n}", name=f"Person {n}") for n in range(people)],
        apps=[Named(id=app.id, name=app.name)],
        key="left",
    )


def looking(desk: Desk, log: Log, now: datetime = worlds.NOW) -> Mending:
    return Mending(tenant=log, books=desk.books, tickets=Tickets(books=desk.books, clock=lambda: now))


async def test_a_ticket_about_several_people_says_how_many_have_arrived_and_then_that_all_have(desk: Desk) -> None:
    log, number = Log(), (await left_over(desk, 3)).number
    log.arrives("p-0")
    log.arrives("p-2")
    await looking(desk, log).look()
    ticket = await desk.books.read_ticket(number)
    assert [(one.what, one.value) for one in ticket.history[1:]] == [("arrived", "2/3")], "one line, not one for each"
    assert (ticket.mended, ticket.is_open) == (None, True)
    await looked_at_anew(desk)
    log.arrives("p-1", 2)
    await looking(desk, log).look()
    ticket = await desk.books.read_ticket(number)
    assert [one.what for one in ticket.history[1:]] == ["arrived", "arrived", "mended"]
    assert (ticket.mended, ticket.is_open) == (worlds.NOW + timedelta(minutes=2), True)
    await looked_at_anew(desk)
    await looking(desk, log).look()
    assert log.read == [3, 1], "who is there is not looked at again"


async def test_of_very_many_people_another_part_is_looked_at_each_time(desk: Desk) -> None:
    log, number = Log(), (await left_over(desk, 2 * MOST)).number
    for n in range(2 * MOST):
        log.arrives(f"p-{n}")
    await looking(desk, log).look()
    assert (sum(log.read), max(log.read)) == (MOST, SIDE_BY_SIDE)
    assert len((await desk.books.read_ticket(number)).arrived) == MOST
    await looked_at_anew(desk)
    await looking(desk, log).look()
    assert (await desk.books.read_ticket(number)).mended is not None
