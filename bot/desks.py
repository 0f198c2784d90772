"""The other desks that the settings name: opened, carried to, and looked after by an operator."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import ClientSession

from bot.desk_settings import DeskSettings
from bot.endings import end
from cards.handover import handover_notice
from provisioning.casework.couriers import Courier
from provisioning.desks import jira, mail, roundup, servicenow, webhook
from provisioning.desks.signature import secret_of
from provisioning.handover import Notice
from provisioning.ports import Books, Desk
from provisioning.store.post import Dead, DeskStanding, PostgresPost
from provisioning.tickets import Ticket

_GRACE = 5.0  # s for what is under way when the process stops


def named(settings: DeskSettings) -> tuple[str, ...]:
    """The desks that are owed every step of a ticket."""
    addresses = {
        servicenow.NAME: settings.servicenow_url,
        jira.NAME: settings.jira_url,
        roundup.NAME: settings.roundup_url,
        webhook.NAME: settings.webhook_url,
        mail.NAME: settings.mail_host,
    }
    return tuple(name for name, address in addresses.items() if address)


@asynccontextmanager
async def carrying(settings: DeskSettings, *, post: PostgresPost, books: Books) -> AsyncIterator[None]:
    """Tell the desks what they are owed while the block runs."""
    names = named(settings)
    if not names:
        yield
        return
    source, stopping = await post.source(), asyncio.Event()

    def compose(ticket: Ticket, step: int) -> Notice:
        return handover_notice(ticket, step, source=source, language=settings.desk_language)

    async with ClientSession(trust_env=bool(settings.elsewhere())) as session:  # no proxy stands before this machine
        desks = [_opened(name, settings, session) for name in names]
        couriers = [Courier(desk=desk, post=post, books=books, compose=compose) for desk in desks]
        tasks = [asyncio.create_task(each.work(stopping), name="courier") for each in couriers]
        try:
            yield
        finally:
            stopping.set()
            await end(tasks, grace=_GRACE)


def _opened(name: str, settings: DeskSettings, session: ClientSession) -> Desk:
    """One desk. Settings has seen to it that nothing is missing."""
    s = settings
    match name:
        case servicenow.NAME:
            return servicenow.ServiceNow(
                session,
                url=s.servicenow_url or "",
                user=s.servicenow_user or "",
                password=s.servicenow_password or "",
                close_code=s.servicenow_close_code,
                fields=s.servicenow_fields,
            )
        case jira.NAME:
            return jira.Jira(
                session,
                url=s.jira_url or "",
                user=s.jira_user or "",
                token=s.jira_token or "",
                project=s.jira_project or "",
                issue_type=s.jira_issue_type,
                fields=s.jira_fields,
            )
        case roundup.NAME:
            return roundup.Roundup(
                session, url=s.roundup_url or "", user=s.roundup_user or "", password=s.roundup_password or ""
            )
        case webhook.NAME:
            return webhook.Webhook(session, url=s.webhook_url or "", secret=secret_of(s.webhook_secret or ""))
        case _:
            return mail.Mail(
                host=s.mail_host or "",
                port=s.mail_port,
                sender=s.mail_from or "",
                to=s.mail_to or "",
                encryption=s.mail_encryption,
                user=s.mail_user,
                password=s.mail_password,
            )


async def overview(post: PostgresPost) -> dict[str, Any]:
    """What is owed to whom, and what is dead: plain values."""
    return {
        "desks": [_plain(one) for one in await post.standings()],
        "dead": [_plain(one) for one in await post.dead()],
    }


async def retry_all(post: PostgresPost) -> Sequence[Dead]:
    """Put everything that is dead in line again."""
    return [await post.retry(one.id) for one in await post.dead()]


def drawn(found: dict[str, Any]) -> str:
    """A few lines for each."""
    if not found["desks"]:
        return "Every desk has been told everything."
    desks = [_standing(one) for one in found["desks"]]
    return "\n".join([*desks, *(_dead(one) for one in found["dead"])])


def _standing(one: dict[str, Any]) -> str:
    rests = f"; left alone until {one['rests_until']}: {one['why']}" if one["rests_until"] else ""
    return f"{one['desk']}: {one['waiting']} waiting, {one['dead']} dead, the oldest since {one['since']}{rests}"


def _dead(one: dict[str, Any]) -> str:
    behind = f", {one['behind']} more behind it" if one["behind"] else ""
    head = f"{one['id']}  {one['desk']}  SD-{one['ticket']}, step {one['step']}{behind}, last tried {one['called']}"
    return f"{head}\n    {one['why']}"


def _plain(value: Dead | DeskStanding) -> dict[str, Any]:
    return {name: part.isoformat() if hasattr(part, "isoformat") else part for name, part in asdict(value).items()}
