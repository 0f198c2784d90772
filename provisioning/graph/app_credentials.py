"""Certificates and secrets of an app with their last days; never their values.

Graph shows those of the enterprise app (its signing certificates among them) and of the app registration. The secret
that an administrator saved for provisioning is none of them: Graph gives no date for it.
"""

from urllib.parse import quote

from msgspec import Struct

from provisioning.errors import NotAllowedError, NotThereError, RefusedError
from provisioning.graph.addresses import path
from provisioning.graph.client import GraphClient
from provisioning.messages.lenient import instant
from provisioning.model import App
from provisioning.watching.news import Credential, CredentialKind

_SELECT = {"$select": "id,keyCredentials,passwordCredentials"}


class _Row(Struct, rename="camel"):
    display_name: str | None = None
    end_date_time: str | None = None


class _Holder(Struct, rename="camel"):
    key_credentials: list[_Row] | None = None
    password_credentials: list[_Row] | None = None


async def read_credentials(client: GraphClient, app: App) -> tuple[Credential, ...]:
    """Those of the enterprise app; those of the registration as well, unless another tenant keeps it."""
    found = _credentials(await client.get(path("servicePrincipals", app.id), _Holder, options=_SELECT))
    try:
        own = await client.get(f"/applications(appId='{quote(app.app_id, safe='')}')", _Holder, options=_SELECT)
    except (NotThereError, NotAllowedError, RefusedError):
        return found
    return (*found, *_credentials(own, registration=True))


def _credentials(holder: _Holder, *, registration: bool = False) -> tuple[Credential, ...]:
    rows = [(CredentialKind.CERTIFICATE, row) for row in holder.key_credentials or ()]
    rows += [(CredentialKind.SECRET, row) for row in holder.password_credentials or ()]
    return tuple(
        Credential(kind=kind, ends=ends, name=row.display_name or "", registration=registration)
        for kind, row in rows
        if (ends := instant(row.end_date_time)) is not None
    )
