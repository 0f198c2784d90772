"""Who is speaking: the Teams account that the channel vouched for becomes an actor with today's roles."""

import re

from bot.channel.wire import Arrival
from provisioning.errors import NotAllowedError
from provisioning.model import Actor
from provisioning.ports import TenantReader

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def who_speaks(arrival: Arrival, reader: TenantReader) -> Actor:
    """The sender as Entra ID knows them now; nothing that a client can write into a message is believed.

    Raises NotAllowedError when the channel names no Entra account (a guest's or an anonymous caller's message),
    NotThereError when the tenant does not know it, TryLaterError when the tenant cannot be asked.
    """
    object_id = arrival.object_id
    if not _GUID.fullmatch(object_id):
        raise NotAllowedError("The channel did not say which Entra account this is.", code="no_account_named")
    return await reader.actor(object_id.lower())
