"""Whether the next of a crowd can be called now: the person, and whoever started the crowd, as Graph tells of them."""

import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from provisioning.cases import Refusal
from provisioning.casework.crowd_moves import CrowdMoves
from provisioning.casework.targets import Target
from provisioning.casework.turns import OF_THE_JOB, at_fault, checked, refused
from provisioning.crowd_ports import CrowdReader
from provisioning.crowds import Crowd, Member, Why
from provisioning.errors import NotAllowedError, NotThereError, TryLaterError
from provisioning.evidence import Evidence
from provisioning.permissions import may_provision

ASK_AGAIN = 60.0  # s for which a role that was read counts
LOOKS = 5  # at somebody of whom Graph is too busy to tell all; then they are left out, for those behind them

_log = logging.getLogger(__name__)


class CrowdChecks:
    """One drive's checking."""

    def __init__(self, *, reader: CrowdReader, moves: CrowdMoves, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._reader = reader
        self._moves = moves
        self._sleep = sleep
        self._roles: dict[int, tuple[str, float]] = {}  # by crowd: who was an agent, and until when that counts
        self._looks: dict[tuple[int, int], int] = {}  # in vain, at people of whom the table could not tell either

    async def ready(self, crowd: Crowd, member: Member) -> tuple[Evidence, Target] | None:
        """What to call with; None for who cannot be called now: that is written down, or they wait on."""
        try:
            ready = await checked(self._reader, member, crowd)
            allowed = await self._may_still(crowd)
        except TryLaterError as busy:
            await self._wait(crowd, member, busy.wait)
            return None
        except NotAllowedError as no:
            await self._moves.stand_still(crowd, Refusal.NOT_READABLE.value, str(no))
            return None
        except Exception:  # noqa: BLE001  one person whom we cannot judge must not hold up everybody behind them
            _log.exception("somebody of a crowd could not be judged", extra={"crowd": crowd.number})
            await self._moves.move(crowd, member, at_fault(member), "not judged")
            return None
        if not allowed:
            await self._moves.stand_still(crowd, Refusal.NOT_AN_AGENT.value)
            return None
        if isinstance(ready, Refusal):
            await self._leave_out(crowd, member, ready)
            return None
        return ready

    async def _wait(self, crowd: Crowd, member: Member, seconds: float) -> None:
        if member.why == Why.UNSEEN:
            looks = self._looks[member.crowd, member.place] = self._looks.get((member.crowd, member.place), 0) + 1
            if looks >= LOOKS:
                await self._leave_out(crowd, member, Refusal.NOT_READABLE)
                return
        await self._sleep(seconds)

    async def _leave_out(self, crowd: Crowd, member: Member, refusal: Refusal) -> None:
        if refusal in OF_THE_JOB:
            await self._moves.stand_still(crowd, refusal.value)
        else:
            await self._moves.move(crowd, member, refused(member, refusal), "skipped")

    async def _may_still(self, crowd: Crowd) -> bool:
        """Whether who started the crowd still belongs to the helpdesk; read once a minute."""
        by = crowd.started_by or crowd.actor
        who, until = self._roles.get(crowd.number, ("", 0.0))
        if who == by.id and monotonic() < until:
            return True
        try:
            may = may_provision(await self._reader.actor(by.id))
        except NotThereError:
            return False
        if may:
            self._roles[crowd.number] = (by.id, monotonic() + ASK_AGAIN)
        return may
