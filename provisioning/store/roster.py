"""The roster in PostgreSQL."""

from collections.abc import Sequence
from pathlib import Path

from provisioning.model import Actor, Role
from provisioning.roster import Shift
from provisioning.store.database import Pool
from provisioning.store.statements import statements

_SQL = statements(Path(__file__).with_suffix(".sql"))


class PostgresRoster:
    """Who is on call when; roles are not kept: whoever acts is looked up anew."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def shifts(self) -> Sequence[Shift]:
        """Every shift of the week."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["shifts"])).fetchall()
        agent = frozenset({Role.AGENT})
        return [
            Shift(person=Actor(id=who, upn=upn, name=name, roles=agent), days=tuple(days), begins=begins, ends=ends)
            for who, upn, name, days, begins, ends in rows
        ]

    async def add(self, shift: Shift) -> None:
        """The same shift twice is one."""
        person = {"person": shift.person.id, "upn": shift.person.upn, "name": shift.person.name}
        hours = {"days": list(shift.days), "begins": shift.begins, "ends": shift.ends}
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["add_shift"], {**person, **hours})

    async def drop(self, person_id: str) -> int:
        """Take somebody off the roster; how many shifts that were."""
        async with self._pool.connection() as connection:
            return len(await (await connection.execute(_SQL["drop_shifts"], {"person": person_id})).fetchall())
