"""A process that works until it is killed: ``python -m tests.kills.victim PARTS`` (JSON).

At the step that is counted it sends SIGKILL to itself, so nothing of it gets to say good-bye: no finally, no rollback
of ours, no closed socket. Without a death it prints the steps that it passed.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from provisioning.attempts import OnDemandAnswer
from provisioning.casework.fives import RUN_GROUP
from provisioning.casework.group_runs import GroupRuns
from provisioning.casework.promises import Promises
from provisioning.graph import GraphLevers, GraphReader, open_graph
from provisioning.model import App
from provisioning.permissions import FillIn
from provisioning.store.books import PostgresBooks
from provisioning.store.database import open_database
from provisioning.store.pace import PostgresPace
from provisioning.store.queue import Queue
from tests.kills.trial import Levers, Pen, TimeWorker
from tests.provisioning.casework.fuse import Fuse, KilledBooks
from tests.provisioning.casework.test_group_runs import KilledGroups
from tests.sandbox.company import Visitor


class Dagger(Fuse):
    """A fuse that kills for good. Which step it was is written before, for the table."""

    def __call__(self, step: str) -> None:
        self.steps.append(step)
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                os.write(1, json.dumps({"died": step}).encode())
                os.kill(os.getpid(), signal.SIGKILL)


class GroupLevers(Levers):
    """The real lever for groups, with the moments before and after it."""

    async def provision_group(
        self, *, app: App, job_id: str, rule_id: str, group_id: str, member_ids: Sequence[str]
    ) -> tuple[OnDemandAnswer, Mapping[str, OnDemandAnswer]]:
        self._fuse("before the group's call")
        answers = await GraphLevers.provision_group(
            self, app=app, job_id=job_id, rule_id=rule_id, group_id=group_id, member_ids=member_ids
        )
        self._fuse("after the group's call")
        return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Where the company is, for somebody who did not start it."""

    origin: str


async def work(parts: Mapping[str, Any], fuse: Fuse) -> None:
    """Everything that is queued, to the end or to the death."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        pool = await stack.enter_async_context(open_database(parts["database"]))
        graph = await stack.enter_async_context(
            open_graph(
                graph=parts["origin"],
                authority=parts["origin"],
                tenant_id=parts["tenant_id"],
                client_id=parts["client_id"],
                client_secret=parts["client_secret"],
            )
        )
        reader = GraphReader(graph, agents_group=parts["agents_group"], admins_group=None)
        queue, pace = Queue(pool), PostgresPace(pool, spacing=timedelta(0))
        levers = GroupLevers(graph, fuse, lost=parts["lost"])
        promises = Promises(
            tenant=reader,
            levers=levers,
            books=KilledBooks(PostgresBooks(pool, queue), fuse),
            pace=pace,
            pen=Pen(graph, fuse),
            policy=FillIn.AGENTS,
        )
        groups = GroupRuns(reader=reader, levers=levers, books=KilledGroups(pool, queue, fuse), pace=pace)
        works = {"carry_out": promises.carry_out, "check_case": promises.check, RUN_GROUP: groups.step}
        visitor = Visitor(company=Company(origin=parts["origin"]), http=http, token="")  # type: ignore[arg-type]
        await TimeWorker(pool, visitor, works).run()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    dagger = Dagger(given["step"] or None, [])
    asyncio.run(work(given, dagger))
    print(json.dumps({"steps": len(dagger.steps)}))
