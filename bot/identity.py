"""Who is speaking, and of whom: the accounts that the channel vouched for, as Entra ID knows them."""

import asyncio
import logging
import re

from bot.channel.connector import Connector, ConnectorError
from bot.channel.wire import Arrival, mentioned
from dialogs.talk import Mention
from provisioning.errors import NotAllowedError, NotThereError
from provisioning.model import Actor
from provisioning.ports import TenantReader

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_log = logging.getLogger(__name__)


class StrangerError(NotAllowedError):
    """The channel names no Entra account (``no_account_named``), or the tenant does not know it (``not_in_tenant``)."""


async def who_speaks(arrival: Arrival, reader: TenantReader) -> Actor:
    """The sender as Entra ID knows them now; nothing that a client can write into a message is believed.

    Raises StrangerError, or TryLaterError when the tenant cannot be asked.
    """
    if not is_object_id(arrival.object_id):
        raise StrangerError("The channel did not say which Entra account this is.", code="no_account_named")
    try:
        return await reader.actor(arrival.object_id.lower())
    except NotThereError as problem:
        raise StrangerError("This account is not in the tenant.", code="not_in_tenant") from problem


def is_object_id(word: str) -> bool:
    """Whether this can be an Entra object id at all; what cannot is never sent to Graph."""
    return _GUID.fullmatch(word) is not None


async def who_is_mentioned(arrival: Arrival, connector: Connector, *, wait: float) -> tuple[Mention, ...]:
    """People other than the bot who were mentioned.

    Teams names them by its own ids, so it is asked for Entra's; ``wait`` seconds at most, "" when it does not say.
    """
    others = [named for named in mentioned(arrival.raw) if named.account != arrival.bot.get("id")]
    ids = await asyncio.gather(
        *(_object_id(arrival, named.object_id, named.account, connector, wait) for named in others)
    )
    return tuple(
        Mention(id=object_id if is_object_id(object_id) else "", name=named.name, text=named.name)
        for named, object_id in zip(others, ids, strict=True)
    )


async def _object_id(arrival: Arrival, given: str, account: str, connector: Connector, wait: float) -> str:
    if given:
        return given
    try:
        async with asyncio.timeout(wait):
            member = await connector.member(arrival.service_url, arrival.conversation, account)
    except (ConnectorError, TimeoutError) as problem:
        _log.info("the channel does not say who was mentioned: %s", problem)
        return ""
    return str(member.get("aadObjectId") or "")
