"""How Graph's addresses are written: every id encoded, and plain http to this very machine only."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
VERSION = "/v1.0"


def origin(url: str) -> str:
    """``scheme://host[:port]`` of a base address. ValueError unless it is https, or http on this machine."""
    parts = urlsplit(url)
    host = parts.hostname
    if not host or parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"):
        raise ValueError(f"not a plain https://host address: {url!r}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValueError(f"must be https (plain http is for a sandbox on this machine only): {url!r}")
    return f"{parts.scheme}://{parts.netloc}"


def path(*segments: str) -> str:
    """A path below the version. Ids are opaque and guests' names hold ``#``: each segment is encoded whole."""
    return "/" + "/".join(quote(segment, safe="$") for segment in segments)


def query(options: Mapping[str, str]) -> str:
    """OData options as a query string; ``$`` stays readable, values are encoded whole."""
    return urlencode(options, quote_via=quote, safe="$,():'") if options else ""


def literal(text: str) -> str:
    """A string inside a $filter."""
    return "'" + text.replace("'", "''") + "'"
