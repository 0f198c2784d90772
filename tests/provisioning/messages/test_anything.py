"""Whatever others write: nothing raises, nothing is claimed that was not said."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.attempts import Verdict
from provisioning.explain import explain
from provisioning.messages import read_error, read_log_row, read_on_demand, service_principal_id
from provisioning.model import Cause

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ROW_KEYS = st.sampled_from(
    [
        "id",
        "activityDateTime",
        "provisioningAction",
        "provisioningStatusInfo",
        "statusInfo",
        "provisioningSteps",
        "modifiedProperties",
        "servicePrincipal",
        "initiatedBy",
        "targetIdentity",
        "details",
        "status",
        "type",
        "errorInformation",
        "errorCode",
        "reason",
    ]
)
ROWS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    ROW_KEYS,
    st.recursive(ANY_JSON, lambda inner: st.dictionaries(ROW_KEYS, inner, max_size=3), max_leaves=6),
    max_size=8,
)
PIECES = st.sampled_from(
    [
        "StatusCode: ",
        "Conflict",
        "\r\nWeb Response: ",
        '{"detail":"',
        '\\"',
        '"}',
        "{",
        "[",
        "]}",
        '"schemas":"["x"]"',
        "This operation was retried 99 times. ",
        "It will be retried again after this date: ",
        "9999-99-99T99:99:99Z UTC",
        "2026-03-02T15:30:00Z UTC",
        "https://x/",
        "Response Content: ",
        "emails[type eq",
        "SkipReason=",
        "IsActive=False",
        "Error code: ",
        "ContosoEntryConflict",
    ]
)
LIKE_ERRORS = st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join)


@given(st.text() | LIKE_ERRORS, st.none() | st.text(max_size=40))
def test_any_text_can_be_read_as_an_error(words: str, code: str | None) -> None:
    error = read_error(words, code=code)
    assert error.http is None or 300 <= error.http <= 599
    assert error.next_retry is None or error.next_retry.utcoffset() == timedelta(0)


@given(ROWS)
def test_any_object_can_be_read_as_a_row(row: dict[str, Any]) -> None:
    event = read_log_row(row)
    assert isinstance(event.at, datetime)
    assert all(isinstance(value, str) for report in event.steps for value in report.details.values())
    assert service_principal_id(row) is None or "servicePrincipal" in row


@given(
    st.text() | LIKE_ERRORS | ANY_JSON.map(json.dumps), st.text() | ANY_JSON | ROWS.map(lambda row: json.dumps([row]))
)
def test_any_pair_can_be_read_as_an_answer(key: str, value: Any) -> None:
    answer = read_on_demand({"key": key, "value": value})
    assert answer.readable == (answer.verdict is not Verdict.UNKNOWN)


@settings(deadline=None)
@given(st.text() | LIKE_ERRORS | ROWS.map(json.dumps) | ANY_JSON.map(json.dumps))
def test_any_text_can_be_explained(words: str) -> None:
    assert explain(words).cause in Cause


def test_a_hostile_text_is_read_in_time() -> None:
    for hostile in ("{" * 100_000, "[" * 100_000, '{"detail":"' * 20_000, "a." * 100_000, "StatusCode: " * 20_000):
        assert read_error(hostile).text == hostile.strip()[:200_000]


def test_a_deeply_nested_body_is_read_to_its_depth() -> None:
    body = "taken"
    for _ in range(12):
        body = json.dumps({"detail": body})
    assert read_error(body).detail == "taken"
    assert read_error(json.dumps({"detail": [[[[{"detail": "deep"}]]]]})).detail == "deep"
