"""The books: what is written comes back whole, versions are watched, the audit stays, transactions are one piece."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from provisioning.cases import Case, CaseState
from provisioning.diagnosis import diagnose
from provisioning.errors import ConflictError, DeskError, NotThereError
from provisioning.model import Actor
from provisioning.ports import Books, Ledger
from provisioning.store.books import PostgresBooks
from provisioning.store.database import Pool
from provisioning.tickets import Ticket, TicketState
from tests import worlds


def _case(**changes: object) -> Case:
    usual: dict[str, object] = {
        "id": str(uuid4()),
        "version": 0,
        "actor": worlds.aisha(),
        "question": "why?",
        "origin": "chat-1",
        "state": CaseState.LOOKED,
        "diagnosis": diagnose(worlds.healthy()),
        "created": worlds.NOW,
        "updated": worlds.NOW,
    }
    return Case(**{**usual, **changes})  # type: ignore[arg-type]


def _ticket(requester: Actor, **changes: object) -> Ticket:
    usual: dict[str, object] = {
        "number": 0,
        "version": 0,
        "requester": requester,
        "origin": "chat-1",
        "question": "help",
        "state": TicketState.OPEN,
        "opened": worlds.NOW,
        "updated": worlds.NOW,
    }
    return Ticket(**{**usual, **changes})  # type: ignore[arg-type]


async def _added(books: PostgresBooks, case: Case) -> Case:
    async with books.transaction() as ledger:
        return await ledger.add_case(case)


def test_the_books_keep_what_the_port_promises(books: PostgresBooks) -> None:
    port: Books = books
    assert port is books


async def test_a_case_comes_back_as_it_was_written(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    assert case.version == 1
    assert await books.read_case(case.id) == case


async def test_every_write_is_one_version_on_and_stamped_by_the_database(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    async with books.transaction() as ledger:
        saved = await ledger.save_case(replace(await ledger.case(case.id), question="and now?"))
    assert (saved.version, saved.created) == (2, case.created)
    assert saved.updated > case.updated
    assert await books.read_case(case.id) == saved


async def test_a_write_of_an_older_version_is_refused(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    async with books.transaction() as ledger:
        await ledger.save_case(case)
    with pytest.raises(ConflictError):
        async with books.transaction() as ledger:
            await ledger.save_case(case)


async def test_an_exception_takes_everything_back(books: PostgresBooks, pool: Pool) -> None:
    case = _case()
    with pytest.raises(ZeroDivisionError):
        async with books.transaction() as ledger:
            await ledger.add_case(case)
            await ledger.add_ticket(_ticket(worlds.olle()))
            await ledger.audit(what="asked", by=worlds.aisha(), about=f"case:{case.id}", facts={})
            await ledger.defer("show_case", case_id=case.id)
            raise ZeroDivisionError
    async with pool.connection() as connection:
        for table in ("cases", "tickets", "audit", "procrastinate_jobs"):
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
            assert await (await connection.execute(query)).fetchone() == (0,)


async def test_what_is_deferred_exists_with_the_commit_and_not_before(books: PostgresBooks, pool: Pool) -> None:
    async def jobs() -> list[tuple[str, dict[str, str]]]:
        async with pool.connection() as connection:
            return await (await connection.execute("SELECT task_name, args FROM procrastinate_jobs")).fetchall()

    async with books.transaction() as ledger:
        await ledger.defer("carry_out", after=timedelta(seconds=5), case_id="c-1")
        assert await jobs() == []
    assert await jobs() == [("carry_out", {"case_id": "c-1"})]


async def test_reading_a_case_in_a_transaction_keeps_others_from_it(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    order: list[str] = []

    async def second() -> None:
        async with books.transaction() as ledger:
            assert (await ledger.case(case.id)).question == "changed by the first"
            order.append("second")

    async with books.transaction() as ledger:
        first = await ledger.case(case.id)
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.05)
        await ledger.save_case(replace(first, question="changed by the first"))
        order.append("first")
    await waiting
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    "unknown", ["80510eb9-2a19-44c8-9350-c0b2e6963f1e", "", "not a uuid", "1", "x' OR '1'='1", "a\x00b"]
)
async def test_a_case_that_is_not_there_is_not_there(books: PostgresBooks, unknown: str) -> None:
    with pytest.raises(NotThereError):
        await books.read_case(unknown)


async def test_whose_promise_holds_a_pair_is_told_and_others_are_free(books: PostgresBooks) -> None:
    await _added(books, _case())
    await _added(books, _case(state=CaseState.PROMISED, promised_at=worlds.NOW, promised_by=worlds.ines()))
    async with books.transaction() as ledger:
        assert await ledger.held_by(worlds.JOSE_ID, worlds.APP_ID) == worlds.ines().name
        assert await ledger.held_by(worlds.OLLE_ID, worlds.APP_ID) is None
        assert await ledger.held_by(worlds.JOSE_ID, "another app") is None


async def test_a_check_that_gave_up_holds_nobody(books: PostgresBooks) -> None:
    await _added(books, _case(state=CaseState.CHECKING, trouble="The log has not shown it."))
    async with books.transaction() as ledger:
        assert await ledger.held_by(worlds.JOSE_ID, worlds.APP_ID) is None


async def test_whoever_asks_who_holds_a_pair_has_the_pair_to_itself(books: PostgresBooks) -> None:
    """Without the lock both would see nobody waiting, and both would promise."""

    async def promise() -> bool:
        async with books.transaction() as ledger:
            if await ledger.held_by(worlds.JOSE_ID, worlds.APP_ID) is not None:
                return False
            await asyncio.sleep(0.02)
            await ledger.add_case(_case(state=CaseState.PROMISED))
            return True

    assert sorted(await asyncio.gather(*(promise() for _ in range(4)))) == [False, False, False, True]


async def test_even_without_the_lock_the_database_lets_only_one_case_of_a_pair_wait(books: PostgresBooks) -> None:
    await _added(books, _case(state=CaseState.PROMISED))
    other = await _added(books, _case())
    with pytest.raises(ConflictError):
        async with books.transaction() as ledger:
            await ledger.save_case(replace(other, state=CaseState.PROMISED))


async def test_tickets_are_numbered_from_1001(books: PostgresBooks) -> None:
    async with books.transaction() as ledger:
        numbers = [(await ledger.add_ticket(_ticket(worlds.olle(), number=7)))[0].number for _ in range(3)]
    assert numbers == [1001, 1002, 1003]
    assert (await books.read_ticket(1002)).name == "SD-1002"


async def test_a_key_gives_its_requesters_first_ticket_and_tickets_without_one_are_all_new(
    books: PostgresBooks,
) -> None:
    async def added(key: str, question: str = "") -> tuple[Ticket, bool]:
        async with books.transaction() as ledger:
            return await ledger.add_ticket(_ticket(worlds.olle(), question=question), key=key)

    first, _ = await added("k", "first")
    assert await added("k", "second") == (first, False)
    assert [(await added(""))[1] for _ in range(2)] == [True, True]


async def test_a_ticket_comes_back_as_it_was_written(books: PostgresBooks) -> None:
    async with books.transaction() as ledger:
        ticket, new = await ledger.add_ticket(_ticket(worlds.olle(), diagnosis=diagnose(worlds.lacking("mail"))))
    assert new
    assert await books.read_ticket(ticket.number) == ticket
    async with books.transaction() as ledger:
        saved = await ledger.save_ticket(replace(await ledger.ticket(ticket.number), state=TicketState.TAKEN))
        with pytest.raises(ConflictError):
            await ledger.save_ticket(ticket)
    assert await books.read_ticket(ticket.number) == saved


async def test_tickets_are_listed_oldest_first_by_requester_and_by_what_is_open(books: PostgresBooks) -> None:
    async with books.transaction() as ledger:
        await ledger.add_ticket(_ticket(worlds.olle(), question="a"))
        await ledger.add_ticket(_ticket(worlds.ines(), question="b"))
        await ledger.add_ticket(_ticket(worlds.olle(), question="c", state=TicketState.CLOSED))

    async def questions(**wanted: object) -> list[str]:
        return [ticket.question for ticket in await books.tickets(**wanted)]  # type: ignore[arg-type]

    assert await questions() == ["a", "b"]
    assert await questions(open_only=False) == ["a", "b", "c"]
    assert await questions(requester_id=worlds.OLLE_ID) == ["a"]
    assert await questions(requester_id=worlds.OLLE_ID, open_only=False) == ["a", "c"]
    assert await questions(requester_id="nobody") == []


async def test_the_database_keeps_a_case_from_having_two_open_tickets(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with books.transaction() as ledger:
            for _ in range(2):
                await ledger.add_ticket(_ticket(worlds.olle(), case_id=case.id))


Spoil = Callable[[psycopg.AsyncConnection[tuple[object, ...]]], Awaitable[object]]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET what = 'nothing'", "DELETE FROM audit", "TRUNCATE audit", "TRUNCATE audit CASCADE"]
)
async def test_nobody_changes_or_removes_an_audit_line(books: PostgresBooks, pool: Pool, statement: str) -> None:
    async with books.transaction() as ledger:
        await ledger.audit(what="promised", by=worlds.aisha(), about="case:1", facts={"person": "José \x00"})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with pool.connection() as connection:
            await connection.execute(statement)
    async with pool.connection() as connection:
        row = await (await connection.execute("SELECT what, by_id, by_upn, about FROM audit")).fetchone()
    assert row == ("promised", worlds.AISHA_ID, "aisha@fabrikam.example", "case:1")


async def test_a_document_that_makes_no_case_is_reported_and_not_guessed_at(books: PostgresBooks, pool: Pool) -> None:
    case = await _added(books, _case())
    async with pool.connection() as connection:
        await connection.execute("""UPDATE cases SET document = '{"id": 1}'""")
    with pytest.raises(DeskError, match="another version"):
        await books.read_case(case.id)


async def test_a_ledger_is_what_the_port_promises(books: PostgresBooks) -> None:
    async with books.transaction() as ledger:
        port: Ledger = ledger
        assert port is ledger


async def test_what_was_done_for_somebody_is_found_by_their_cases_and_tickets(books: PostgresBooks) -> None:
    case = await _added(books, _case())
    other = await _added(books, _case(diagnosis=diagnose(worlds.healthy(person=worlds.jose(id="somebody-else")))))
    async with books.transaction() as ledger:
        ticket, _new = await ledger.add_ticket(_ticket(worlds.olle(), case_id=case.id))
        await ledger.audit(what="promised", by=worlds.aisha(), about=f"case:{case.id}", facts={"app": worlds.APP_ID})
        await ledger.audit(what="promised", by=worlds.aisha(), about=f"case:{other.id}", facts={})
        await ledger.audit(what="taken", by=worlds.aisha(), about=f"ticket:{ticket.number}", facts={})
    found = await books.about_person(worlds.JOSE_ID, limit=10)
    assert [(line.what, line.about) for line in found] == [
        ("taken", f"ticket:{ticket.number}"),
        ("promised", f"case:{case.id}"),
    ]
    assert found[1].facts == {"app": worlds.APP_ID}
    assert len(await books.about_person(worlds.JOSE_ID, limit=1)) == 1
    assert await books.about_person("nobody", limit=10) == []
