"""Rows boiled down to who fails over what, without names and values."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import Raw

from provisioning.failing import Happening, Outcome, Seen, boil_down, change_before, without_people
from provisioning.model import Cause
from tests import worlds
from tests.cards.failing import cluster
from tests.provisioning.rows import failed, log_row, raw, skipped

NOW, HOUR = worlds.NOW, timedelta(hours=1)


def one(row: dict[str, Any]) -> Seen:
    (seen,) = boil_down(raw(row), None)
    return seen


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (log_row(1, NOW), Outcome.WELL),
        (skipped(1, NOW, "RedundantExport"), Outcome.IN_SYNC),
        (skipped(1, NOW, "NotEffectivelyEntitled", IsActive="True"), Outcome.OUT),
        (skipped(1, NOW, "AttributeValidationFailed", PropertyName="name.familyName"), Outcome.FAILING),
        (failed(1, NOW), Outcome.FAILING),
        (log_row(1, NOW, "warning"), Outcome.UNKNOWN),
        (log_row(1, NOW, "somethingNew"), Outcome.UNKNOWN),
    ],
)
def test_each_status_has_its_outcome(row: dict[str, Any], outcome: Outcome) -> None:
    assert one(row).outcome is outcome


def test_a_failure_keeps_cause_attribute_and_next_retry_and_no_name() -> None:
    seen = one(failed(7, NOW, "Person 7 has no value: attribute 'emails[type eq \"work\"].value' is required."))
    assert (seen.cause, seen.attributes) == (Cause.MISSING_ATTRIBUTE, ("mail",))
    assert seen.next_retry == NOW + 6 * HOUR
    assert "Person 7" not in seen.words
    assert "emails[type eq" in seen.words


def test_people_who_fail_over_the_same_thing_are_one_cluster_whatever_they_are_called() -> None:
    words = "User '{}' ({}) exists already, code {}"
    first = one(failed(1, NOW, words.format("Zoe Q", "zoe@x.example", 40911)))
    second = one(failed(2, NOW, words.format("Kim L", "kim.l@y.example", 40977)))
    assert first.cluster == second.cluster
    assert first.words == "User '…' (…) exists already, code …"
    assert one(failed(3, NOW)).cluster != first.cluster


def test_the_same_words_in_another_app_are_another_cluster() -> None:
    other = failed(1, NOW) | {"servicePrincipal": {"id": "another"}}
    assert one(other).cluster != one(failed(1, NOW)).cluster


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("The value 'zoe' is taken", "The value '…' is taken"),
        ("Attribute 'name.familyName' is required", "Attribute 'name.familyName' is required"),
        ("Attribute 'familyName' is required", "Attribute 'familyName' is required"),
        ("zoe.q@x.example is taken", "… is taken"),
        ("id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 is gone", "id … is gone"),
        ("Zoe Quist was refused", "… was refused"),
        ("zoe.quist.upn was refused", "… was refused"),
    ],
)
def test_a_sentence_loses_whom_it_is_about_and_keeps_what_it_says(words: str, left: str) -> None:
    assert without_people(words, "Zoe Quist", {"UserPrincipalName": "zoe.quist.upn"}) == left


def test_rows_come_out_oldest_first_and_those_without_a_subject_are_left_out() -> None:
    rows = [log_row(2, NOW), log_row(1, NOW - HOUR), log_row(3, NOW, sourceIdentity=None)]
    rows += [log_row(4, NOW, activityDateTime="0001-01-01T00:00:00Z"), log_row(5, NOW, servicePrincipal=None)]
    page = [*raw(*rows), Raw(b'{"id": 5, "provisioningSteps": 3}'), Raw(b"[]")]
    assert [seen.at for seen in boil_down(page, None)] == [NOW - HOUR, NOW]
    assert len(boil_down(page, worlds.APP_ID)) == 3


def test_a_group_is_told_from_a_person_and_a_list_of_service_principals_is_read() -> None:
    who = {"id": "G", "displayName": "Team", "identityType": "Group"}
    seen = one(log_row(1, NOW, sourceIdentity=who, servicePrincipal=[{"id": "SP"}]))
    assert (seen.person, seen.object_id, seen.app_id) == (False, "g", "sp")


def test_the_change_of_the_day_before_is_named_and_no_other() -> None:
    changes = [
        Happening(at=NOW - hours * HOUR, what=f"{hours} h before", app_id=worlds.APP_ID.lower())
        for hours in (30, 20, 2, -1)
    ]
    elsewhere = Happening(at=NOW - HOUR, what="in another app", app_id="another")
    found = change_before(cluster(since=NOW), [*changes, elsewhere])
    assert found is not None
    assert found.what == "2 h before"
    assert change_before(cluster(since=NOW - 60 * HOUR), changes) is None
