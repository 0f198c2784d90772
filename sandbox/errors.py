"""What the company refuses, and how: a tenant file that cannot be played, a Graph request that is wrong."""

from typing import Any


class TenantFileError(ValueError):
    """The tenant file cannot be played. The text is one sentence that starts with the JSON path."""


class GraphRefusalError(Exception):
    """An answer of Microsoft Graph other than success, in Graph's own error envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.body = body  # a body given word for word by a fault, instead of the envelope


def bad_request(message: str, code: str = "BadRequest") -> GraphRefusalError:
    return GraphRefusalError(400, code, message)


def unsupported_query(message: str) -> GraphRefusalError:
    return GraphRefusalError(400, "Request_UnsupportedQuery", message)


def not_found(what: str) -> GraphRefusalError:
    message = f"Resource '{what}' does not exist or one of its queried reference-property objects are not present."
    return GraphRefusalError(404, "Request_ResourceNotFound", message)


def forbidden() -> GraphRefusalError:
    return GraphRefusalError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
