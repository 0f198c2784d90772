"""/places: rooms, workspaces and desks. Their ids are not those of the mailbox users."""

from typing import Any

from sandbox.graph.routing import Ask, Router
from sandbox.listing import Kind, answer_list
from sandbox.properties import PLACE

Json = dict[str, Any]

router = Router()

PLACES = Kind(
    type_name="place",
    properties=PLACE,
    directory=False,
    options=frozenset({"$filter", "$select", "$top", "$skip", "$count", "$skiptoken", "$orderby"}),
)


@router.on("GET", "places/graph.room")
def rooms(ask: Ask) -> Json:
    return _of_kind(ask, "room")


@router.on("GET", "places/graph.workspace")
def workspaces(ask: Ask) -> Json:
    return _of_kind(ask, "workspace")


@router.on("GET", "places/graph.desk")
def desks(ask: Ask) -> Json:
    return _of_kind(ask, "desk")


def _of_kind(ask: Ask, kind: str) -> Json:
    found = [{"@odata.type": f"#microsoft.graph.{kind}"} | place for place in ask.world.places if place["kind"] == kind]
    return answer_list(found, PLACES, ask.asked)
