"""Is it a room, a workspace or a desk? Such mailboxes are ordinary user objects, and seldom meant to be provisioned."""

from typing import Any

from provisioning.graph.addresses import literal, path
from provisioning.graph.batch import Part, batch
from provisioning.graph.client import GraphClient
from provisioning.graph.refusals import refusal
from provisioning.model import Person

KINDS = ("room", "workspace", "desk")


def may_be_a_place(person: Person) -> bool:
    """Whether an account looks like a room's: a mailbox with nobody's first or family name."""
    names = [person.attributes.get(name) for name in ("givenName", "surname")]
    return bool(person.mail) and not person.deleted and not any(names)


async def read_place(client: GraphClient, person: Person) -> str | None:
    """One of KINDS, by the mailbox's address; None: it is none of them. NotAllowedError without Place.Read.All."""
    options = {"$filter": f"emailAddress eq {literal(person.mail or '')}", "$select": "emailAddress", "$top": "1"}
    parts = [Part(path=path("places", f"microsoft.graph.{kind}"), options=options) for kind in KINDS]
    answers = await batch(client, parts)
    for kind, answer in zip(KINDS, answers, strict=True):
        if answer.good and client.decode(answer, dict[str, Any]).get("value"):
            return kind
    if all(answer.status in (401, 403) for answer in answers):
        raise refusal(answers[0])
    return None  # a cloud that knows no desks yet refuses that part alone
