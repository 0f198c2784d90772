"""A look at everybody whom an app's assignments bring in, as slow as it has to be, kept on the order that asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from provisioning.casework.notes import note
from provisioning.errors import DeskError, NotThereError, TryLaterError
from provisioning.hindrances import hindrance
from provisioning.history import History
from provisioning.model import App
from provisioning.orders import Hindrance, Order, OrderState
from provisioning.ports import AudienceReader, JobLevers, JobReader, OrderBooks, TenantReader
from provisioning.schemas import RawSchema, filter_groups, fingerprint, has_early_filters
from provisioning.scoping import Census, GroupSeen, Kind, Member, Study, attributes_of, cost_of

PATIENCE = timedelta(minutes=30)  # how long a look is tried again while Graph is busy


class Tenant(TenantReader, JobReader, AudienceReader, Protocol):
    """What is read."""


class Studies:
    """What the background does about orders in READING. Run twice, it reads twice and writes once."""

    def __init__(self, *, tenant: Tenant, levers: JobLevers, books: OrderBooks, history: History) -> None:
        self._tenant = tenant
        self._levers = levers
        self._books = books
        self._history = history

    async def study(self, order_id: str) -> None:
        """Read everybody and offer a tighter filter. Raises TryLaterError when Graph should be asked again later."""
        try:
            order = await self._books.read(order_id)
        except NotThereError:
            return
        if order.state is not OrderState.READING:
            return
        try:
            found = await self._looked(order)
        except TryLaterError as busy:
            if await self._tenant.now() - order.looked_at < PATIENCE:
                raise
            found = replace(order, state=OrderState.NOT_DONE, told=str(busy.args[0]))
        except DeskError as error:
            found = replace(order, state=OrderState.NOT_DONE, told=str(error.args[0]))
        await self._keep(order, found)

    async def _looked(self, order: Order) -> Order:
        job = await self._tenant.job(order.app)
        at = await self._tenant.now()
        if job is None:
            return replace(order, state=OrderState.REFUSED, hindrance=Hindrance.NO_JOB, looked_at=at)
        await self._history.observe([job])
        schema = await self._levers.schema(order.app, job.id)
        await self._history.schema_seen(order.app.id, job.id, fingerprint(schema), at)
        study = await self._everybody(order, schema)
        pulse = await self._tenant.pulse(order.app)
        planned = replace(
            order,
            state=OrderState.PLANNED,
            job=job,
            looked_at=at,
            failing=pulse.failing,
            study=study,
            cost=cost_of(await self._history.cycles(order.app.id) or ([job.last] if job.last else [])),
            full=cost_of(await self._history.full_cycles(order.app.id)),
            print_before=fingerprint(schema),
        )
        return replace(planned, hindrance=hindrance(planned, job, at))

    async def _everybody(self, order: Order, schema: RawSchema) -> Study:
        scope = filter_groups(schema)
        places, unread = await self._places()
        census = Census(scope, places)
        async for seen in self._tenant.audience(order.app, attributes_of(scope)):
            if isinstance(seen, Member):
                census.add(seen)
            elif isinstance(seen, GroupSeen):
                census.add_group(seen)
            else:
                unread.setdefault(seen.what, seen.why)
        keeps = await self._keeps(order.app, unread)
        return replace(census.study(unread), early_filters=has_early_filters(schema), keeps_accounts=keeps)

    async def _keeps(self, app: App, unread: dict[str, str]) -> bool | None:
        """Where the setting may not be read, it is not known, and said so."""
        try:
            return await self._tenant.skips_removals(app)
        except DeskError as error:
            unread["setting"] = str(error.args[0])
            return None

    async def _places(self) -> tuple[dict[str, Kind], dict[str, str]]:
        """Where the desk may not read places, rooms and desks are told from people by their looks alone."""
        try:
            return await self._tenant.places(), {}
        except TryLaterError:
            raise
        except DeskError as error:
            return {}, {"places": str(error.args[0])}

    async def _keep(self, order: Order, found: Order) -> None:
        async with self._books.transaction() as ledger:
            current = await ledger.order(order.id)
            if current.version == order.version:
                await note(ledger, found, "looked at everybody", order.by)
