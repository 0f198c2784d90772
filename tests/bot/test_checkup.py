"""The doctor says of each thing whether it works, and what to do where it does not."""

from pathlib import Path

import psycopg
import pytest

from bot.checkup import check, drawn
from bot.loopback import reserve
from provisioning.store.migrations import newest_version
from sandbox import Company, start

NOWHERE = Path("/nowhere/.env")


async def opened() -> tuple[Company, dict[str, str]]:
    """A sandbox company and the settings for it, the database left out."""
    company = await start()
    return company, {
        "SYNC_DESK_TENANT_ID": company.tenant_id,
        "SYNC_DESK_CLIENT_ID": company.client_id,
        "SYNC_DESK_CLIENT_SECRET": company.client_secret,
        "SYNC_DESK_AGENTS_GROUP": company.agents_group or "",
        "SYNC_DESK_ADMINS_GROUP": company.admins_group or "",
        "SYNC_DESK_GRAPH_URL": company.origin,
        "SYNC_DESK_AUTHORITY": company.origin,
        "SYNC_DESK_SANDBOX": "true",
    }


async def words(env: dict[str, str]) -> dict[str, str]:
    return {found.what: found.word for found in await check(env, NOWHERE)}


async def test_without_settings_they_are_named_and_nothing_else_is_looked_at() -> None:
    found = await check({}, NOWHERE)
    assert {each.word for each in found if each.what == "settings"} == {"wrong"}
    assert any("SYNC_DESK_TENANT_ID is missing" in each.text for each in found)
    assert {each.what for each in found if each.word == "not_looked"} == {"database", "tenant"}
    assert max(each.exit_code for each in found) == 2


async def test_a_healthy_house_is_well(database_url: str) -> None:
    company, env = await opened()
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": database_url}, NOWHERE)
    finally:
        await company.stop()
    assert {each.word for each in found} == {"ok"}
    assert [each.what for each in found] == ["settings", "roles", "database", "tenant"]
    assert f"version {newest_version()}" in drawn(found)


async def test_an_empty_database_is_told_to_migrate(empty_database_url: str) -> None:
    company, env = await opened()
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": empty_database_url}, NOWHERE)
    finally:
        await company.stop()
    (database,) = [each for each in found if each.what == "database"]
    assert database.word == "missing" and "run sync-desk migrate" in database.text


async def test_what_does_not_answer_is_unreachable() -> None:
    company, env = await opened()
    await company.stop()
    with reserve(0) as door:
        port = door.getsockname()[1]
    found = await words({**env, "SYNC_DESK_DATABASE_URL": f"postgresql://127.0.0.1:{port}/desk"})
    assert (found["database"], found["tenant"]) == ("unreachable", "unreachable")


@pytest.mark.parametrize("group", ["AGENTS", "ADMINS"])
async def test_a_role_that_nobody_has_is_named(database_url: str, group: str) -> None:
    company, env = await opened()
    del env[f"SYNC_DESK_{group}_GROUP"]
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": database_url}, NOWHERE)
    finally:
        await company.stop()
    (roles,) = [each for each in found if each.what == "roles"]
    assert roles.word == "missing" and f"SYNC_DESK_{group}_GROUP" in roles.text


async def test_a_wrong_secret_is_not_called_well(database_url: str) -> None:
    company, env = await opened()
    try:
        found = await words({**env, "SYNC_DESK_DATABASE_URL": database_url, "SYNC_DESK_CLIENT_SECRET": "wrong"})
    finally:
        await company.stop()
    assert found["tenant"] in {"missing", "unreachable"}


async def test_messages_that_may_not_have_arrived_are_told(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversations (id, tenant, channel, kind, service_url, bot)"
            " VALUES ('c', 't', 'msteams', 'personal', 'https://x', '{}')"
        )
        connection.execute(
            "INSERT INTO outbox (conversation, method, body, state) VALUES ('c', 'post', '{}', 'ambiguous')"
        )
    company, env = await opened()
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": database_url}, NOWHERE)
    finally:
        await company.stop()
    (database,) = [each for each in found if each.what == "database"]
    assert database.word == "wrong" and "messages 1 were refused" in database.text


async def test_questions_that_were_put_aside_are_told(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversations (id, tenant, channel, kind, service_url, bot)"
            " VALUES ('c', 't', 'msteams', 'personal', 'https://x', '{}')"
        )
        connection.execute(
            "INSERT INTO inbox (tenant, conversation, activity, kind, state, why)"
            " VALUES ('t', 'c', '1', 'message', 'failed', 'processes died over it')"
        )
    company, env = await opened()
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": database_url}, NOWHERE)
    finally:
        await company.stop()
    (database,) = [each for each in found if each.what == "database"]
    assert database.word == "wrong" and "1 of the last day's questions were put aside" in database.text


async def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    company, env = await opened()
    try:
        found = await check({**env, "SYNC_DESK_DATABASE_URL": "postgresql://desk:hush@127.0.0.1:1/books"}, NOWHERE)
    finally:
        await company.stop()
    (database,) = [each for each in found if each.what == "database"]
    assert database.word == "unreachable"
    assert "127.0.0.1:1/books" in database.text
    assert "hush" not in database.text


async def test_the_sign_ins_own_warnings_do_not_stand_between_the_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    company, env = await opened()
    await company.stop()
    found = await check(env | {"SYNC_DESK_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, NOWHERE)
    assert {each.what: each.word for each in found}["tenant"] == "unreachable"
    assert not [record for record in caplog.records if record.name.startswith("azure") and record.levelno < 40]
