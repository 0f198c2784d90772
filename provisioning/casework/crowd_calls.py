"""One person's call out of a crowd: "about to" is written before it, what came of it after, and nobody calls twice.

Calls overlap; whoever is in this process' hands is left alone by its looks into the log.
"""

import asyncio
import logging
from dataclasses import replace

from provisioning.cases import Refusal, Trouble
from provisioning.casework.crowd_moves import CrowdMoves
from provisioning.casework.targets import Target
from provisioning.casework.turns import answered, not_taken, refused
from provisioning.crowd_ports import CrowdBooks, CrowdLedger, CrowdReader
from provisioning.crowds import Crowd, CrowdState, Member, MemberState
from provisioning.errors import NotAllowedError, NotThereError, RefusedError, TryLaterError, UncertainError
from provisioning.evidence import Evidence
from provisioning.ports import Levers, Pace

MOST_AT_ONCE = 30  # calls under way
NO_IN_A_ROW = 3  # calls that Graph does not take, until the crowd stands still

_log = logging.getLogger(__name__)


class CrowdCalls:
    """One drive's calls."""

    def __init__(
        self, *, reader: CrowdReader, levers: Levers, books: CrowdBooks, pace: Pace, moves: CrowdMoves
    ) -> None:
        self._reader = reader
        self._levers = levers
        self._books = books
        self._pace = pace
        self._moves = moves
        self._in_hand: set[tuple[int, int]] = set()  # crowd and place of whoever this process is calling
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._noes: dict[int, int] = {}  # by crowd: calls that were not taken, in a row

    @property
    def any_in_hand(self) -> bool:
        """Whether a call of this process is under way."""
        return bool(self._in_hand)

    def has_in_hand(self, member: Member) -> bool:
        """Whether this process is calling them."""
        return (member.crowd, member.place) in self._in_hand

    async def about_to_call(self, crowd: Crowd, member: Member) -> Member | None:
        """Write it right before the turn, so that the turn is kept to; None when somebody else has moved the person."""
        await self._room.acquire()
        self._in_hand.add((member.crowd, member.place))  # first: a look into the log leaves those in hand alone
        calling = replace(member, state=MemberState.CALLING, tries=member.tries + 1, called_at=await self._reader.now())
        async with self._books.transaction() as ledger:
            current = await ledger.crowd(crowd.number)
            ours = current.state is CrowdState.RUNNING and await self._free(ledger, current, member)
            if ours and await ledger.move(member, calling):
                return calling
        self._put_down(member)
        return None

    async def _free(self, ledger: CrowdLedger, crowd: Crowd, member: Member) -> bool:
        """Whether no single click, other crowd or group has this person in this app in hand."""
        assert crowd.app is not None
        holder = await ledger.held_by(member.person_id, crowd.app.id)
        if holder is None:
            return True
        await ledger.move(member, refused(member, Refusal.ALREADY_RUNNING, holder=holder))
        await self._moves.maybe_finish(ledger, crowd)
        self._moves.has_changed(crowd.number)
        return False

    async def call(self, crowd: Crowd, member: Member, seen: Evidence, target: Target) -> None:
        """One call, and what came of it."""
        try:
            await self._pull(crowd, member, seen, target)
        finally:
            self._put_down(member)

    async def missed(self, crowd: Crowd, member: Member) -> None:
        """The turn has passed before the call went out."""
        await self._put_back(crowd, member)
        self._put_down(member)

    def _put_down(self, member: Member) -> None:
        self._in_hand.discard((member.crowd, member.place))
        self._room.release()

    async def _pull(self, crowd: Crowd, member: Member, seen: Evidence, target: Target) -> None:
        """Whatever is raised beyond the words of the lever leaves the person CALLING."""
        assert crowd.app is not None
        try:
            answer = await self._levers.provision_on_demand(
                app=crowd.app, job_id=target.job_id, rule_id=target.rule_id, person_id=member.person_id
            )
        except TryLaterError as busy:  # nothing was done
            await self._pace.hold(busy.wait)
            await self._put_back(crowd, member)
        except UncertainError as unknown:
            _log.warning("a call of a crowd got no answer: %s", unknown)
        except (NotAllowedError, RefusedError, NotThereError) as no:
            await self._moves.move(crowd, member, not_taken(member, str(no)), "not taken")
            self._noes[crowd.number] = self._noes.get(crowd.number, 0) + 1
            if self._noes[crowd.number] >= NO_IN_A_ROW:
                await self._moves.stand_still(crowd, Trouble.NOT_TAKEN.value, str(no))
        else:
            self._noes.pop(crowd.number, None)
            await self._moves.move(crowd, member, answered(member, answer, seen), "answered")

    async def _put_back(self, crowd: Crowd, member: Member) -> None:
        """Nothing was done: the person waits again."""
        waiting = replace(member, state=MemberState.WAITING, tries=member.tries - 1, called_at=None)
        await self._moves.move(crowd, member, waiting, "put back")
