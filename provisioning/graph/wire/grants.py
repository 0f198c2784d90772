"""Apps, groups and who is assigned to what."""

from msgspec import Struct, field

from provisioning.messages.lenient import instant
from provisioning.model import DEFAULT_ACCESS, App, AppRole, Assignment, Group


class AppRow(Struct, rename="camel"):
    id: str
    app_id: str | None = None
    display_name: str | None = None
    tags: list[str] | None = None
    service_principal_type: str | None = None
    app_owner_organization_id: str | None = None

    def app(self) -> App:
        return App(id=self.id, app_id=self.app_id or "", name=self.display_name or "")


class GroupRow(Struct, rename="camel"):
    """A group, or another object of which only the id may be read."""

    id: str
    kind: str | None = field(default=None, name="@odata.type")
    display_name: str | None = None
    security_enabled: bool | None = None
    membership_rule: str | None = None
    membership_rule_processing_state: str | None = None

    def group(self) -> Group:
        return Group(
            id=self.id,
            name=self.display_name or "",
            security_enabled=self.security_enabled,
            rule=self.membership_rule or None,
            rule_paused=(self.membership_rule_processing_state or "").lower() == "paused",
        )


class NameRow(Struct, rename="camel"):
    """An owner."""

    id: str | None = None
    display_name: str | None = None


class RoleRow(Struct, rename="camel"):
    """A role that an app offers; one of the kind "Application" is for other programs."""

    id: str | None = None
    display_name: str | None = None
    value: str | None = None
    is_enabled: bool | None = None
    allowed_member_types: list[str] | None = None

    def role(self) -> AppRole:
        name = self.display_name or self.value or ""
        return AppRole(id=self.id or "", name=name, value=self.value, enabled=self.is_enabled is not False)


class AppFactsRow(Struct, rename="camel"):
    """An enterprise app with what belongs to it."""

    app_roles: list[RoleRow] | None = None
    owners: list[NameRow] | None = None

    def roles(self) -> tuple[AppRole, ...]:
        """The roles that people and groups can hold."""
        rows = [row for row in self.app_roles or () if "User" in (row.allowed_member_types or ("User",))]
        return tuple(row.role() for row in rows)


class GrantRow(Struct, rename="camel"):
    """``appRoleAssignment``."""

    principal_id: str | None = None
    principal_type: str | None = None
    principal_display_name: str | None = None
    resource_id: str | None = None
    app_role_id: str | None = None
    created_date_time: str | None = None

    @property
    def to_group(self) -> bool:
        return (self.principal_type or "").lower() == "group"

    def assignment(self, group: Group | None) -> Assignment:
        return Assignment(
            role_id=self.app_role_id or DEFAULT_ACCESS, since=instant(self.created_date_time), group=group
        )

    def group(self) -> Group:
        """The group that holds the grant, as far as the grant knows it."""
        return Group(id=self.principal_id or "", name=self.principal_display_name or "")
