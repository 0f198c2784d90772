"""/groups: reading groups and their members, adding and removing a member."""

from typing import Any

from sandbox.errors import bad_request, not_found
from sandbox.graph.audits import record
from sandbox.graph.routing import Answer, Ask, Router
from sandbox.graph.users import GROUPS
from sandbox.listing import Kind, answer_list, answer_one
from sandbox.membership import members_of, transitive_members_of
from sandbox.properties import GROUP, USER, USER_DEFAULT

Json = dict[str, Any]

router = Router()

MEMBERS = Kind(type_name="directoryObject", properties=USER | GROUP, default=USER_DEFAULT)


def group_at(ask: Ask, key: str) -> Json:
    group = ask.world.groups.get(key.lower())
    if group is None:
        raise not_found(key)
    return group


def _only(found: list[Json], kind: str) -> list[Json]:
    return [each for each in found if each["@odata.type"] == f"#microsoft.graph.{kind}"]


@router.on("GET", "groups")
def list_groups(ask: Ask) -> Json:
    return answer_list(ask.world.groups.values(), GROUPS, ask.asked)


@router.on("GET", "groups/{}")
def get_group(ask: Ask, key: str) -> Json:
    return answer_one(group_at(ask, key), GROUPS, ask.asked)


@router.on("GET", "groups/{}/members")
def list_members(ask: Ask, key: str) -> Json:
    return answer_list(members_of(ask.world, group_at(ask, key)["id"]), MEMBERS, ask.asked)


@router.on("GET", "groups/{}/members/graph.user")
def list_member_users(ask: Ask, key: str) -> Json:
    return answer_list(_only(members_of(ask.world, group_at(ask, key)["id"]), "user"), MEMBERS, ask.asked)


@router.on("GET", "groups/{}/members/graph.group")
def list_member_groups(ask: Ask, key: str) -> Json:
    return answer_list(_only(members_of(ask.world, group_at(ask, key)["id"]), "group"), GROUPS, ask.asked)


@router.on("GET", "groups/{}/transitiveMembers")
def list_transitive_members(ask: Ask, key: str) -> Json:
    return answer_list(transitive_members_of(ask.world, group_at(ask, key)["id"]), MEMBERS, ask.asked)


@router.on("GET", "groups/{}/transitiveMembers/graph.user")
def list_transitive_users(ask: Ask, key: str) -> Json:
    found = transitive_members_of(ask.world, group_at(ask, key)["id"])
    return answer_list(_only(found, "user"), MEMBERS, ask.asked)


@router.on("POST", "groups/{}/members/$ref")
def add_member(ask: Ask, key: str) -> Answer:
    """Add `{"@odata.id": "…/directoryObjects/{id}"}`."""
    group = group_at(ask, key)
    reference = ask.json_body().get("@odata.id")
    member_id = str(reference or "").rpartition("/")[2].lower()
    if member_id not in ask.world.users and member_id not in ask.world.groups:
        raise not_found(member_id)
    members = ask.world.members[group["id"]]
    if member_id in members:
        text = "One or more added object references already exist for the following modified properties: 'members'."
        raise bad_request(text, "Request_BadRequest")
    ask.world.add_member(group["id"], member_id)
    _note(ask, "Add member to group", group, member_id)
    return Answer(204)


@router.on("DELETE", "groups/{}/members/{}/$ref")
def remove_member(ask: Ask, key: str, member_id: str) -> Answer:
    group = group_at(ask, key)
    members = ask.world.members[group["id"]]
    if member_id.lower() not in members:
        raise not_found(member_id)
    ask.world.remove_member(group["id"], member_id.lower())
    _note(ask, "Remove member from group", group, member_id.lower())
    return Answer(204)


def _note(ask: Ask, activity: str, group: Json, member_id: str) -> None:
    targets = [{"id": member_id, "type": "User"}, {"id": group["id"], "type": "Group"}]
    record(ask.world, activity, "GroupManagement", targets, ask.client_id)
    ask.world.count("membersWritten")
    ask.stage.save()
