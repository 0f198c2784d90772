"""Reading an app's whole log, however long: page by page, in flat memory, going on where it was.

What a page comes to and the place behind it are kept together, so a killed process costs a page at most.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from provisioning.errors import ConflictError, NotThereError, RefusedError
from provisioning.failing import EVERYTHING, OVERLAP, WINDOW, Failures, Sweep, boil_down
from provisioning.ports import FailureBooks, LogPages, TenantReader

FRESH = timedelta(seconds=60)  # for which a log that was read to its end is not read again
AT_ONCE = 3  # pages for somebody who waits; the background reads the rest
IN_A_ROW = 20  # pages of one piece of background work


class Tenant(TenantReader, LogPages, Protocol):
    """What is read."""


class Sweeps:
    """Keeps what is known of a log up to date."""

    def __init__(self, *, tenant: Tenant, books: FailureBooks) -> None:
        self._tenant = tenant
        self._books = books

    async def look(self, scope: str) -> Failures:
        """What is known, after reading a few pages on; the rest is queued, and the sweep says what is missing."""
        sweep = await self._read(scope, most=AT_ONCE)
        found = await self._books.failures(scope)
        return found or Failures(sweep=sweep, clusters=())

    async def go_on(self, scope: str) -> bool:
        """Background work: some pages on. Whether that was the end; else the rest is queued again. TryLaterError."""
        return (await self._read(scope, most=IN_A_ROW, show=True)).whole

    async def known(self, scope: str) -> Failures:
        """Without reading. NotThereError if the log was never read."""
        found = await self._books.failures(scope)
        if found is None:
            raise NotThereError("This log was not read yet.")
        return found

    async def _read(self, scope: str, *, most: int, show: bool = False) -> Sweep:
        now = await self._tenant.now()
        sweep = await self._books.sweep(scope) or _first(scope, now)
        if sweep.whole and now - sweep.read_to < FRESH:
            return sweep
        for page in range(most):
            try:
                sweep = await self._page(sweep, now, last=page == most - 1, show=show)
            except ConflictError:  # another process reads the same log: it goes on from there
                return await self._books.sweep(scope) or sweep
            if sweep.whole:
                break
        return sweep

    async def _page(self, sweep: Sweep, now: datetime, *, last: bool, show: bool) -> Sweep:
        """One page; the reading of a link that Graph has forgotten begins again behind the newest row."""
        until = sweep.until if sweep.link else now
        since = sweep.read_to - OVERLAP if sweep.whole else sweep.read_to
        app_id = None if sweep.scope == EVERYTHING else sweep.scope
        try:
            rows, link = await self._tenant.log_page(app_id, since=since, link=sweep.link)
        except RefusedError:
            if sweep.link is None:
                raise
            rows, link = await self._tenant.log_page(app_id, since=sweep.read_to, link=None)
        seen = await asyncio.to_thread(boil_down, rows, app_id)
        read_to = until if link is None else max([sweep.read_to, *(one.at for one in seen)])
        after = replace(sweep, read_to=read_to, until=until, link=link, rows=sweep.rows + len(rows))
        again = last and link is not None
        return await self._books.keep(sweep, after, seen, again=again, show=show and (again or link is None))


def _first(scope: str, now: datetime) -> Sweep:
    since = now - WINDOW
    return Sweep(scope=scope, since=since, read_to=since, until=now)
