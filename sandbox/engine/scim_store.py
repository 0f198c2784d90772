"""The accounts of one app, in scim2-server's storage. Importing this module imports the SCIM library."""

from typing import Any, cast

from scim2_models import Resource, ResourceType, SCIMException
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.utils import load_default_provider

from sandbox.clock import Clock
from sandbox.engine.demands import complaint, refused_value, user_schemas
from sandbox.world import App

Json = dict[str, Any]

_PROVIDER = load_default_provider()
_GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"


class AppRefusalError(SCIMException):
    """A refusal by the app's own rules."""

    def __init__(self, status: int, scim_type: str | None, detail: str) -> None:
        super().__init__(detail=detail)
        self.status = status
        self.scim_type = scim_type or ""


class AppStorage(InMemoryStorage):
    """Accounts in memory, kept by the rules of one app."""

    def __init__(self, app: App, clock: Clock) -> None:
        super().__init__(clock=clock.now)
        self.app = app

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        self._check(resource_type, resource)
        return self._noted(super().create(resource_type, resource))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        self._check(resource_type, resource)
        return self._noted(super().update(resource_type, resource, expected_version=expected_version))

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        super().delete(resource_type, resource_id, expected_version=expected_version)
        written = self._written(str(resource_type.name))
        written[:] = [each for each in written if each["id"] != resource_id]

    def _written(self, kind: str) -> list[Json]:
        return self.app.accounts if kind == "User" else self.app.target_groups

    def _noted(self, resource: Resource[Any]) -> Resource[Any]:
        """Write a change down where the company keeps it, in place of what was there."""
        plain = as_scim(resource)
        written = self._written(str(_kind(resource)))
        place = next((i for i, each in enumerate(written) if each["id"] == plain["id"]), None)
        if place is None:
            written.append(plain)
        else:
            written[place] = plain
        return resource

    def _check(self, resource_type: ResourceType, resource: Resource[Any]) -> None:
        if resource_type.name != "User":
            return
        account = as_scim(resource)
        others = [each for each in self.app.accounts if each["id"] != resource.id]
        known = len(others) < len(self.app.accounts)
        if known and account.get("active", True) is False:
            wrong = refused_value(self.app, account, ("active",))  # the rest is not asked of a sleeping account
        else:
            wrong = complaint(self.app, account, others)
        if wrong is not None:
            raise AppRefusalError(*wrong)


def open_server(app: App, clock: Clock) -> WSGIApplication:
    """Open an app's SCIM server on the accounts and groups it holds."""
    storage = AppStorage(app, clock)
    kinds = {str(kind.name): kind for kind in _PROVIDER.resource_types}
    resources = [_revived(kinds["User"], user_schemas(each), each, storage) for each in app.accounts]
    resources += [_revived(kinds["Group"], [_GROUP_SCHEMA], each, storage) for each in app.target_groups]
    storage.resources = resources
    return WSGIApplication(storage, _PROVIDER)


def as_scim(resource: Resource[Any]) -> Json:
    plain: Json = resource.model_dump(scim_ctx=None, by_alias=True, exclude_none=True, mode="json")
    return plain


def _kind(resource: Resource[Any]) -> str | None:
    return resource.meta.resource_type if resource.meta else None


def _revived(kind: ResourceType, schemas: list[str], kept: Json, storage: AppStorage) -> Resource[Any]:
    now = storage.clock().isoformat()
    meta = {"created": now, "lastModified": now} | dict(kept.get("meta") or {})
    meta |= {"resourceType": str(kind.name), "version": storage.next_version()}
    meta.pop("location", None)
    model = cast("type[Resource[Any]]", _PROVIDER.model_for(kind))
    resource: Resource[Any] = model.model_validate({**kept, "schemas": schemas, "meta": meta})
    return resource
