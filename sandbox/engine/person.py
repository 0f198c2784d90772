"""A person as the provisioning service imports them: attribute values, assignment and scope."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.engine.expressions import ExpressionError, evaluate
from sandbox.engine.plan import Plan, scope_result
from sandbox.membership import entitles, provisioning_grants
from sandbox.properties import USER
from sandbox.world import App, World

Json = dict[str, Any]

_GUEST = re.compile(r"^(?P<local>.+)_(?P<domain>[^_@]+)#EXT#@.+$")
_KNOWN = {key.lower(): key for key in USER}  # a mapping may write an attribute in any case


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """The four questions of scoping, with Graph's record of the filters."""

    active: bool
    assigned: bool
    has_role: bool
    passes_filter: bool
    filters: str  # ScopeEvaluationResult, JSON in a string

    @property
    def whole(self) -> bool:
        return self.active and self.assigned and self.has_role and self.passes_filter

    def details(self) -> dict[str, str]:
        return {
            "Active in the source system": str(self.active),
            "Assigned to the application": str(self.assigned),
            "User has the required role": str(self.has_role),
            "Scoping filter evaluation passed": str(self.passes_filter),
            "ScopeEvaluationResult": self.filters,
        }


class Person:
    """One directory user seen by one job."""

    def __init__(self, world: World, app: App, plan: Plan, user: Json) -> None:
        self.world = world
        self.app = app
        self.plan = plan
        self.user = user
        self.grants = provisioning_grants(world, app, user["id"])
        self.roles = [grant for grant in self.grants if entitles(app, grant)]

    @property
    def name(self) -> str:
        return str(self.user["userPrincipalName"])

    def entitlement(self) -> Entitlement:
        passes, filters = scope_result(self.plan, self.read)
        everybody = self.app.sync_all
        return Entitlement(
            active=bool(self.user["accountEnabled"]) and self.user["deletedDateTime"] is None,
            assigned=everybody or bool(self.grants),
            has_role=everybody or bool(self.roles),
            passes_filter=passes,
            filters=filters,
        )

    def read(self, name: str) -> Any:
        """Give a source attribute; None when it is empty. An unknown one is a mistake in the mapping."""
        match name:
            case "objectId":
                return self.user["id"]
            case "IsSoftDeleted":
                return str(not self.user["accountEnabled"] or self.user["deletedDateTime"] is not None)
            case "accountEnabled":
                return str(bool(self.user["accountEnabled"]))
            case "userPrincipalName":
                guest = _GUEST.match(self.name)
                return f"{guest['local']}@{guest['domain']}" if guest else self.name
            case "originalUserPrincipalName":
                return self.name
            case "appRoleAssignments":
                return [self._role_value(grant) for grant in self.roles]
            case "manager":
                return self.app.links.get(self.world.managers.get(self.user["id"], ""))
        if name.lower() not in _KNOWN:
            raise ExpressionError(f"The source attribute '{name}' does not exist.")
        value = self.user[_KNOWN[name.lower()]]
        return None if value in ("", []) else value

    def _role_value(self, grant: Json) -> str | None:
        role = next((role for role in self.app.app_roles if role["id"] == grant["appRoleId"]), None)
        return role["value"] or role["displayName"] if role else None

    def imported(self) -> dict[str, str]:
        """Give the mapped attributes that are not empty, as the import step shows them."""
        names = self.plan.attributes() | {"objectId", "accountEnabled"}
        values = {name: self.read(name) for name in sorted(names)}
        return {name: _shown(value) for name, value in values.items() if value not in (None, [])}

    def fingerprint(self) -> str:
        """Give what the job looks at, so that a change can be told from rest."""
        seen: Json = {name: self._seen(name) for name in sorted(self.plan.attributes())}
        seen["grants"] = sorted(f"{grant['principalId']}/{grant['appRoleId']}" for grant in self.grants)
        seen["roles"] = len(self.roles)
        seen["active"] = self.user["accountEnabled"] and self.user["deletedDateTime"] is None
        return json.dumps(seen, sort_keys=True, default=str)

    def _seen(self, name: str) -> Any:
        if name == "manager":
            return self.world.managers.get(self.user["id"])  # the link in the app may come later: no change
        try:
            return self.read(name)
        except ExpressionError as wrong:
            return str(wrong)

    def values(self) -> dict[str, Any]:
        """Evaluate every mapping: target attribute → value, or None when nothing flows."""
        return {flow.target: evaluate(flow.source, self.read) for flow in self.plan.flows}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
