"""Who did what for somebody, in words: this desk, the directory, provisioning; and what could not be read."""

from datetime import timedelta

from cards.audit import MOST, audit_card
from cards.plain import plain_text
from provisioning.attempts import Change
from provisioning.changes import DirectoryChange
from provisioning.ports import AuditLine
from tests import worlds


def line(what: str, minutes: int = 5, **facts: str) -> AuditLine:
    at = worlds.NOW - timedelta(minutes=minutes)
    by = worlds.aisha()
    return AuditLine(
        at=at, what=what, by_id=by.id, by_upn=by.upn, about="case:1", facts={"app": worlds.APP_ID, **facts}
    )


def drawn(**changes: object) -> str:
    usual = {"desk": [], "directory": (), "cycles": (), "names": {worlds.APP_ID: "AskCody"}}
    card = audit_card(worlds.jose(), worlds.askcody(), worlds.NOW, **{**usual, **changes})  # type: ignore[arg-type]
    return plain_text(card)


def test_the_desks_own_lines_say_who_when_and_where() -> None:
    words = drawn(desk=[line("promised")])
    assert "aisha@fabrikam.example: pressed Provision now in AskCody" in words
    assert "5 minutes ago" in words


def test_a_word_of_the_audit_without_words_of_ours_is_shown_as_it_is() -> None:
    assert "aisha@fabrikam.example: turned blue in AskCody" in drawn(desk=[line("turned blue")])


def test_a_change_in_the_directory_shows_old_and_new() -> None:
    change = DirectoryChange(
        at=worlds.NOW - timedelta(hours=3),
        activity="Update user",
        by="hr@fabrikam.example",
        changes=(Change(attribute="mail", old=None, new="jose@fabrikam.example"),),
    )
    assert "hr@fabrikam.example: Update user: mail (empty) → jose@fabrikam.example" in drawn(directory=(change,))


def test_what_failed_and_by_nobody_is_said_so() -> None:
    change = DirectoryChange(at=worlds.NOW, activity="Update user", by="", succeeded=False, touched=("Sales *",))
    assert "not said by whom: Update user (Sales *), which failed" in drawn(directory=(change,))


def test_what_provisioning_did_says_who_set_it_going() -> None:
    assert ": Create: ✓ done" in drawn(cycles=(worlds.event(),))


def test_a_part_that_could_not_be_read_is_not_called_empty() -> None:
    words = drawn(directory="Microsoft does not allow it to the desk (Denied).")
    assert "In the directory\nI could not read this: Microsoft does not allow it" in words
    assert words.count("Nothing found.") == 2


def test_many_lines_are_cut_and_counted() -> None:
    assert "3 more" in drawn(desk=[line("asked", n) for n in range(MOST + 3)])
