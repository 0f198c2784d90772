"""A company for a trial; no two of its conversations share a person or a word."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.sandbox.company import TEAM, app_of, small, user
from tests.stories.teams import Speaker

AGENTS = "22222222-2222-4222-8222-00000000000a"
ADMINS = "22222222-2222-4222-8222-00000000000b"
ADMIN = Speaker("aaaaaaaa-aaaa-4aaa-8aaa-0000000000ad", "Berta Boss")
DESK = "19:helpdesk@thread.tacv2"


@dataclass(frozen=True)
class Chat:
    """One personal conversation: who speaks, about whom, and the word that stands in nobody else's answers."""

    number: int
    speaker: Speaker
    agent: bool
    token: str
    subject: str  # the object id of whom it is about
    subject_name: str
    subject_address: str

    @property
    def id(self) -> str:
        """The conversation's id on the channel."""
        return f"a:{self.token}"


def chats(number: int) -> list[Chat]:
    """Every second one is an agent's, who asks about somebody; the others ask about themselves."""
    found = []
    for n in range(number):
        token, agent = f"tok{n:04d}", n % 2 == 0
        speaker = Speaker(f"aaaaaaaa-aaaa-4aaa-8aaa-1{n:011d}", f"Speaker {token}")
        subject = f"aaaaaaaa-aaaa-4aaa-8aaa-2{n:011d}" if agent else speaker.id
        name = f"Subject {token}" if agent else speaker.name
        address = f"{'subject' if agent else 'speaker'}{token}@small.example"
        found.append(Chat(n, speaker, agent, token, subject, name, address))
    return found


def tenant_file(folder: Path, people: list[Chat]) -> Path:
    """The company as a tenant file. No cycle is due for days: whoever arrives was provisioned on demand.

    Every third subject has no mail address, so that the app refuses them.
    """
    world = small()
    world["users"].append(user(ADMIN.id, ADMIN.name))
    for chat in people:
        mail = None if chat.number % 3 == 2 else chat.subject_address
        world["users"].append(_person(chat.subject, chat.subject_name, chat.subject_address, mail))
        if chat.agent:
            address = f"speaker{chat.token}@small.example"
            world["users"].append(_person(chat.speaker.id, chat.speaker.name, address, address))
    members = [chat.subject for chat in people]
    next(group for group in world["groups"] if group["id"] == TEAM)["members"] += members
    world["groups"] += [
        {"id": AGENTS, "displayName": "Agents", "members": [chat.speaker.id for chat in people if chat.agent]},
        {"id": ADMINS, "displayName": "Admins", "members": [ADMIN.id]},
    ]
    world["roles"] = {"agents": AGENTS, "admins": ADMINS}
    app_of(world)["job"]["schedule"] = {"interval": "P10D"}
    path = folder / "tenant.json"
    path.write_text(json.dumps(world))
    return path


def _person(object_id: str, name: str, address: str, mail: str | None) -> dict[str, object]:
    return {**user(object_id, name), "userPrincipalName": address, "mail": mail}
