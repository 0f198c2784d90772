"""The use cases with the real worker: from the click to the proof, and after the process was killed in the middle."""

import asyncio
from datetime import timedelta

from provisioning.cases import Case, CaseState
from provisioning.casework.promises import Promises
from provisioning.errors import NotThereError
from provisioning.store.books import PostgresBooks
from provisioning.store.queue import Queue
from tests import worlds
from tests.provisioning.casework.conftest import Desk

_PATIENCE = 20.0  # s until a test gives up


def _wired(desk: Desk, queue: Queue) -> tuple[Promises, "Shown"]:
    books = PostgresBooks(desk.pool, queue)
    promises = Promises(tenant=desk.tenant, levers=desk.lever, books=books, pace=desk.pace)
    shown = Shown(books)
    queue.register("carry_out", promises.carry_out)
    queue.register("check_case", promises.check)
    queue.register("show_case", shown.show_case)
    return promises, shown


class Shown:
    """The states in which the card was drawn."""

    def __init__(self, books: PostgresBooks) -> None:
        self._books = books
        self.states: list[CaseState] = []
        self._drawn = asyncio.Condition()

    async def show_case(self, case_id: str) -> None:
        case = await self._books.read_case(case_id)
        async with self._drawn:
            self.states.append(case.state)
            self._drawn.notify_all()

    async def until(self, state: CaseState) -> None:
        async with asyncio.timeout(_PATIENCE), self._drawn:
            await self._drawn.wait_for(lambda: state in self.states)


async def test_a_click_is_carried_out_and_the_card_follows(desk: Desk) -> None:
    queue = Queue(desk.pool)
    promises, shown = _wired(desk, queue)
    async with queue.working():
        case = await promises.promise(worlds.aisha(), (await desk.asked()).id)
        await shown.until(CaseState.DONE)
    assert shown.states[-1] is CaseState.DONE
    assert (await desk.books.read_case(case.id)).proof is not None


async def test_a_process_that_is_stopped_in_the_middle_of_the_call_leaves_a_case_that_the_next_one_ends(
    desk: Desk,
) -> None:
    case = await desk.promised()
    called = asyncio.Event()
    answered = desk.lever.provision_on_demand

    class Slow:
        async def provision_on_demand(self, **told: object) -> object:
            await answered(**told)  # type: ignore[arg-type]
            called.set()
            return await asyncio.Event().wait()

    first = Queue(desk.pool, grace=0.1)
    books = PostgresBooks(desk.pool, first)
    slow = Promises(tenant=desk.tenant, levers=Slow(), books=books, pace=desk.pace)  # type: ignore[arg-type]
    first.register("carry_out", slow.carry_out)
    first.register("show_case", Shown(books).show_case)
    async with first.working():
        await asyncio.wait_for(called.wait(), _PATIENCE)
    assert (await desk.books.read_case(case.id)).state is CaseState.CALLING

    second = Queue(desk.pool)
    _, shown = _wired(desk, second)
    async with second.working():
        await shown.until(CaseState.DONE)
    assert len(desk.lever.calls) == 1


async def test_a_person_who_left_the_directory_is_refused_in_the_background_too(desk: Desk) -> None:
    case = await desk.promised()
    desk.tenant.clock += timedelta(minutes=2)
    desk.tenant.down = NotThereError("There is no such person.")
    queue = Queue(desk.pool)
    _, shown = _wired(desk, queue)
    async with queue.working():
        await shown.until(CaseState.REFUSED)
    ended: Case = await desk.books.read_case(case.id)
    assert (ended.state, desk.lever.calls) == (CaseState.REFUSED, [])
