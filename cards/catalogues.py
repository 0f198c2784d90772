"""Keeps the translations in step with the words in the code: ``python -m cards.catalogues``.

A tool for people who change words, never imported by the running service (it needs Babel, the service only
reads the compiled ``.mo`` with the standard library). It collects every ``_("…")`` and ``ngettext("…")``, writes
the template ``locale/sync_desk.pot``, merges it into every ``.po`` and compiles that to ``.mo``.
"""

import ast
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
from provisioning.errors import DeskError

ROOT = Path(__file__).parents[1]
PLACES = ("cards", "dialogs", "bot")
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
BORN = datetime(2026, 11, 24, tzinfo=UTC)  # fixed, so that the files change only when words do
KEYWORDS = {"_": None, "ngettext": (1, 2)}
# The domain knows no gettext: what its errors say is told by ``cards.troubles``. The rest of the store speaks only to
# whoever starts the service.
SPEAKING = ("casework/*.py", "graph/*.py", "store/books.py", "store/database.py", "store/documents.py")
ERRORS = {"DeskError", "TroubleError", *(error.__name__ for error in DeskError.__subclasses__())}


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
    for sentence in _sentences(root / "provisioning"):
        found.add(sentence, None)
    return found


def _sentences(domain: Path) -> Iterator[str]:
    """What errors say that are made with a whole sentence, or with one of two."""
    for path in sorted(path for pattern in SPEAKING for path in domain.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                yield from _texts(node.args[0])


def _texts(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.IfExp):
        yield from (*_texts(said.body), *_texts(said.orelse))
    elif isinstance(said, ast.Constant) and isinstance(said.value, str):
        yield said.value


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
