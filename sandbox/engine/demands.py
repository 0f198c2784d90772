"""What an app itself demands of an account, whatever the directory thinks: required and unique values, seats."""

import re
from typing import Any

from sandbox.engine.paths import read_path
from sandbox.world import App

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def complaint(app: App, account: Json, others: list[Json]) -> tuple[int, str | None, str] | None:
    """Say what the app itself finds wrong with an account: status, scimType, detail; None when all is well."""
    for path in app.target["required"]:
        if read_path(account, path) in (None, ""):
            return 400, "invalidValue", f"Required attribute '{path}' is missing or empty."
    refused = refused_value(app, account)
    if refused is not None:
        return refused
    for path in app.target["unique"]:
        value = read_path(account, path)
        if value is not None and any(_same(read_path(each, path), value) for each in others):
            return 409, "uniqueness", f"Another account already has this value for '{path}'."
    seats = app.target["seats"]
    taken = sum(1 for each in others if each.get("active", True))
    if seats is not None and account.get("active", True) and taken >= seats:
        return 403, None, f"All {seats} licences of this subscription are in use."
    return None


def refused_value(app: App, account: Json, only: tuple[str, ...] = ()) -> tuple[int, str | None, str] | None:
    """Find a value that the app rejects, among some attributes or all."""
    for reject in app.target["rejects"]:
        if only and reject["attribute"] not in only:
            continue
        value = read_path(account, reject["attribute"])
        if value is not None and re.fullmatch(reject["pattern"], str(value)):
            return reject["status"], reject["scimType"], reject["detail"]
    return None


def connector_code(app: App, detail: str) -> str | None:
    """Give the error code that the tenant file wants for one of its refusals."""
    for reject in app.target["rejects"]:
        if reject["detail"] == detail:
            code: str | None = reject["errorCode"]
            return code
    return None


def _same(left: Any, right: Any) -> bool:
    return left is not None and str(left).lower() == str(right).lower()


def user_schemas(account: Json) -> list[str]:
    return [_CORE_USER] + ([_ENTERPRISE] if _ENTERPRISE in account else [])
