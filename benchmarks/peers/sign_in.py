"""The way to Microsoft's sign-in service leads to the benchmark's connector; everything before it is as shipped.

msal, which all of them use, speaks through ``requests`` and insists on Microsoft's own hosts over https. So its last
step alone is replaced, where a request leaves the process. Nobody pays for TLS.
"""

from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from benchmarks.rig.channel import SIGN_IN, Setup

SECRET = "a secret that nobody looks at"


def play_sign_in(setup: Setup) -> None:
    """From now on, for the whole process."""
    send = HTTPAdapter.send

    def to_loopback(self: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        where = urlsplit(request.url or "")
        if where.hostname == SIGN_IN:
            request.url = f"{setup.connector}sign-in{where.path}"
        return send(self, request, **how)

    HTTPAdapter.send = to_loopback  # type: ignore[method-assign,assignment]
