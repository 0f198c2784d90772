"""``sync-desk ask`` and ``sync-desk chat``: which company is asked, and the house that is opened for it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.house import open_company, open_house, settings_for
from bot.loopback import reserve
from bot.running import Note, find, hold
from bot.serve import database
from bot.settings import PREFIX, Settings
from bot.terminal import converse, drawn, person_of, terminal
from provisioning.errors import DeskError
from provisioning.store.embedded import embedded
from provisioning.store.migrations import migrate

NO = frozenset({"denied", "no_account"})  # intents that answer no
WOULD_STORE = frozenset({"ticket", "escalate", "bulk", "watch"})
Json = dict[str, Any]


async def ask_once(
    text: str, *, upn: str, tenant: Path | None, data: Path, act: bool, env: Mapping[str, str] = os.environ
) -> Json:
    """One question; ``{"understood", "answer", "replies", "stored", "graph"}`` as documented."""
    async with _settings(tenant, data, act, env) as settings:
        from bot.app import questions

        async with questions(settings, act=act) as desk:
            asked = await desk.ask(text, as_upn=upn)
    told = {"understood": asked.understood, "answer": asked.answer, "replies": asked.replies}
    return {**told, "stored": act, "graph": asked.graph}


def printed(asked: Json) -> str:
    """The replies as a reader sees them."""
    replies = [drawn(reply) for reply in asked["replies"]]
    if asked["understood"].get("intent") in WOULD_STORE and not asked["stored"]:
        replies.append(
            "This is what would be answered; nothing was stored, and the number is an example. Add --do to act."
        )
    return "\n\n".join(replies)


def is_no(asked: Json) -> bool:
    """Whether the answer is a no, or that nobody was found."""
    return asked["understood"].get("intent") in NO


@asynccontextmanager
async def _settings(tenant: Path | None, data: Path, act: bool, env: Mapping[str, str]) -> AsyncIterator[Settings]:
    """Settings for the company that is meant; what has to be opened for them is closed on leaving."""
    dotenv = Path(".env")
    if tenant is None and (PREFIX + "TENANT_ID" in env or _names_a_tenant(dotenv)):
        settings = Settings.read(env, dotenv=dotenv)
        async with database(settings) if act else _books(settings.data / "ask", settings.database_url) as url:
            yield settings.model_copy(update={"database_url": url})
        return
    if tenant is None and (note := find(data)) is not None:
        yield _of(note)
        return
    async with open_company(tenant, None) as company:
        folder = data / f"ask-{company.tenant_id}"  # what is stored stays with its tenant
        async with _books(folder) as url:
            with reserve(0) as door:
                yield settings_for(company, database_url=url, data=data, door=door)


def _names_a_tenant(dotenv: Path) -> bool:
    return dotenv.is_file() and PREFIX + "TENANT_ID" in dotenv.read_text(encoding="utf-8", errors="replace")


def _of(note: Note) -> Settings:
    """The settings of a running demo."""
    return Settings(
        tenant_id=note.tenant_id,
        client_id=note.client_id,
        client_secret=note.client_secret,
        agents_group=note.agents_group,
        admins_group=note.admins_group,
        graph_url=note.tenant,
        authority=note.tenant,
        database_url=note.database_url,
        sandbox=True,
    )


@asynccontextmanager
async def _books(folder: Path, url: str | None = None) -> AsyncIterator[str]:
    """A database for one question: the named one, else a kept one of our own, else, while that is in use, a new one."""
    async with AsyncExitStack() as stack:
        if url is None:
            url = await _opened(stack, folder)
            await asyncio.to_thread(migrate, url)
        yield url


async def _opened(stack: AsyncExitStack, folder: Path) -> str:
    try:
        return await stack.enter_async_context(embedded(folder))
    except DeskError:  # another question is being asked; a new database takes a second longer
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="sync-desk-", ignore_cleanup_errors=True))
        return await stack.enter_async_context(embedded(Path(name), durable=False))


async def chat_with(
    upn: str, *, tenant: Path | None, data: Path, say: Callable[[str], None], tell: Callable[[str], None]
) -> None:
    """Talk until the input ends: with the running demo's bot, else with one that is opened for this chat."""
    folder = data
    async with AsyncExitStack() as stack:
        note = find(folder) if tenant is None else None
        if note is not None:
            bot, tenant_id, origin = note.bot, note.tenant_id, note.tenant
        else:
            stack.enter_context(hold(folder))
            door = reserve(0)
            stack.callback(door.close)
            tell("Starting the company, the database and the desk.")
            house = await stack.enter_async_context(open_house(tenant=tenant, data=folder, door=door))
            bot, tenant_id, origin = house.bot, house.company.tenant_id, house.company.origin
        person = await person_of(origin, upn)
        chat = await stack.enter_async_context(terminal(bot=bot, tenant_id=tenant_id, person=person, say=say))
        tell(f"You are {person.name}. Write a question; a number presses that button; bye (or Ctrl-D) ends.")
        await converse(chat, by_hand=sys.stdin.isatty())
