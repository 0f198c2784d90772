"""How an app's provisioning is set, as far as it stands among its secrets: one flag is read, nothing else is kept.

Graph masks the secrets themselves; their list is read for the one entry that is a setting, and let go.
"""

from msgspec import Struct

from provisioning.graph.addresses import path
from provisioning.graph.client import GraphClient

_SKIPS = "skipoutofscopedeletions"
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class _Entry(Struct):
    key: str | None = None
    value: str | None = None


class _Entries(Struct):
    value: list[_Entry] = []


async def read_skips(client: GraphClient, app_id: str) -> bool | None:
    """Whether whoever falls out of scope keeps the account as it is: SkipOutOfScopeDeletions, off where it is not set.

    None for a value that nobody documents. DeskError where it may not be read.
    """
    entries = await client.get(path("servicePrincipals", app_id, "synchronization", "secrets"), _Entries, options={})
    told = [(entry.value or "").strip().lower() for entry in entries.value if (entry.key or "").lower() == _SKIPS]
    return _TRUTH.get(told[-1]) if told else False
