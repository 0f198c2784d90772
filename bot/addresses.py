"""Addresses in settings: what is a GUID, a URL, a host that can only mean this machine."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BeforeValidator


def _guid(value: object) -> object:
    try:
        found = UUID(str(value).strip())
    except ValueError:
        raise ValueError(f"{value!r} is not a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301") from None
    if not found.int:
        raise ValueError("the GUID of zeros is nobody's id")
    return str(found)


def _url(value: object, odd_signs: str = "@?#\\") -> object:
    parts = urlsplit(str(value))
    odd = any(sign in str(value) for sign in odd_signs)  # a user, a query: readers differ over whose host this is
    if parts.scheme not in {"http", "https"} or not parts.hostname or odd:
        raise ValueError(f"{value!r} is not a URL such as https://graph.microsoft.com")
    return str(value).rstrip("/")


Guid = Annotated[str, BeforeValidator(_guid)]


def _hook(value: object) -> object:
    return _url(value, "@#\\")


Url = Annotated[str, BeforeValidator(_url)]
HookUrl = Annotated[str, BeforeValidator(_hook)]  # with a query, as many receivers want one


def loopback(host: str | None) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host in {"localhost", "ip6-localhost"}:
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
