"""Apps, groups and who is assigned to what."""

from msgspec import Struct, field

from provisioning.messages.lenient import instant
from provisioning.model import DEFAULT_ACCESS, App, Assignment, Group


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

    def group(self) -> Group:
        return Group(id=self.id, name=self.display_name or "", security_enabled=self.security_enabled)


class NameRow(Struct, rename="camel"):
    """An owner."""

    id: str | None = None
    display_name: str | None = None


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
