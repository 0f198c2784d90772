"""Who is speaking: the Teams account that the channel vouched for becomes an actor with today's roles."""

import re

from bot.channel.wire import Arrival
from provisioning.errors import NotAllowedError, NotThereError
from provisioning.model import Actor
from provisioning.ports import TenantReader

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


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
