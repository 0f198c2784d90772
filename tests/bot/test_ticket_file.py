"""One ticket for an operator: complete, in text and in JSON."""

import json
from collections.abc import Sequence

from bot import ticket_file
from provisioning.diagnosis import diagnose
from provisioning.ports import AuditLine
from provisioning.tickets import Ticket
from tests import worlds
from tests.provisioning.test_moves import ticket


class Books:
    """One ticket and its audit."""

    async def read_ticket(self, number: int) -> Ticket:
        return ticket(diagnosis=diagnose(worlds.healthy(log=(worlds.failed("Mystery", "odd"),))), case_id="case-1")

    async def trail(self, *abouts: str) -> Sequence[AuditLine]:
        assert abouts == ("ticket:1001", "case:case-1")
        line = AuditLine(at=worlds.NOW, what="answered", by_id="x", by_upn="x", about=abouts[1], facts={"row": "r-1"})
        return [line]


async def test_the_text_leads_with_how_it_stands_and_ends_with_a_paragraph_for_support() -> None:
    found = await ticket_file.read(Books(), 1001)  # type: ignore[arg-type]
    words = ticket_file.as_text(*found)
    assert words.startswith("SD-1001: open, severity normal, owner nobody")
    assert "Tried from our side: 2026-03-02 09:30 UTC answered." in words
    assert "jose@fabrikam.example" not in words


async def test_the_json_holds_history_and_evidence() -> None:
    found = await ticket_file.read(Books(), 1001)  # type: ignore[arg-type]
    told = json.loads(json.dumps(ticket_file.as_json(*found), default=str))
    assert (told["ticket"], told["evidence"]["code"], told["history"][0]["what"]) == ("SD-1001", "Mystery", "opened")
    assert told["evidence"]["tried"] == [{"at": "2026-03-02 09:30:00+00:00", "what": "answered", "detail": "r-1"}]
