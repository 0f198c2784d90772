"""The directory's own audit log: what was changed here, when and by which client."""

import uuid
from typing import Any

from sandbox.world import App, World

Json = dict[str, Any]


PROVISIONING = "ProvisioningManagement"  # the category of what people do to a job


def record(
    world: World,
    activity: str,
    category: str,
    targets: list[Json],
    client_id: str,
    service: str = "Core Directory",
) -> None:
    world.audits.append(
        {
            "id": f"Directory_{uuid.uuid4()}",
            "activityDateTime": world.now(),
            "activityDisplayName": activity,
            "category": category,
            "correlationId": str(uuid.uuid4()),
            "initiatedBy": {"user": None, "app": {"displayName": client_id, "appId": client_id}},
            "loggedByService": service,
            "operationType": activity.split()[0],
            "result": "success",
            "resultReason": "",
            "targetResources": targets,
            "additionalDetails": [],
        }
    )


def record_job(world: World, app: App, activity: str, client_id: str) -> None:
    """What somebody did to an app's provisioning job."""
    target = {"id": app.id, "displayName": app.display_name, "type": "ServicePrincipal", "modifiedProperties": []}
    record(world, activity, PROVISIONING, [target], client_id, service="Account Provisioning")
