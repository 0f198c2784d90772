"""The evidence pack: complete for support, silent about who the person is."""

from dataclasses import asdict, replace
from datetime import timedelta

from provisioning.attempts import Verdict
from provisioning.diagnosis import diagnose
from provisioning.evidence_pack import pack_of, redacted
from provisioning.fingerprint import fingerprint
from provisioning.kinship import kin_of, severity_of
from provisioning.ports import AuditLine
from provisioning.tickets import Severity, Ticket
from tests import worlds
from tests.provisioning.test_moves import ticket


def about(**changes: object) -> Ticket:
    seen = diagnose(worlds.healthy(log=(worlds.failed("MysteryCode", "jose.garcia@fabrikam.example is odd"),)))
    return ticket(diagnosis=seen, case_id="case-1", **changes)


def test_it_holds_every_id_that_a_support_asks_for() -> None:
    pack = pack_of(about())
    assert {"job", "cycle", "change", "row", "case", "person", "app"} <= set(pack.ids)
    assert (pack.code, len(pack.steps), len(pack.schema)) == ("MysteryCode", 4, 12)
    assert any(step.verdict is Verdict.FAILURE for step in pack.steps)


def test_nobodys_name_or_address_stands_in_it() -> None:
    told = str(asdict(pack_of(about())))
    for secret in ("jose.garcia@", "José", "García", "help", "jose@fabrikam.example"):
        assert secret not in told
    assert "j…@fabrikam.example" in told


def test_numbers_and_secrets_are_taken_out_of_foreign_texts() -> None:
    assert redacted("call +49 30 1234567 now") == "call (number) now"
    assert "abc123" not in redacted("Authorization: Bearer abc123 was refused")
    assert redacted("row 11111111-0000-4000-8000-000000000001") == "row 11111111-0000-4000-8000-000000000001"


def test_what_was_tried_comes_from_the_audit() -> None:
    def line(minute: int, what: str, **facts: str) -> AuditLine:
        at = worlds.NOW + timedelta(minutes=minute)
        return AuditLine(at=at, what=what, by_id="x", by_upn="aisha@fabrikam.example", about="case:case-1", facts=facts)

    pack = pack_of(about(), [line(1, "asked"), line(2, "answered", verdict="failure"), line(3, "handed over")])
    assert [(moment.what, moment.detail) for moment in pack.tried] == [("answered", "failure")]
    assert [moment.what for moment in pack.timeline][-3:] == ["asked", "answered", "handed over"]
    assert "aisha" not in str(asdict(pack))


def test_a_ticket_about_a_text_has_a_pack_without_a_person() -> None:
    pack = pack_of(ticket())
    assert (pack.person, pack.ids, [moment.what for moment in pack.timeline]) == ("", {}, ["opened"])


def test_the_fingerprint_changes_with_the_schema_and_not_with_its_order() -> None:
    schema = worlds.healthy().schema
    assert schema is not None
    turned = replace(schema, mappings=tuple(reversed(schema.mappings)))
    assert fingerprint(turned) == fingerprint(schema)
    assert fingerprint(replace(schema, mappings=schema.mappings[1:])) != fingerprint(schema)
    assert fingerprint(None) == ""


def test_people_without_mail_are_kin_and_people_in_order_are_not() -> None:
    without = [diagnose(worlds.lacking("mail")) for _ in range(2)]
    assert kin_of(without[0]) == kin_of(without[1]) != ""
    assert kin_of(diagnose(worlds.healthy(job=worlds.quarantined_job()))) not in {"", kin_of(without[0])}
    assert kin_of(diagnose(worlds.healthy())) == ""


def test_what_stops_everybody_is_looked_at_sooner() -> None:
    stopped = diagnose(worlds.healthy(job=worlds.quarantined_job()))
    assert severity_of(stopped) is Severity.HIGH
    assert severity_of(diagnose(worlds.lacking("mail"))) is Severity.NORMAL
    assert severity_of(None) is Severity.NORMAL
