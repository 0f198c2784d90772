"""An operator looks at what may not have arrived, and ends the doubt."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from bot import unsent
from bot.__main__ import main
from dialogs.talk import Reply
from provisioning.errors import NotThereError, RefusedError
from provisioning.store.database import Connection
from tests.bot.conftest import AISHA

Bots = Callable[..., Awaitable[Any]]


class Later:
    """Notes what is to be drawn again."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, connection: Connection, about: str) -> None:
        self.asked.append(about)


async def doubtful(bot: Any, teams: Any, desk: Any, *, status: int = 502, code: str = "Refused") -> unsent.Unsent:
    """A message that met that answer of the channel."""
    desk.replies["one"] = Reply(
        card={"type": "AdaptiveCard", "text": "open", "fallbackText": "Your ticket SD-1 is open."}, about="ticket:1"
    )
    teams.refuse(status, code)
    await bot.hear("one")
    await teams.said(1)
    await bot.settled()
    (found,) = await unsent.listed(bot.pool)
    return found


async def test_what_may_not_have_arrived_is_listed_with_why(bot: Any, teams: Any, desk: Any) -> None:
    await bot.hear("arrives")
    await teams.said(1)
    await bot.settled()
    teams.refuse(502)
    desk.replies["one"] = Reply(text="long " * 40)
    await bot.hear("one")
    await teams.said(2)
    await bot.settled()
    (found,) = await unsent.listed(bot.pool)
    assert (found.state, found.method, found.kind, found.closed) == ("ambiguous", "post", "personal", False)
    assert (len(found.says), found.says[-1]) == (80, "…")
    assert "may have been shown" in str(found.why)
    assert found.person == AISHA
    assert f"in personal a:1, with {AISHA}" in unsent.drawn([found])
    assert f"{found.id}  ambiguous  message of" in unsent.drawn([found])
    assert json.loads(json.dumps(found.as_json()))["id"] == found.id


async def test_nothing_in_doubt_is_said_so() -> None:
    assert unsent.drawn([]) == "Every message arrived."


async def test_one_that_is_sent_again_arrives_and_is_no_longer_in_doubt(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk)
    later = Later()
    await unsent.resend(bot.pool, found.id, redraw_later=later)
    again = await teams.said(2)
    await bot.settled()
    assert again[1].text == "open"
    assert await unsent.listed(bot.pool) == []
    assert later.asked == ["ticket:1"], "the card goes out as it stands, and the ticket learns that it was announced"
    with pytest.raises(NotThereError):
        await unsent.resend(bot.pool, found.id, redraw_later=later)


async def test_a_cases_card_that_is_sent_again_is_drawn_as_the_case_stands(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk)
    await bot.rows(b"UPDATE outbox SET about = 'case:1'")
    later = Later()
    await unsent.resend(bot.pool, found.id, redraw_later=later)
    assert later.asked == ["case:1"]


async def test_one_that_is_dropped_is_not_sent_and_not_counted(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk)
    assert await bot.outbox.troubles() == {"ambiguous": 1}
    assert (await unsent.drop(bot.pool, found.id)).says == "Your ticket SD-1 is open."
    assert await bot.outbox.troubles() == {}
    assert await unsent.listed(bot.pool) == []
    with pytest.raises(NotThereError):
        await unsent.drop(bot.pool, found.id)


async def test_where_the_bot_was_removed_nothing_is_sent_again(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk, status=403, code="BotNotInConversationRoster")
    with pytest.raises(RefusedError, match="closed to the bot"):
        await unsent.resend(bot.pool, found.id, redraw_later=Later())


async def test_an_edit_is_not_sent_again(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk)
    await bot.rows(b"UPDATE outbox SET method = 'put', target = 'm1'")
    with pytest.raises(RefusedError, match="is an edit"):
        await unsent.resend(bot.pool, found.id, redraw_later=Later())


async def test_one_whose_words_are_gone_is_not_sent(bot: Any, teams: Any, desk: Any) -> None:
    found = await doubtful(bot, teams, desk)
    await bot.rows(b"UPDATE outbox SET body = '{}'")
    with pytest.raises(RefusedError, match="words are gone"):
        await unsent.resend(bot.pool, found.id, redraw_later=Later())


@pytest.mark.parametrize("number", [0, 2**40])
async def test_a_number_that_nothing_has_is_said_so(bot: Any, number: int) -> None:
    with pytest.raises(NotThereError, match=str(number)):
        await unsent.drop(bot.pool, number)


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir("/")
    for name, value in {
        "TENANT_ID": "0f2b5a60-0000-4000-8000-000000000001",
        "CLIENT_ID": "0f2b5a60-0000-4000-8000-000000000002",
        "CLIENT_SECRET": "x",
        "SANDBOX": "true",
        "GRAPH_URL": "http://127.0.0.1:9",
        "AUTHORITY": "http://127.0.0.1:9",
        "DATABASE_URL": database_url,
    }.items():
        monkeypatch.setenv(f"SYNC_DESK_{name}", value)
    return lambda *words: CliRunner().invoke(main, ["outbox", *words], prog_name="sync-desk")


def test_the_command_answers_in_words_and_in_json(command: Callable[..., Result]) -> None:
    assert command("list").output == "Every message arrived.\n"
    assert json.loads(command("list", "--json").output) == []
    for verb in ("resend", "drop"):
        nobody = command(verb, "12")
        assert (nobody.exit_code, "number 12" in nobody.output) == (1, True)
        assert command(verb, "twelve").exit_code == 2


def test_what_cannot_be_sent_again_is_a_no(command: Callable[..., Result], database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversations (id, tenant, channel, kind, service_url, bot)"
            " VALUES ('c', 't', 'msteams', 'personal', 'https://x', '{}')"
        )
        connection.execute(
            "INSERT INTO outbox (conversation, method, body, state, target) VALUES ('c', 'put', '{}', 'failed', 'm1')"
        )
    no = command("resend", "1")
    assert (no.exit_code, "is an edit" in no.output) == (1, True)
    assert command("drop", "1").exit_code == 0
    assert command("list").output == "Every message arrived.\n"
