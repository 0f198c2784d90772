"""What a scoping filter really does, and what a tighter one would."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.model import Clause, FilterGroup, Person
from provisioning.scope import passes
from provisioning.scoping import (
    MOST_NAMED,
    WANTED,
    Census,
    GroupSeen,
    Kind,
    Member,
    attributes_of,
    cost_of,
    full_cycle,
    joined,
    kind_of,
    tightened,
)
from tests import worlds

THREE_FILTERS = tuple(
    FilterGroup(name=name, clauses=(Clause(attribute=name, operator="IS NOT NULL"),)) for name in WANTED
)
SALES = FilterGroup(name="Sales", clauses=(Clause(attribute="department", operator="EQUALS", values=("Sales",)),))


def member(number: int, *, licensed: bool | None = True, **attributes: Any) -> Member:
    changes = {"enabled": attributes.pop("enabled", True), "guest": attributes.pop("guest", False)}
    values = {"mail": f"p{number}@x.example", "givenName": "P", "surname": str(number), **attributes}
    person = worlds.jose(id=f"id-{number}", name=f"P {number}", upn=f"p{number}@x.example", attributes=values)
    return Member(person=replace(person, mail=values["mail"], **changes), licensed=licensed)


def counted(scope: tuple[FilterGroup, ...], *members: Member) -> Census:
    census = Census(scope, {"p9@x.example": Kind.ROOM})
    for one in members:
        census.add(one)
    return census


# What is offered


def test_without_a_filter_one_new_group_asks_for_all_three() -> None:
    (group,) = tightened(())
    assert [clause.attribute for clause in group.clauses] == list(WANTED)


def test_every_group_that_is_there_asks_for_all_three_and_none_is_added() -> None:
    groups = tightened((SALES, FilterGroup(name="All", clauses=())))
    assert [group.name for group in groups] == ["Sales", "All"]
    assert all({*WANTED} <= {clause.attribute for clause in group.clauses} for group in groups)


def test_a_clause_that_is_there_is_not_doubled_however_it_is_spelt() -> None:
    there = FilterGroup(name="x", clauses=(Clause(attribute="Mail", operator="is_not_null"),))
    (group,) = tightened((there,))
    assert [clause.attribute for clause in group.clauses] == ["Mail", "givenName", "surname"]


def test_the_three_filters_of_the_guides_pictures_become_one_and_the_same_three_times() -> None:
    groups = tightened(THREE_FILTERS)
    assert [{clause.attribute for clause in group.clauses} for group in groups] == [set(WANTED)] * 3


_values = st.sampled_from([None, "Sales", "x"])
_clauses = st.builds(
    Clause,
    attribute=st.sampled_from([*WANTED, "department"]),
    operator=st.sampled_from(["IS NOT NULL", "IS NULL", "EQUALS"]),
    values=st.just(("Sales",)),
)
_groups = st.lists(
    st.builds(FilterGroup, name=st.just("g"), clauses=st.lists(_clauses, max_size=3).map(tuple)), max_size=3
).map(tuple)


@given(_groups, st.fixed_dictionaries(dict.fromkeys((*WANTED, "department"), _values)))
def test_the_offer_never_lets_anybody_in_and_lets_nobody_through_without_the_three(
    scope: tuple[FilterGroup, ...], attributes: dict[str, str | None]
) -> None:
    person = Person(id="x", upn="x", name="x", attributes=attributes)
    before, after = passes(scope, person), passes(tightened(scope), person)
    if after:
        assert before
        assert all(attributes[name] for name in WANTED)


# Who is counted as what


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (member(1), Kind.PERSON),
        (member(9), Kind.ROOM),
        (member(1, guest=True), Kind.GUEST),
        (member(1, enabled=False, licensed=False, givenName=None, surname=None), Kind.RESOURCE),
        (member(1, enabled=False, licensed=False), Kind.PERSON),  # somebody who left
        (member(1, enabled=False, licensed=None, givenName=None, surname=None), Kind.PERSON),  # licences were not read
    ],
)
def test_a_user_object_is_told_by_places_first_and_then_by_its_looks(one: Member, kind: Kind) -> None:
    assert kind_of(one, {"p9@x.example": Kind.ROOM}) is kind


def test_somebody_in_two_groups_counts_once() -> None:
    study = counted((), member(1), member(1), member(2)).study({})
    assert study.total == 2


def test_disabled_accounts_are_counted_but_never_weighed() -> None:
    study = counted((), member(1, enabled=False, mail=None), member(2)).study({})
    assert (study.disabled, study.now.through, study.falls_out, study.incomplete) == (1, 1, 0, 1)


# The trap


def test_three_separate_filters_let_nearly_everybody_through_and_joined_they_would_not() -> None:
    study = counted(
        THREE_FILTERS,
        member(1),
        member(2, mail=None),
        member(9, givenName=None, surname=None),
        member(4, mail=None, givenName=None, surname=None),
    ).study({})
    assert study.joined is not None
    assert (study.now.through, study.now.out) == (3, 1)
    assert (study.joined.through, study.joined.out) == (1, 3)
    assert study.then == study.joined
    assert [(one.name, one.lacks) for one in study.outcasts] == [
        ("P 2", ("mail",)),
        ("P 9", ("givenName", "surname")),
    ]


def test_people_stand_before_rooms_among_those_who_fall_out() -> None:
    study = counted((), member(9, surname=None), member(3, surname=None)).study({})
    assert [one.kind for one in study.outcasts] == [Kind.PERSON, Kind.ROOM]


def test_with_one_group_there_is_nothing_to_join() -> None:
    assert counted((SALES,), member(1)).study({}).joined is None
    assert [len(group.clauses) for group in joined(THREE_FILTERS)] == [3]


def test_somebody_of_whom_nobody_knows_whether_they_are_let_through_may_fall_out() -> None:
    strange = FilterGroup(name="?", clauses=(Clause(attribute="department", operator="BETWEEN", values=("a", "b")),))
    study = counted((strange,), member(1, mail=None), member(2)).study({})
    assert (study.now.unsure, study.then.out, study.then.unsure, study.falls_out) == (2, 1, 1, 1)


def test_all_who_fall_out_are_counted_and_only_so_many_are_kept_by_name() -> None:
    people = [member(number + 10, mail=None) for number in range(MOST_NAMED + 5)]
    study = counted((), *people).study({})
    assert (study.falls_out, len(study.outcasts)) == (MOST_NAMED + 5, MOST_NAMED)


def test_a_study_is_whole_unless_people_or_groups_could_not_be_read() -> None:
    census = counted((), member(1))
    census.add_group(GroupSeen(name="All", members=1, nested=("Inner",)))
    assert census.study({"places": "not_allowed"}).whole
    assert not census.study({"groups": "not_allowed"}).whole


def test_what_a_filter_reads_is_asked_for_beside_the_three() -> None:
    assert attributes_of((SALES,)) == (*WANTED, "department")


# What it costs


def test_the_cost_is_taken_from_the_cycles_that_were_seen() -> None:
    cycles = [
        worlds.cycle(began=worlds.NOW, ended=worlds.NOW + minutes * worlds.MINUTE, imported=10, escrowed=escrowed)
        for minutes, escrowed in ((10, 4), (30, 8))
    ]
    cost = cost_of([*cycles, worlds.cycle(ended=None)])
    assert (cost.cycles, cost.length, cost.escrowed) == (2, timedelta(minutes=20), 6)
    assert cost_of([]).length is None


def test_the_rule_of_thumb_for_a_cycle_that_looks_at_everybody() -> None:
    assert full_cycle(1000) == (timedelta(minutes=10), timedelta(minutes=80))
