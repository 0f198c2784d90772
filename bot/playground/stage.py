"""Who is on the Playground's stage: one speaker, five others, a personal chat, a group chat, a team with two channels.

The Playground wants exactly six people. They are the company's own, with their real object ids, so what the channel
vouches for is what the directory knows. Every id is made from the company's, so a restart meets the same conversations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

BOT_NAME = "Sync Desk"
OTHERS = 5  # the Playground refuses four and six
_SPACE = UUID("6f0d7c0e-7d0b-4f7b-9d5c-6e5d0e4f2a11")  # namespace of the ids made here


class StageError(Exception):
    """The company does not have what the stage needs; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One of the company's people, by Graph's words."""

    id: str
    upn: str
    name: str
    given_name: str = ""
    surname: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The people and places of one Playground start."""

    tenant_id: str
    tenant_name: str
    speaker: Player
    others: tuple[Player, ...]  # five

    @property
    def bot_id(self) -> str:
        """As Teams writes a bot: 28:<app id>."""
        return f"28:{self._made('bot')}"

    @property
    def personal_chat(self) -> str:
        """The speaker's own chat with the bot."""
        return f"a:1{self._made(f'personal/{self.speaker.id}').replace('-', '')}"

    @property
    def group_chat(self) -> str:
        return f"19:{self._made('group').replace('-', '')}@thread.v2"

    @property
    def general_channel(self) -> str:
        """Also the team's id, as in Teams."""
        return f"19:{self._made('general').replace('-', '')}@thread.tacv2"

    @property
    def other_channel(self) -> str:
        return f"19:{self._made('onboarding').replace('-', '')}@thread.tacv2"

    def _made(self, what: str) -> str:
        return str(uuid5(_SPACE, f"{self.tenant_id}/{what}"))

    def config(self) -> dict[str, Any]:
        """The Playground's configuration, version 0.1.1 (``userPrincipleName`` is its own spelling)."""
        return {
            "version": "0.1.1",
            "tenantId": self.tenant_id,
            "bot": {"id": self.bot_id, "name": BOT_NAME},
            "currentUser": _account(self.speaker),
            "users": [_account(player) for player in self.others],
            "personalChat": {"id": self.personal_chat},
            "groupChat": {"id": self.group_chat, "name": "Joiners this week"},
            "team": {
                "id": self.general_channel,
                "name": f"{self.tenant_name} Helpdesk",
                "aadGroupId": self._made("team"),
                "channels": [{"id": self.other_channel, "name": "Onboarding"}],
            },
        }


def channel_id(player: Player) -> str:
    """As Teams writes a person. The desk must not read anything out of it."""
    return f"29:1{uuid5(_SPACE, player.id).hex}"


def _account(player: Player) -> dict[str, str]:
    return {
        "id": channel_id(player),
        "name": player.name[:256],
        "userPrincipleName": player.upn,
        "aadObjectId": player.id,
        "givenName": player.given_name[:256],
        "surname": player.surname[:256],
        "email": player.mail,
    }


def set_stage(
    people: Sequence[Player],
    *,
    tenant_id: str,
    tenant_name: str,
    speaker: str | None,
    preferred: Sequence[str] = (),
) -> Stage:
    """The stage on which ``speaker`` (an address; None: the first of ``preferred`` that exists, else anybody) speaks.

    ``preferred`` are object ids in the order in which they come on stage; everybody else follows as listed.
    """
    if len(people) <= OTHERS:
        raise StageError(
            f"The Playground needs {OTHERS + 1} people, and the company has {len(people)}: see --no-playground."
        )
    rank = {person: number for number, person in enumerate(preferred)}
    cast = sorted(people, key=lambda player: rank.get(player.id, len(rank)))
    lead = cast[0] if speaker is None else _by_address(cast, speaker)
    others = [player for player in cast if player.id != lead.id][:OTHERS]
    return Stage(tenant_id=tenant_id, tenant_name=tenant_name, speaker=lead, others=tuple(others))


def _by_address(people: Sequence[Player], address: str) -> Player:
    wanted = address.strip().casefold()
    for player in people:
        if wanted and wanted in {player.upn.casefold(), player.mail.casefold(), player.id.casefold()}:
            return player
    examples = ", ".join(player.upn for player in people[:3])
    raise StageError(f"Nobody in the company has the address {address}. Some who do: {examples}.")
