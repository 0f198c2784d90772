"""What a request may touch: the company, its apps' SCIM sides, who is signed in, the limits, the data folder."""

import asyncio
import importlib
from datetime import datetime

from sandbox.engine.cycle import run_cycle
from sandbox.engine.scim import ScimSide
from sandbox.limits import Limits
from sandbox.signin import SignIn
from sandbox.store import Store
from sandbox.times import read_instant
from sandbox.world import App, World


class Stage:
    """The company in play. Everything on it runs on one event loop, one step at a time."""

    def __init__(self, world: World, origin: str, store: Store | None) -> None:
        self.world = world
        self.origin = origin
        self.signin = SignIn(world.company["id"], world.company["defaultDomain"])
        self.limits = Limits()
        self.calls = 0  # Graph requests, for throttleEvery
        self.rescheduled = asyncio.Event()  # set when a cycle may have become due earlier than planned
        self._store = store
        self._sides = {app.id: ScimSide(app, world.clock, origin) for app in world.apps.values()}

    def side(self, app: App) -> ScimSide:
        return self._sides[app.id]

    async def warm(self) -> None:
        """Import the SCIM library off the event loop; it takes most of a second the first time."""
        await asyncio.to_thread(importlib.import_module, "sandbox.engine.scim_store")

    def cycle(self, app: App) -> None:
        self.world.count("cycles")
        run_cycle(self.world, app, self.side(app))

    def due(self, until: datetime) -> App | None:
        """Give the app whose cycle is due first, if one is due by then."""
        planned = [
            (read_instant(app.next_cycle), app)
            for app in self.world.apps.values()
            if app.next_cycle is not None and read_instant(app.next_cycle) <= until
        ]
        return min(planned, key=lambda each: each[0])[1] if planned else None

    def next_due(self) -> datetime | None:
        planned = [read_instant(a.next_cycle) for a in self.world.apps.values() if a.next_cycle is not None]
        return min(planned, default=None)

    async def run_due(self, until: datetime) -> int:
        """Run every cycle that falls due up to an instant, each at its own time; gives their number."""
        if self.due(until) is None:
            return 0
        await self.warm()
        done = 0
        while (app := self.due(until)) is not None:
            assert app.next_cycle is not None
            self.world.clock.move_to(min(until, read_instant(app.next_cycle)))
            self.cycle(app)
            done += 1
            await asyncio.sleep(0)  # let requests in between two cycles
        self.save()
        return done

    def save(self) -> None:
        if self._store is not None:
            self._store.save(self.world)

    def save_counters(self) -> None:
        if self._store is not None:
            self._store.save_counters(self.world)
