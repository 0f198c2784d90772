"""One question from the command line, through the same conversations as Teams; nothing in the tenant changes.

Unless it is told to act, what the answer would store is written in a transaction that is taken back.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any

from cards.words import use_language
from dialogs.asking import CHOOSE_PERSON, NO_ACCOUNT
from dialogs.root import Answered, Conversations
from dialogs.talk import PERSONAL, Reply, Speech, to_activity
from provisioning.cases import Case
from provisioning.errors import NotThereError
from provisioning.graph.client import GraphClient
from provisioning.model import Actor, Cause
from provisioning.ports import AuditLine, Books, Ledger, TenantReader
from provisioning.remedies import REMEDIES
from provisioning.tickets import Ticket

PLACE = "command line"  # the origin of what is asked here: no chat, so nothing can be said there later


class _Unwritten(Exception):  # noqa: N818 - not an error: it takes a transaction back
    """Ends a rehearsal's transaction."""


class Rehearsal:
    """Books in which everything can be written and nothing stays."""

    def __init__(self, books: Books) -> None:
        self._books = books

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Ledger]:
        """A transaction that is rolled back when it ends well, too."""
        try:
            async with self._books.transaction() as ledger:
                yield ledger
                raise _Unwritten
        except _Unwritten:
            return

    async def read_case(self, case_id: str) -> Case:
        """As the books themselves."""
        return await self._books.read_case(case_id)

    async def read_ticket(self, number: int) -> Ticket:
        """As the books themselves."""
        return await self._books.read_ticket(number)

    async def tickets(
        self, *, requester_id: str | None = None, open_only: bool = True, limit: int = 500
    ) -> Sequence[Ticket]:
        """As the books themselves."""
        return await self._books.tickets(requester_id=requester_id, open_only=open_only, limit=limit)

    async def waiting(self) -> int:
        """As the books themselves."""
        return await self._books.waiting()

    async def unannounced(self, lost: Sequence[str] = (), *, unheard: bool = True) -> Sequence[int]:
        """As the books themselves."""
        return await self._books.unannounced(lost, unheard=unheard)

    async def to_look_at(self, *, limit: int, rest: timedelta) -> Sequence[Ticket]:
        """Nothing: a rehearsal looks at no log."""
        return ()

    async def mended(self) -> Sequence[Ticket]:
        """As the books themselves."""
        return await self._books.mended()

    async def trail(self, *abouts: str) -> Sequence[AuditLine]:
        """As the books themselves."""
        return await self._books.trail(*abouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The public answer to ``sync-desk ask``: plain JSON values."""

    understood: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    replies: Sequence[Mapping[str, Any]]
    graph: Mapping[str, Any]  # what it cost: calls, sequential rounds, seconds from the question to the card


class Questions:
    """Answers one question at a time for whoever is named."""

    def __init__(self, *, tenant: TenantReader, graph: GraphClient, conversations: Conversations) -> None:
        self._tenant = tenant
        self._graph = graph
        self._conversations = conversations

    async def ask(self, text: str, *, as_upn: str) -> Asked:
        """NotThereError when nobody, or more than one person, has exactly this address."""
        asker_id = await self._id_of(as_upn)
        begun = perf_counter()
        with self._graph.asking() as tally, use_language(None):
            actor, search = await self._conversations.meet(text, self._tenant.actor(asker_id))
            speech = Speech(text=text, actor=actor, conversation=PLACE, kind=PERSONAL)
            answered = await self._conversations.ask(speech, search)
        spent = {"calls": tally.calls, "rounds": tally.rounds, "seconds": round(perf_counter() - begun, 3)}
        return asked(answered, actor, spent)

    async def _id_of(self, upn: str) -> str:
        wanted = upn.strip().casefold()
        found = [one for one in await self._tenant.find_people(upn) if wanted in {one.upn.casefold(), one.id}]
        if len(found) != 1:
            raise NotThereError(f"Nobody in the tenant has the sign-in name {upn}.")
        return found[0].id


def asked(answered: Answered, actor: Actor, spent: Mapping[str, Any]) -> Asked:
    """What was understood, what it came to and what would be shown, as JSON."""
    return Asked(
        understood={
            "intent": answered.intent,
            "people": answered.people_of(actor),
            "apps": answered.apps,
            "group": answered.group,
        },
        answer=_answer(answered.case) if answered.case else _of_no_one(answered, actor),
        replies=[_activity(answered.outcome.reply)],
        graph=spent,
    )


def _answer(case: Case) -> dict[str, Any]:
    seen = case.diagnosis
    root = seen.root
    facts: dict[str, Any] = {key: list(fact) if isinstance(fact, tuple) else fact for key, fact in root.facts.items()}
    facts |= {
        "person": seen.person.upn,
        "app": seen.app.name,
        "as_of": seen.as_of.isoformat(),
        "steps": {report.step.value: report.verdict.value for report in seen.steps},
        "last_event": seen.last_event.at.isoformat() if seen.last_event else None,
        "next_cycle": seen.next_cycle.isoformat() if seen.next_cycle else None,
        "may_provision": seen.may_provision,
        "refusal": seen.refusal,
        "unread": dict(seen.unread),
    }
    return {
        "cause": root.cause.value,
        "causes": [finding.cause.value for finding in seen.findings],
        "owner": [owner.value for owner in root.owner],
        "retry": root.retry.value,
        "facts": facts,
    }


# What a question came to that stayed without a case, because it is not about exactly one person.
_NO_ONE = {NO_ACCOUNT: Cause.NO_ACCOUNT, CHOOSE_PERSON: Cause.AMBIGUOUS_PERSON}


def _of_no_one(answered: Answered, actor: Actor) -> dict[str, Any] | None:
    """Nobody, or more than one, is called so: ``facts`` say how, and for several who they are by sign-in name."""
    cause = _NO_ONE.get(answered.intent)
    if cause is None:
        return None
    remedy = REMEDIES[cause]
    people = answered.people_of(actor)
    facts: dict[str, Any] = {"person": ", ".join(who.words for who in answered.meaning.people)}
    facts |= {"candidates": people} if cause is Cause.AMBIGUOUS_PERSON else {}
    facts |= {"app": answered.apps[0]} if len(answered.apps) == 1 else {}
    return {
        "cause": cause.value,
        "causes": [cause.value],
        "owner": [owner.value for owner in remedy.owner],
        "retry": remedy.retry.value,
        "facts": facts,
    }


def _activity(reply: Reply) -> dict[str, Any]:
    activity = to_activity(reply)
    document: dict[str, Any] = {"type": "message"}
    if activity.text:
        document["text"] = activity.text
    if activity.attachments:
        document["attachments"] = [
            {"contentType": part.content_type, "content": part.content} for part in activity.attachments
        ]
    return document
