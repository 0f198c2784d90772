"""Opening the database: what a session is like, and what is said when there is none."""

import pytest

from provisioning.errors import DeskError, TryLaterError
from provisioning.store.database import open_database


async def test_every_session_is_in_utc_and_stops_runaway_statements(database_url: str) -> None:
    async with open_database(database_url) as pool, pool.connection() as connection:
        for setting, value in (("timezone", "UTC"), ("statement_timeout", "15s"), ("application_name", "sync-desk")):
            row = await (await connection.execute(f"SHOW {setting}")).fetchone()
            assert row == (value,)


async def test_the_pool_is_closed_on_leaving(database_url: str) -> None:
    async with open_database(database_url) as pool:
        assert not pool.closed
    assert pool.closed


async def test_an_address_of_another_database_is_refused_at_once() -> None:
    with pytest.raises(DeskError, match="postgresql://"):
        async with open_database("mysql://localhost/desk"):
            pass


async def test_an_address_that_cannot_be_read_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(DeskError) as refused:
        async with open_database("postgresql://desk:hunter2@[half/desk"):
            pass
    assert "hunter2" not in str(refused.value)


async def test_a_server_that_does_not_answer_is_reported_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provisioning.store.database._OPENING", 0.2)
    with pytest.raises(TryLaterError, match="cannot be reached"):
        async with open_database("postgresql://desk@127.0.0.1:1/desk"):
            pass
