"""The helpdesk's numbers: each counts what it says, and nothing of last week."""

from dataclasses import replace
from datetime import timedelta

from provisioning.cases import Case, CaseState
from provisioning.casework.tickets import Tickets
from provisioning.model import Cause
from provisioning.moves import Close, Note, Take
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool
from provisioning.store.figures import PostgresFigures
from provisioning.tickets import CloseReason
from tests import worlds
from tests.provisioning.store.test_books import _case as new_case


async def opened(books: PostgresBooks, n: int = 1) -> list[int]:
    tickets = Tickets(books=books)
    return [(await tickets.open(worlds.olle(), origin="c", text=f"help {one}")).number for one in range(n)]


async def ago(pool: Pool, number: int, column: str, span: timedelta) -> None:
    """The column of a ticket as if it had been written so long ago."""
    async with pool.connection() as connection:
        await connection.execute(f"UPDATE tickets SET {column} = now() - %s WHERE number = %s", [span, number])


async def test_an_empty_desk_has_nothing_to_count(pool: Pool) -> None:
    found = await PostgresFigures(pool).numbers()
    assert (found.open, found.waiting, found.oldest, found.ages, found.causes) == (0, 0, None, (0, 0, 0), ())
    assert (found.first_answer, found.first_answer_slow, found.needed_something) == (None, None, 0)


async def test_open_waiting_and_age_are_those_of_now(books: PostgresBooks, pool: Pool) -> None:
    tickets = Tickets(books=books)
    numbers = await opened(books, 5)
    await ago(pool, numbers[0], "opened", timedelta(days=9))
    await ago(pool, numbers[1], "opened", timedelta(days=2))
    await tickets.move(worlds.aisha(), numbers[1], Take())
    await tickets.move(worlds.aisha(), numbers[4], Close())
    found = await PostgresFigures(pool).numbers()
    assert (found.open, found.waiting, found.ages) == (4, 3, (2, 1, 1))
    assert found.oldest is not None and timedelta(days=9) <= found.as_of - found.oldest < timedelta(days=9, minutes=5)
    assert (found.opened, found.closed) == (4, 1)


async def test_the_first_answer_counts_and_an_internal_note_or_the_askers_own_word_does_not(
    books: PostgresBooks, pool: Pool
) -> None:
    tickets = Tickets(books=books)
    numbers = await opened(books, 3)
    for number, hours in zip(numbers, (1, 2, 30), strict=True):
        await ago(pool, number, "opened", timedelta(hours=hours))
        await tickets.move(worlds.aisha(), number, Note(text="psst"))
    assert (await PostgresFigures(pool).numbers()).answered == 0
    for number in numbers:
        await tickets.move(worlds.aisha(), number, Note(text="we are on it", internal=False))
        await tickets.move(worlds.aisha(), number, Note(text="and still", internal=False))
    found = await PostgresFigures(pool).numbers()
    assert found.answered == 3 and found.first_answer is not None and found.first_answer_slow is not None
    assert timedelta(hours=2) <= found.first_answer < timedelta(hours=2, minutes=5)
    assert timedelta(hours=30) <= found.first_answer_slow < timedelta(hours=30, minutes=5)


async def test_what_happened_before_the_week_is_not_counted(books: PostgresBooks, pool: Pool) -> None:
    tickets = Tickets(books=books)
    (number,) = await opened(books)
    await tickets.move(worlds.aisha(), number, Take(), Close(reason=CloseReason.BY_ITSELF))
    for column in ("opened", "answered", "ended"):
        await ago(pool, number, column, timedelta(days=7, minutes=1))
    found = await PostgresFigures(pool).numbers()
    assert (found.opened, found.closed, found.answered, found.by_itself, found.open) == (0, 0, 0, 0, 0)


async def test_a_ticket_that_is_reopened_is_open_again_and_keeps_its_first_answer(
    books: PostgresBooks, pool: Pool
) -> None:
    from provisioning.moves import Reopen

    tickets = Tickets(books=books)
    (number,) = await opened(books)
    await tickets.move(worlds.aisha(), number, Take(), Close())
    await tickets.move(worlds.aisha(), number, Reopen())
    found = await PostgresFigures(pool).numbers()
    assert (found.open, found.waiting, found.closed, found.answered) == (1, 0, 0, 1)


async def test_what_needed_no_human_was_mended_by_a_click_or_went_away_before_anybody_took_it(
    books: PostgresBooks, pool: Pool
) -> None:
    tickets = Tickets(books=books)
    one, two, three = await opened(books, 3)
    await tickets.move(worlds.aisha(), one, Close(reason=CloseReason.BY_ITSELF))
    await tickets.move(worlds.aisha(), two, Take(), Close(reason=CloseReason.BY_ITSELF))
    await tickets.move(worlds.aisha(), three, Close())
    async with books.transaction() as ledger:
        await ledger.add_case(replace(new_case(), state=CaseState.DONE))
        await ledger.add_case(replace(new_case(), state=CaseState.LOOKED))
        handed = await ledger.add_case(replace(new_case(), state=CaseState.DONE))
        await ledger.save_case(replace(handed, ticket=one))
    found = await PostgresFigures(pool).numbers()
    assert (found.by_click, found.by_itself, found.without_a_human, found.needed_something) == (1, 1, 2, 4)


async def test_causes_count_each_person_and_app_once_and_leave_out_who_is_fine(
    books: PostgresBooks, pool: Pool
) -> None:
    def about(person: str, cause: Cause, text: str = "") -> Case:
        seen = new_case().diagnosis
        root = replace(seen.findings[0], cause=cause, facts={"error_message": text})
        diagnosis = replace(seen, person=replace(seen.person, id=person), findings=(root, *seen.findings[1:]))
        return replace(new_case(), diagnosis=diagnosis, state=CaseState.LOOKED)

    for case in (
        about("a", Cause.NOT_ASSIGNED),
        about("a", Cause.MISSING_ATTRIBUTE),
        about("b", Cause.MISSING_ATTRIBUTE, text="an odd\x00text"),
        about("b", Cause.MISSING_ATTRIBUTE),
        about("c", Cause.JOB_PAUSED),
        about("d", Cause.PROVISIONED),
    ):
        async with books.transaction() as ledger:
            await ledger.add_case(case)
    found = await PostgresFigures(pool).numbers()
    assert found.causes == (("missing_attribute", 2), ("job_paused", 1))


async def test_metrics_see_tickets_by_state_and_severity_and_what_is_under_way(
    books: PostgresBooks, pool: Pool
) -> None:
    first, _ = await opened(books, 2)
    await Tickets(books=books).move(worlds.aisha(), first, Take())
    figures = PostgresFigures(pool)
    assert sorted(await figures.by_state()) == [("open", "normal", 1), ("taken", "normal", 1)]
    assert ("work", "show_ticket", "todo", 3) in await figures.queues()
