"""Roles of an app that share a name: connectors stumble over them, and quarantine follows."""

from collections import Counter
from collections.abc import Sequence

from provisioning.model import AppRole


def shared_names(roles: Sequence[AppRole]) -> tuple[str, ...]:
    """The names that more than one enabled role has, whatever their case; each spelling once."""
    named = Counter(role.name.casefold() for role in roles if role.enabled and role.name)
    return tuple(dict.fromkeys(role.name for role in roles if named[role.name.casefold()] > 1))
