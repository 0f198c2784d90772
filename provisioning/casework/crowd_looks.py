"""A handful of those whom crowds have called, looked for in the log; whoever was looked for longest ago comes first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from provisioning.casework.crowd_moves import CrowdMoves
from provisioning.casework.turns import looked, unlooked
from provisioning.crowd_ports import CrowdBooks, CrowdReader
from provisioning.crowds import Member
from provisioning.errors import NotAllowedError, RefusedError

HANDFUL = 15  # people in one look into the log


class CrowdLooks:
    """One drive's looking. ``in_hand``: who is being called by this process, and so left alone."""

    def __init__(
        self, *, reader: CrowdReader, books: CrowdBooks, moves: CrowdMoves, in_hand: Callable[[Member], bool]
    ) -> None:
        self._reader = reader
        self._books = books
        self._moves = moves
        self._in_hand = in_hand
        self._seen: dict[tuple[int, int], float] = {}  # when somebody was last looked for in the log

    async def look(self) -> None:
        """One read of the log. Raises TryLaterError."""
        waiting = [one for one in await self._books.under_way() if not self._in_hand(one)]
        if not waiting:
            return
        longest = min(waiting, key=self._looked_for)
        crowd = await self._books.read_crowd(longest.crowd)
        assert crowd.app is not None
        same = sorted((one for one in waiting if one.crowd == crowd.number), key=self._looked_for)[:HANDFUL]
        for one in same:
            self._seen[one.crowd, one.place] = monotonic()
        now = await self._reader.now()
        since = min(one.called_at or now for one in same) - timedelta(seconds=1)
        try:
            rows = await self._reader.logs([one.person_id for one in same], crowd.app, since=since)
        except (NotAllowedError, RefusedError) as no:
            for one in same:
                await self._moves.move(crowd, one, unlooked(one, str(no)), "not looked for")
            return
        for one in same:
            await self._moves.move(crowd, one, looked(one, rows.get(one.person_id, ()), now), "looked for")

    def _looked_for(self, one: Member) -> tuple[float, datetime | None]:
        return self._seen.get((one.crowd, one.place), 0.0), one.called_at
