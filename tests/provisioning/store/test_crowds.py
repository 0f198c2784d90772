"""Crowds in the database: whose turn is next, who is called once, and what a card counts."""

from dataclasses import replace

import pytest

from provisioning.crowds import Crowd, CrowdState, Member, MemberState, Unnamed
from provisioning.errors import ConflictError, NotThereError
from provisioning.store.crowds import PostgresCrowds
from provisioning.store.database import Pool
from provisioning.store.queue import Queue
from tests import worlds


@pytest.fixture
def crowds(pool: Pool) -> PostgresCrowds:
    return PostgresCrowds(pool, Queue(pool))


def crowd(**changes: object) -> Crowd:
    usual: dict[str, object] = {
        "number": 0,
        "version": 0,
        "state": CrowdState.RUNNING,
        "actor": worlds.aisha(),
        "origin": "chat-1",
        "words": ("José", "Olle"),
        "created": worlds.NOW,
        "app": worlds.askcody(),
        "unnamed": (Unnamed(words="Maja", fits=("a@x", "b@x")),),
        "tickets": {"not_assigned": 1001},
    }
    return Crowd(**{**usual, **changes})  # type: ignore[arg-type]


def member(number: int, place: int, state: MemberState = MemberState.WAITING, **changes: object) -> Member:
    usual: dict[str, object] = {
        "crowd": number,
        "place": place,
        "person_id": f"p-{place}",
        "name": f"Person {place}",
        "upn": f"p{place}@x.example",
        "state": state,
    }
    return Member(**{**usual, **changes})  # type: ignore[arg-type]


async def kept(crowds: PostgresCrowds, *states: MemberState, **changes: object) -> Crowd:
    async with crowds.transaction() as ledger:
        made, _ = await ledger.add_crowd(crowd(**changes))
        who = [
            member(made.number, place, state, person_id=f"p-{made.number}-{place}")
            for place, state in enumerate(states, 1)
        ]
        await ledger.put_members(made, who)
    return made


async def test_a_crowd_is_read_as_it_was_written(crowds: PostgresCrowds) -> None:
    made = await kept(crowds)
    found = await crowds.read_crowd(made.number)
    assert replace(found, created=worlds.NOW) == crowd(number=made.number, version=1)


async def test_there_is_no_crowd_of_another_number(crowds: PostgresCrowds) -> None:
    for number in (0, 77, 2**63):
        with pytest.raises(NotThereError):
            await crowds.read_crowd(number)


async def test_one_message_opens_one_crowd(crowds: PostgresCrowds) -> None:
    async with crowds.transaction() as ledger:
        first, new = await ledger.add_crowd(crowd(), key="m-1")
    async with crowds.transaction() as ledger:
        second, again = await ledger.add_crowd(crowd(), key="m-1")
    assert (new, again, second.number) == (True, False, first.number)


async def test_a_change_of_an_older_version_is_refused(crowds: PostgresCrowds) -> None:
    made = await kept(crowds)
    async with crowds.transaction() as ledger:
        await ledger.save_crowd(replace(made, state=CrowdState.PAUSED))
    with pytest.raises(ConflictError):
        async with crowds.transaction() as ledger:
            await ledger.save_crowd(replace(made, state=CrowdState.STOPPED))


async def test_running_crowds_take_turns(crowds: PostgresCrowds) -> None:
    long = await kept(crowds, *[MemberState.WAITING] * 3)
    short = await kept(crowds, *[MemberState.WAITING] * 3)
    turns = []
    for _ in range(4):
        one = await crowds.next_member()
        assert one is not None
        turns.append(one.crowd)
        async with crowds.transaction() as ledger:
            assert await ledger.move(one, replace(one, state=MemberState.DONE))
    assert turns == [long.number, short.number, long.number, short.number]


@pytest.mark.parametrize("state", [CrowdState.READY, CrowdState.PAUSED, CrowdState.STOPPED])
async def test_nobody_of_a_crowd_that_does_not_run_is_next(crowds: PostgresCrowds, state: CrowdState) -> None:
    await kept(crowds, MemberState.WAITING, state=state)
    assert await crowds.next_member() is None
    assert not await crowds.anybody_waits()


async def test_a_step_counts_once_however_many_take_it(crowds: PostgresCrowds) -> None:
    made = await kept(crowds, MemberState.WAITING)
    (one,) = await crowds.members(made.number)
    calling = replace(one, state=MemberState.CALLING, tries=1)
    async with crowds.transaction() as ledger:
        assert await ledger.move(one, calling)
    async with crowds.transaction() as ledger:
        assert not await ledger.move(one, calling)


async def test_whoever_is_on_two_lists_is_called_for_one_of_them_at_a_time(crowds: PostgresCrowds) -> None:
    moved = []
    for _ in range(2):
        async with crowds.transaction() as ledger:
            made, _new = await ledger.add_crowd(crowd())
            await ledger.put_members(made, [member(made.number, 1)])
        (one,) = await crowds.members(made.number)
        async with crowds.transaction() as ledger:
            moved.append(await ledger.move(one, replace(one, state=MemberState.CALLING)))
    assert moved == [True, False]


async def test_the_card_counts_states_and_groups_reasons(crowds: PostgresCrowds) -> None:
    made = await kept(crowds, MemberState.DONE, MemberState.WAITING, MemberState.WAITING, MemberState.WAITING)
    other = await kept(crowds, *[MemberState.WAITING] * 5)
    for one in (await crowds.members(made.number))[1:3]:
        failed = replace(one, state=MemberState.FAILED, why="missing_attribute", fact="mail", told="no\0mail")
        async with crowds.transaction() as ledger:
            await ledger.move(one, failed)
    seen = await crowds.progress(made.number)
    assert (seen.wanted, seen.ended, seen.of(MemberState.WAITING)) == (4, 3, 1)
    assert seen.next_ones == ("Person 4",)
    (group,) = seen.leftovers
    assert (group.key, group.count, group.names, group.told) == (
        "missing_attribute:mail",
        2,
        ("Person 2", "Person 3"),
        "nomail",
    )
    assert seen.ahead == 1, f"the last one waits for one of C-{other.number}"


async def test_stopping_leaves_out_whoever_waits_and_nobody_else(crowds: PostgresCrowds) -> None:
    made = await kept(crowds, MemberState.DONE, MemberState.CALLING, MemberState.WAITING)
    async with crowds.transaction() as ledger:
        await ledger.stop_members(made.number)
        assert await ledger.anybody_left(made.number)
    states = [one.state for one in await crowds.members(made.number)]
    assert states == [MemberState.DONE, MemberState.CALLING, MemberState.STOPPED]
