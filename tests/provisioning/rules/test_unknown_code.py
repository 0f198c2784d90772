"""Codes that no rule knows."""

from dataclasses import replace

from provisioning.attempts import Step
from provisioning.model import Cause, Owner
from provisioning.rules.unknown_code import unknown_code
from tests.worlds import MAPPINGS, MINUTE, NOW, SERVICE_INCOMPATIBLE, event, failed, healthy, lacking, schema, skipped

ODD = failed("FlumphExploded", "The flumph said no", status="Forbidden", step=Step.MATCHING)


def test_an_unknown_code_still_gives_step_status_and_text() -> None:
    found = unknown_code(healthy(log=(ODD,)))
    assert found
    assert (found.cause, found.step, found.owner) == (Cause.UNKNOWN_CODE, Step.MATCHING, (Owner.IDENTITY_ADMIN,))
    assert found.facts["code"] == "FlumphExploded"
    assert found.facts["http"] == "403"
    assert found.facts["detail"] == "The flumph said no"
    assert found.facts["action"] == "create"
    assert found.facts["next_retry"] == "2026-03-02T15:30:00+00:00"
    assert found.seen_at == ODD.at


def test_a_failure_that_says_nothing_is_still_shown() -> None:
    found = unknown_code(healthy(log=(replace(ODD, error=None),)))
    assert found
    assert found.step is Step.MATCHING
    assert "code" not in found.facts


def test_a_skip_for_an_unknown_reason_is_shown() -> None:
    found = unknown_code(healthy(log=(skipped("MoonIsFull"),)))
    assert found
    assert found.facts["code"] == "MoonIsFull"


def test_the_good_skip_is_none() -> None:
    assert unknown_code(healthy(log=(skipped("RedundantExport"),))) is None


def test_a_skip_whose_flags_say_why_belongs_to_other_rules() -> None:
    assert unknown_code(healthy(log=(skipped("NotEffectivelyEntitled", Assigned="False"),), assignments=())) is None


def test_a_skip_that_says_nothing_is_not_called_unknown() -> None:
    assert unknown_code(healthy(log=(skipped("NotEffectivelyEntitled"),))) is None


def test_what_other_rules_explain_is_left_to_them() -> None:
    assert unknown_code(healthy(log=(failed("EntryConflict", status="Conflict"),))) is None
    row = failed(SERVICE_INCOMPATIBLE, "Required property 'familyName' not found in JSON")
    assert unknown_code(lacking("surname", log=(row,))) is None


def test_a_required_value_that_no_mapping_sends_is_shown() -> None:
    unmapped = schema(mappings=tuple(m for m in MAPPINGS if m.target != "name.familyName"))
    row = failed(SERVICE_INCOMPATIBLE, "Required property 'familyName' not found in JSON")
    found = unknown_code(healthy(schema=unmapped, log=(row,)))
    assert found
    assert found.facts["attributes"] == ("surname",)


def test_a_required_value_that_can_never_have_been_empty_is_shown() -> None:
    row = failed(SERVICE_INCOMPATIBLE, "Required property 'userName' not found in JSON")
    found = unknown_code(healthy(log=(row,)))
    assert found
    assert found.facts["attributes"] == ("userPrincipalName",)


def test_a_change_that_no_cycle_has_seen_may_have_mended_it() -> None:
    assert unknown_code(healthy(log=(ODD,), changed=NOW - MINUTE)) is None


def test_a_newer_success_ends_it() -> None:
    assert unknown_code(healthy(log=(event(at=NOW), ODD))) is None


def test_an_empty_log_says_nothing() -> None:
    assert unknown_code(healthy(log=())) is None
