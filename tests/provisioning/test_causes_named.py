"""Everybody who fails because of X: what people call a reason, held against what the desk knows about it."""

import pytest

from provisioning.causes_named import fails_because
from provisioning.diagnosis import diagnose
from tests import worlds

MAIL = diagnose(worlds.lacking("mail"))
REFUSED = diagnose(worlds.healthy(log=(worlds.failed("SystemForCrossDomainIdentityManagementEntryConflict", "taken"),)))


@pytest.mark.parametrize(
    "words", ["mail", "the missing mail", "an empty e-mail address", "missing attribute mail", "missing_attribute", ""]
)
def test_a_missing_mail_is_called_many_things(words: str) -> None:
    assert fails_because(words, MAIL)


@pytest.mark.parametrize("words", ["department", "EntryConflict", "quarantine", "first name"])
def test_another_reason_is_another_reason(words: str) -> None:
    assert not fails_because(words, MAIL)


@pytest.mark.parametrize("words", ["EntryConflict", "SystemForCrossDomainIdentityManagementEntryConflict", "conflict"])
def test_an_error_is_known_by_its_code(words: str) -> None:
    assert fails_because(words, REFUSED)


def test_whoever_was_mended_since_still_failed_for_the_reason_of_the_log() -> None:
    mended = diagnose(worlds.healthy(log=(worlds.failed("AttributeValidationFailed", "Attribute mail is required"),)))
    assert fails_because("AttributeValidationFailed", mended)
