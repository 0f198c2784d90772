"""Drift of mappings and filters: old and new, and nothing where only the order or the desk itself changed it."""

from dataclasses import replace
from typing import Any

import pytest

from provisioning.model import Schema
from provisioning.watching.looking import look
from provisioning.watching.mappings import drifts
from provisioning.watching.news import Drift, DriftKind, News, Topic
from tests import worlds
from tests.provisioning.watching.sights import HOUR, after, sight

MAIL = worlds.MAPPINGS[3]
FILTER = worlds.filter_group(worlds.clause("mail", "IS NOT NULL"), worlds.clause("country", "EQUALS", "ES"))


def with_mail(**changes: Any) -> Schema:
    """The schema whose fourth mapping, of the mail address, is another one."""
    changed = replace(MAIL, **changes)
    return worlds.schema(mappings=(*worlds.MAPPINGS[:3], changed, *worlds.MAPPINGS[4:]))


def news_of(before: Schema, now: Schema, **changes: Any) -> tuple[News, ...]:
    known, none = look(None, sight(schema=before))
    assert none == ()
    return look(known, sight(after(HOUR), later=HOUR, schema=now, **changes))[1]


@pytest.mark.parametrize(
    ("now", "drift"),
    [
        (
            with_mail(expression="[userPrincipalName]", sources=("userPrincipalName",)),
            Drift(kind=DriftKind.CHANGED, name=MAIL.target, old="[mail]", new="[userPrincipalName]"),
        ),
        (
            with_mail(matching_priority=2),
            Drift(kind=DriftKind.MATCHING, name=MAIL.target, old="", new="2"),
        ),
        (
            with_mail(default="nobody@fabrikam.example"),
            Drift(kind=DriftKind.DEFAULT, name=MAIL.target, old="", new="nobody@fabrikam.example"),
        ),
        (
            with_mail(expression=None, sources=(), constant="x"),
            Drift(kind=DriftKind.CHANGED, name=MAIL.target, old="[mail]", new='"x"'),
        ),
        (
            worlds.schema(mappings=worlds.MAPPINGS[:-1]),
            Drift(kind=DriftKind.REMOVED, name=worlds.MAPPINGS[-1].target, old="[department]", new=""),
        ),
        (
            worlds.schema(mappings=(*worlds.MAPPINGS, worlds.mapping("title", "jobTitle"))),
            Drift(kind=DriftKind.ADDED, name="title", old="", new="[jobTitle]"),
        ),
        (
            worlds.schema(FILTER),
            Drift(kind=DriftKind.SCOPE, old="", new="mail IS NOT NULL AND country EQUALS ES"),
        ),
        (
            worlds.schema(FILTER, worlds.filter_group(worlds.clause("department", "EQUALS", "Sales"))),
            Drift(
                kind=DriftKind.SCOPE,
                old="",
                new="(mail IS NOT NULL AND country EQUALS ES) OR (department EQUALS Sales)",
            ),
        ),
    ],
)
def test_each_change_is_told_with_old_and_new(now: Schema, drift: Drift) -> None:
    (news,) = news_of(worlds.schema(), now)
    assert (news.topic, news.drifts) == (Topic.MAPPINGS, (drift,))


def test_another_order_or_version_is_no_change() -> None:
    assert news_of(worlds.schema(), worlds.schema(mappings=worlds.MAPPINGS[::-1], version="v2")) == ()


def test_several_mappings_of_one_target_are_held_apart() -> None:
    twice = (worlds.mapping("title", "jobTitle"), worlds.mapping("title", "department"))
    (drift,) = drifts(worlds.schema(mappings=twice), worlds.schema(mappings=twice[:1]))
    assert (drift.kind, drift.old) == (DriftKind.REMOVED, "[department]")


def test_a_filter_that_the_desk_wrote_is_left_out_and_a_mapping_that_it_did_not_is_told() -> None:
    assert news_of(worlds.schema(), worlds.schema(FILTER), ours=True) == ()
    both = replace(with_mail(default="x"), scope=(FILTER,))
    (news,) = news_of(worlds.schema(), both, ours=True)
    assert [one.kind for one in news.drifts] == [DriftKind.DEFAULT]


def test_the_first_schema_that_is_seen_is_where_watching_begins() -> None:
    known, none = look(None, sight())
    assert none == ()
    known, none = look(known, sight(schema=worlds.schema(FILTER)))
    assert none == ()
    assert look(known, sight(schema=None))[1] == ()
