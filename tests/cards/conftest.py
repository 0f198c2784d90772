"""What the tests of the cards share: a language that cannot be mistaken for English."""

from collections.abc import Iterator
from gettext import NullTranslations

import pytest

from cards import words

OPEN, CLOSE = "⟦", "⟧"


class Pseudo(NullTranslations):
    """Marks every word that went through gettext."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


@pytest.fixture
def pseudo_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside the test, every translated text stands between ⟦ and ⟧."""
    monkeypatch.setattr(words, "catalogue", lambda language: Pseudo())
    yield
