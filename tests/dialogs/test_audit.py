"""Who did what for somebody: agents are told, with what could not be read; others are not."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from cards.plain import plain_text
from dialogs.asking import DENIED, Ask, Asker, Said
from dialogs.audit import Audit
from dialogs.search import Search
from dialogs.status import Status
from provisioning.attempts import LogEvent
from provisioning.changes import DirectoryChange
from provisioning.errors import DeskError, NotAllowedError
from provisioning.model import Actor, App
from provisioning.ports import AuditLine
from tests.dialogs.desk import AISHA, OLLE, Tenant

ASKCODY = "a-askcody"


class Chronicle(Tenant):
    """A tenant that also remembers; ``refuses`` is what its audit log answers."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: DeskError | None = None
        self.asked: list[str] = []

    async def changes(self, person_id: str, *, since: datetime) -> tuple[DirectoryChange, ...]:
        if self.refuses:
            raise self.refuses
        self.asked.append(person_id)
        at = await self.now()
        own = DirectoryChange(at=at, activity="Update user", by="hr@x.example")
        other = DirectoryChange(at=at, activity="Add app role", by="it@x.example", app_ids=("a-zoom",))
        return (own, other)

    async def log(self, person_id: str, app: App, *, since: datetime) -> tuple[LogEvent, ...]:
        return ()


class Trail:
    """The desk's own lines."""

    def __init__(self, *lines: AuditLine) -> None:
        self.lines = lines

    async def about_person(self, person_id: str, *, limit: int) -> Sequence[AuditLine]:
        return [line for line in self.lines if line.facts["person"] == person_id][:limit]


def line(what: str, app: str, at: datetime) -> AuditLine:
    facts = {"person": "p-jose", "app": app}
    return AuditLine(at=at, what=what, by_id=AISHA.id, by_upn=AISHA.upn, about="case:1", facts=facts)


async def ask(chronicle: Chronicle, words: str, *, by: Actor = AISHA, app_ids: tuple[str, ...] = ()) -> Said:
    at = await chronicle.now()
    trail = Trail(line("promised", ASKCODY, at), line("asked", "a-zoom", at))
    audit = Audit(chronicle, trail, Status(chronicle, None))  # type: ignore[arg-type]
    asker = Asker(actor=by, conversation="c", kind="personal", search=Search(chronicle))
    outcome = await audit.answer(Ask(intent="audit", question=words, person_words=words, app_ids=app_ids), asker)
    assert isinstance(outcome, Said)
    return outcome


def words(said: Said) -> str:
    assert said.reply.card is not None
    return plain_text(said.reply.card)


async def test_an_agent_learns_who_did_what() -> None:
    told = words(await ask(Chronicle(), "José"))
    assert f"{AISHA.upn}: pressed Provision now in AskCody" in told
    assert "hr@x.example: Update user" in told
    assert "it@x.example: Add app role" in told


async def test_an_app_that_is_named_leaves_out_what_was_done_in_others() -> None:
    told = words(await ask(Chronicle(), "José", app_ids=(ASKCODY,)))
    assert "pressed Provision now" in told
    assert "asked about it" not in told
    assert "Add app role" not in told
    assert "By provisioning\nNothing found." in told


async def test_a_log_that_is_closed_to_the_desk_is_named() -> None:
    chronicle = Chronicle()
    chronicle.refuses = NotAllowedError("No.", code="Denied")
    told = words(await ask(chronicle, "José"))
    assert "I could not read this: Microsoft does not allow it to the desk (Denied)." in told
    assert "pressed Provision now" in told


@pytest.mark.parametrize("whom", ["José", "Olle Svensson"])
async def test_nobody_else_learns_anything(whom: str) -> None:
    chronicle = Chronicle()
    said = await ask(chronicle, whom, by=OLLE)
    assert said.came_to == DENIED
    assert (chronicle.asked, chronicle.searched) == ([], [])
