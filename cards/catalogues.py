"""Keeps the translations in step with the words in the code: ``python -m cards.catalogues``.

A tool for people who change words, never imported by the running service (it needs Babel, the service only
reads the compiled ``.mo`` with the standard library). It collects every ``_("…")`` and ``ngettext("…")``, writes
the template ``locale/sync_desk.pot``, merges it into every ``.po`` and compiles that to ``.mo``.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog  # type: ignore[import-untyped]
from babel.messages.extract import extract_from_dir  # type: ignore[import-untyped]
from babel.messages.mofile import write_mo  # type: ignore[import-untyped]
from babel.messages.pofile import read_po, write_po  # type: ignore[import-untyped]

from cards.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[1]
PLACES = ("cards", "dialogs", "bot")
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
BORN = datetime(2026, 11, 24, tzinfo=UTC)  # fixed, so that the files change only when words do
KEYWORDS = {"_": None, "ngettext": (1, 2)}


def extract(root: Path = ROOT) -> Catalog:
    """Every word of the code, sorted by itself and without places: a sentence that moves is no change."""
    found = Catalog(
        project="Sync Desk", domain=DOMAIN, creation_date=BORN, charset="utf-8", header_comment="# Words of Sync Desk."
    )
    for place in PLACES:
        for _name, _line, message, comments, context in extract_from_dir(
            str(root / place), method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(message, None, auto_comments=comments, context=context)
    return found


def template(catalog: Catalog) -> bytes:
    """The template's text."""
    return _po(catalog)


def translations() -> Iterator[Path]:
    """The ``.po`` of every language."""
    yield from sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def load(path: Path) -> Catalog:
    """One ``.po``; its language is its folder's name."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN, charset="utf-8")


def merge(path: Path, words: Catalog) -> Catalog:
    """The language's catalogue with today's words: new ones empty, gone ones dropped, nothing guessed."""
    catalog = load(path)
    catalog.update(words, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """Words of a language that are still empty."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not all(message.string if isinstance(message.string, (tuple, list)) else [message.string])
    ]


def main() -> int:
    """Rewrite every file; returns 1 when a language lacks words."""
    words = extract()
    TEMPLATE.write_bytes(template(words))
    missing = 0
    for path in translations():
        catalog = merge(path, words)
        path.write_bytes(_po(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        empty = untranslated(catalog)
        missing += len(empty)
        print(f"{path.parent.parent.name}: {len(catalog)} words, {len(empty)} without translation")
        for message in empty:
            print(f"  {message}")
    return 1 if missing else 0


def _po(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, sort_output=True, width=0, no_location=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
