"""``sync-desk doctor``: what works and what does not, one line each, in the order in which it is mended."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.exits import UNREACHABLE, WRONG
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.outside import graph_of
from bot.serve import database
from bot.settings import Settings, SettingsError
from provisioning.errors import DeskError, NotAllowedError
from provisioning.graph import GraphReader
from provisioning.store.database import open_database
from provisioning.store.migrations import newest_version, schema_version
from provisioning.store.post import PostgresPost


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was looked at. ``word``: ok, wrong, missing, unreachable or not_looked."""

    what: str
    word: str
    text: str

    @property
    def exit_code(self) -> int:
        """What the command ends with if this is the worst."""
        return {"ok": 0, "not_looked": 0, "wrong": WRONG}.get(self.word, UNREACHABLE)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def check(env: Mapping[str, str], dotenv: Path) -> list[Found]:
    """Settings first: without them nothing else can be looked at."""
    logging.getLogger("azure").setLevel(logging.ERROR)  # its warnings would stand between the lines that say the same
    try:
        settings = Settings.read(env, dotenv=dotenv)
    except SettingsError as error:
        lines = [Found(what="settings", word="wrong", text=line) for line in str(error).splitlines()]
        rest = [Found(what=what, word="not_looked", text="The settings come first.") for what in ("database", "tenant")]
        return [*lines, *rest]
    where = "a sandbox company" if settings.sandbox else f"tenant {settings.tenant_id}"
    looked = await asyncio.gather(_database(settings), _tenant(settings))
    return [Found(what="settings", word="ok", text=f"They are complete, for {where}."), _roles(settings), *looked]


async def _database(settings: Settings) -> Found:
    what = "database"
    try:
        async with database(settings) as url:
            found = await asyncio.to_thread(schema_version, url)
            lost, dead, aside = await _troubles(url) if found == newest_version() else (0, 0, 0)
    except DeskError as error:
        return Found(what=what, word="unreachable", text=f"{error} {_whereabouts(settings)}".rstrip())
    if found != newest_version():
        text = f"It is at version {found or 'none'}, this desk needs {newest_version()}: run sync-desk migrate."
        return Found(what=what, word="missing", text=text)
    if lost:
        some = f"of the last day's messages {lost} were refused or may not have arrived"
        text = f"It answers, but {some}: see sync-desk outbox list."
        return Found(what=what, word="wrong", text=text)
    if dead:
        text = f"It answers, but {dead} steps of tickets did not reach another desk: see sync-desk desks list."
        return Found(what=what, word="wrong", text=text)
    if aside:
        some = f"{aside} of the last day's questions were put aside, because processes died over them"
        text = f"It answers, but {some}: see the log."
        return Found(what=what, word="wrong", text=text)
    return Found(what=what, word="ok", text=f"It answers and is at version {found}.")


def _whereabouts(settings: Settings) -> str:
    """Which server it is, without the password; "" for the embedded one."""
    at = urlsplit(settings.database_url or "")
    return f"SYNC_DESK_DATABASE_URL leads to {at.hostname}:{at.port or 5432}{at.path}." if at.hostname else ""


async def _troubles(url: str) -> tuple[int, int, int]:
    """Messages that may not have arrived, steps of tickets that other desks did not take, questions put aside."""
    async with open_database(url) as pool:
        unsent = sum((await Outbox(pool).troubles()).values())
        return unsent, len(await PostgresPost(pool).dead()), await Inbox(pool).put_aside()


async def _tenant(settings: Settings) -> Found:
    what = "tenant"
    try:
        async with graph_of(settings) as client:
            roles = {"agents_group": settings.agents_group, "admins_group": settings.admins_group}
            apps = await GraphReader(client, **roles).apps()
    except NotAllowedError as error:
        return Found(
            what=what, word="missing", text=f"Microsoft Graph says no: {error} See docs/run.md for permissions."
        )
    except (DeskError, ValueError) as error:
        return Found(what=what, word="unreachable", text=str(error))
    if not apps:
        return Found(
            what=what, word="ok", text="Microsoft Graph answers; no enterprise application can be provisioned."
        )
    return Found(
        what=what, word="ok", text=f"Microsoft Graph answers; {len(apps)} enterprise applications are visible."
    )


def _roles(settings: Settings) -> Found:
    named = [name for name in ("agents_group", "admins_group") if getattr(settings, name)]
    if len(named) == 2:
        return Found(what="roles", word="ok", text="Both groups are named.")
    unnamed = {"agents_group", "admins_group"} - set(named)
    variables = " and ".join(sorted(f"SYNC_DESK_{name.upper()}" for name in unnamed))
    return Found(what="roles", word="missing", text=f"Nobody has the role that {variables} would give.")


def drawn(found: Sequence[Found]) -> str:
    """One line each."""
    return "\n".join(f"{each.what:10}{each.word:12}{each.text}" for each in found)
