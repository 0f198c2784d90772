"""The directory's own audit log: what was changed here, when and by which client."""

import uuid
from typing import Any

from sandbox.world import World

Json = dict[str, Any]


def record(world: World, activity: str, category: str, targets: list[Json], client_id: str) -> None:
    world.audits.append(
        {
            "id": f"Directory_{uuid.uuid4()}",
            "activityDateTime": world.now(),
            "activityDisplayName": activity,
            "category": category,
            "correlationId": str(uuid.uuid4()),
            "initiatedBy": {"user": None, "app": {"displayName": client_id, "appId": client_id}},
            "loggedByService": "Core Directory",
            "operationType": activity.split()[0],
            "result": "success",
            "resultReason": "",
            "targetResources": targets,
            "additionalDetails": [],
        }
    )
