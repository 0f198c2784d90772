"""What doubtful mailboxes are for, as Exchange says: a person's, shared, a room's, a piece of equipment.

It wants MailboxSettings.Read, which reaches into every mailbox, so a desk may well go without: then looks have to do.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace

from msgspec import Struct

from provisioning.attributes import value_of
from provisioning.errors import DeskError, NotAllowedError, TryLaterError
from provisioning.graph.addresses import path
from provisioning.graph.batch import MOST, Part, batch
from provisioning.graph.client import GraphClient
from provisioning.graph.refusals import Answer, reason, refusal
from provisioning.scoping import GroupSeen, Member, Unread

MOST_ASKED = 1000  # mailboxes in one look
UNREAD = "purposes"
Seen = Member | GroupSeen | Unread


class _Purpose(Struct):
    value: str | None = None


async def with_purposes(client: GraphClient, audience: AsyncIterator[Seen]) -> AsyncGenerator[Seen, None]:
    """The same, with ``Member.purpose`` of whoever may be no person; what cannot be read is named once."""
    waiting: list[Member] = []
    asked, why = 0, ""
    async for seen in audience:
        if why or not isinstance(seen, Member) or not is_doubtful(seen):
            yield seen
            continue
        waiting.append(seen)
        if len(waiting) < MOST:
            continue
        told, why = await _told(client, waiting)
        asked += len(waiting)
        why = why or ("too_many" if asked >= MOST_ASKED else "")
        for member in told:
            yield member
        waiting = []
    if waiting:
        told, why = await _told(client, waiting)
        for member in told:
            yield member
    if why:
        yield Unread(what=UNREAD, why=why)


def is_doubtful(member: Member) -> bool:
    """Whether a user object may stand for something else: it cannot sign in, or has no name of a person."""
    person = member.person
    nameless = value_of(person, "givenName") is None and value_of(person, "surname") is None
    return not person.guest and (person.enabled is False or nameless)


async def _told(client: GraphClient, members: Sequence[Member]) -> tuple[list[Member], str]:
    """The members, and why no purpose could be read ("": it could, or there is no mailbox)."""
    parts = [Part(path=path("users", member.person.id, "mailboxSettings", "userPurpose")) for member in members]
    try:
        answers = await batch(client, parts)
    except DeskError as error:
        return list(members), reason(error)
    told = [replace(member, purpose=_purpose(client, one)) for member, one in zip(members, answers, strict=True)]
    refused = [refusal(answer) for answer in answers if not answer.good]
    denied = [one for one in refused if isinstance(one, NotAllowedError)]
    if denied and len(denied) == len(answers):
        return told, reason(denied[0])
    busy = next((one for one in refused if isinstance(one, TryLaterError)), None)
    return told, reason(busy) if busy else ""


def _purpose(client: GraphClient, answer: Answer) -> str | None:
    if not answer.good:
        return None
    try:
        return client.decode(answer, _Purpose).value
    except DeskError:
        return None
