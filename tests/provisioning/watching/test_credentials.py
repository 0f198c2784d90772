"""Certificates and secrets that end soon: told once at thirty days, at seven and at one."""

from datetime import timedelta

import pytest

from provisioning.watching.credentials import nearing
from provisioning.watching.looking import look
from provisioning.watching.news import Credential, CredentialKind, Known, News, Sight, Topic
from tests import worlds
from tests.provisioning.watching.sights import after, sight

DAY = timedelta(days=1)


def credential(days: float, **changes: object) -> Credential:
    usual: dict[str, object] = {"kind": CredentialKind.CERTIFICATE, "ends": worlds.NOW + days * DAY}
    return Credential(**{**usual, **changes})  # type: ignore[arg-type]


def seen(day: float, *credentials: Credential) -> Sight:
    return sight(after(day * DAY), later=day * DAY, credentials=credentials)


def told(known: Known | None, *sights: Sight) -> tuple[Known, list[News]]:
    found: list[News] = []
    for one in sights:
        known, news = look(known, one)
        found += [each for each in news if each.topic is Topic.CREDENTIALS and not each.first]
    assert known is not None
    return known, found


def test_each_stage_is_told_once_over_forty_days() -> None:
    one = credential(40)
    _known, news = told(None, *(seen(hours / 12, one) for hours in range(12 * 41)))
    assert [each.variant for each in news] == ["30", "7", "1"]


def test_what_ends_soon_at_first_sight_is_no_news_and_its_next_stage_is() -> None:
    known, news = told(None, seen(0, credential(5)))
    assert news == []
    assert [each.variant for each in told(known, seen(4.5, credential(5)))[1]] == ["1"]


def test_who_begins_to_watch_is_shown_what_ends_soon() -> None:
    assert [one.variant for one in nearing(seen(0, credential(20), credential(5), credential(90)))] == ["7", "30"]


def test_three_credentials_of_one_signing_certificate_are_one_news() -> None:
    three = (
        credential(20),
        credential(20, name="CN=Microsoft Azure Federated SSO Certificate"),
        credential(20, kind=CredentialKind.SECRET),
    )
    known, _none = told(None, seen(0))
    (news,) = told(known, seen(0.5, *three))[1]
    assert news.facts["kinds"] == "certificate secret"
    assert news.facts["names"] == "CN=Microsoft Azure Federated SSO Certificate"


def test_one_that_lasts_longer_is_named() -> None:
    known, _none = told(None, seen(0))
    (news,) = told(known, seen(0.5, credential(20), credential(400), credential(500, kind=CredentialKind.SECRET)))[1]
    assert news.facts["newer"] == credential(400).ends.isoformat()


@pytest.mark.parametrize("credentials", [(), (credential(-3),)])
def test_what_has_ended_or_was_taken_away_is_told_by_nobody(credentials: tuple[Credential, ...]) -> None:
    known, _none = told(None, seen(0, credential(20)))
    assert told(known, seen(13.5, *credentials))[1] == []


def test_unread_credentials_change_nothing() -> None:
    known, _none = told(None, seen(0, credential(20)))
    unread = sight(after(14 * DAY), later=14 * DAY)
    known, news = told(known, unread)
    assert news == []
    assert [each.variant for each in told(known, seen(14, credential(20)))[1]] == ["7"]
