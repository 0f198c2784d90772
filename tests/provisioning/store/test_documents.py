"""Documents: every value of the domain survives the way through JSON, whatever stands in it."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioning.cases import Case, CaseState
from provisioning.diagnosis import diagnose
from provisioning.errors import DeskError
from provisioning.evidence import Evidence
from provisioning.store.documents import read_case, read_ticket, write
from provisioning.tickets import Ticket
from tests import worlds

# JSON has no lone surrogates; texts from people lose them before they get here.
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_instant = st.datetimes(timezones=st.just(UTC))
_span = st.timedeltas(timedelta(0), timedelta(days=400))


def _whole(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Values of a dataclass with every field drawn, those with a default too."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _any(hints[field.name]) for field in fields(kind)})


def _any(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as it stands in the domain's dataclasses."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return st.one_of([_any(one) for one in inner])
    if origin is tuple:
        return st.lists(_any(inner[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(_text, _any(inner[1]), max_size=2)
    if origin is frozenset:
        return st.frozensets(_any(inner[0]))
    if isinstance(hint, type) and is_dataclass(hint):
        return st.deferred(lambda: _whole(hint))
    ours: dict[Any, st.SearchStrategy[Any]] = {str: _text, datetime: _instant, timedelta: _span}
    return ours[hint] if hint in ours else st.from_type(hint)


_many = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@_many
@given(_whole(Case))
def test_any_case_comes_back_equal(case: Case) -> None:
    assert read_case(write(case)) == case


@_many
@given(_whole(Ticket))
def test_any_ticket_comes_back_equal(ticket: Ticket) -> None:
    assert read_ticket(write(ticket)) == ticket


@pytest.mark.parametrize(
    "seen",
    [
        worlds.healthy(),
        worlds.lacking("mail", "department"),
        worlds.healthy(job=worlds.quarantined_job()),
        worlds.healthy(job=None),
        worlds.unreadable("log", "schema"),
        worlds.healthy(log=(worlds.failed("SystemForCrossDomainIdentityManagementServiceIncompatible", "taken"),)),
        worlds.healthy(log=(worlds.skipped("NotEffectivelyEntitled", Assigned="False"),)),
    ],
    ids=["healthy", "lacking", "quarantined", "no job", "unread", "failed", "skipped"],
)
def test_the_answers_of_the_rules_come_back_equal(seen: Evidence) -> None:
    case = _case(seen)
    assert read_case(write(case)) == case


def test_a_field_that_a_newer_desk_added_is_passed_over() -> None:
    document = json.loads(write(_case(worlds.healthy())))
    document["mood"] = "sunny"
    assert read_case(json.dumps(document)) == _case(worlds.healthy())


def test_a_field_that_an_older_desk_did_not_know_has_its_default() -> None:
    case = _case(worlds.healthy())
    document = json.loads(write(case))
    del document["ticket"]
    assert read_case(json.dumps(document)) == case


def test_a_case_of_a_first_desk_keeps_its_trouble_as_the_sentence_that_it_was() -> None:
    case = _case(worlds.healthy())
    document = json.loads(write(case))
    for newer in ("called_at", "told"):
        del document[newer]
    document["trouble"] = "Graph is busy."
    old = read_case(json.dumps(document))
    assert (old.trouble, old.told, old.called_at) == ("Graph is busy.", None, None)


@pytest.mark.parametrize("document", ["{}", "null", "[]", '{"id": 1}', ""])
def test_what_is_no_case_is_reported(document: str) -> None:
    with pytest.raises(DeskError, match="another version"):
        read_case(document)


def _case(seen: Evidence) -> Case:
    return Case(
        id="1",
        version=1,
        actor=worlds.aisha(),
        question="?",
        origin="c",
        state=CaseState.LOOKED,
        diagnosis=diagnose(seen),
        created=worlds.NOW,
        updated=worlds.NOW + timedelta(microseconds=1),
    )
