"""Reading a list of people that somebody pasted or attached: lines, commas, semicolons, or a table with a header.

Nothing is looked up and nothing is guessed: what comes out are the words for each person, in their order, each once.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

LONGEST = 120  # characters of one name or address; what is longer is a sentence
_ADDRESS = re.compile(r"[\w.+'%-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_CAPTIONED = re.compile(r"<\s*[^<>\s]+@[^<>\s]+\s*>")
_NUMBERED = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,4}[.):])\s+")
_WRAPPED = " \t\"'“”„«»<>()[]."

# Columns that say who somebody is, the surest first; compared without case, spaces and punctuation.
_COLUMNS = (
    ("userprincipalname", "upn", "signinname", "username", "login", "benutzername", "anmeldename"),
    ("objectid", "aadobjectid", "entraid", "userid", "id"),
    ("mail", "email", "emailaddress", "mailaddress", "primarysmtpaddress", "emailadresse", "workemail", "address"),
    ("displayname", "name", "fullname", "person", "user", "employee", "anzeigename", "mitarbeiter"),
)
_FIRST = frozenset({"givenname", "firstname", "vorname", "forename"})
_LAST = frozenset({"surname", "lastname", "familyname", "nachname"})


def people_in(text: str) -> tuple[str, ...]:
    """Everybody whom the text names, as it is written there: a table by its header, else one person a piece."""
    table = _table(text)
    named = _from_table(table) if table else _from_list(text)
    return tuple(dict.fromkeys(words for words in map(_clean, named) if words))


def addresses_in(text: str) -> tuple[str, ...]:
    """Every address, each once."""
    return tuple(dict.fromkeys(found.strip("'.") for found in _ADDRESS.findall(text)))


def list_in(message: str) -> str:
    """The part of a message that is the list: what stands after the colon or the first line; "" if there is none."""
    head, colon, rest = message.partition(":")
    if colon and "\n" not in head and _has_several(rest):
        return rest
    first, line, below = message.partition("\n")
    if line and _has_several(below):
        return message if _is_header(first) else below
    return ""


def _has_several(text: str) -> bool:
    return len([piece for piece in re.split(r"[,;\n\t]", text) if piece.strip()]) > 1


def _table(text: str) -> list[list[str]]:
    """The rows below a header that names a column of people, the header first; empty without one."""
    lines = [line for line in text.replace("\r", "\n").lstrip("\ufeff").split("\n") if line.strip()]
    if len(lines) < 2 or not _is_header(lines[0]):
        return []
    return [row for row in csv.reader(lines, delimiter=_delimiter(lines[0])) if any(cell.strip() for cell in row)]


def _is_header(line: str) -> bool:
    if "@" in line:
        return False
    heads = [_plain(cell) for cell in line.lstrip("\ufeff").split(_delimiter(line))]
    known = {name for names in _COLUMNS for name in names} | _FIRST | _LAST
    return any(head in known for head in heads)


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _from_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    heads = [_plain(cell) for cell in rows[0]]
    columns = [heads.index(name) for names in _COLUMNS for name in names if name in heads]
    first = next((at for at, head in enumerate(heads) if head in _FIRST), None)
    last = next((at for at, head in enumerate(heads) if head in _LAST), None)
    for row in rows[1:]:
        cells = [row[at].strip() for at in columns if at < len(row)]
        parts = [row[at].strip() for at in (first, last) if at is not None and at < len(row)]
        yield next((cell for cell in cells if cell), " ".join(part for part in parts if part))


def _from_list(text: str) -> Iterator[str]:
    """A piece that holds an address is that address: the name beside it only captions it."""
    for piece in _pieces(text):
        addresses = _ADDRESS.findall(piece)
        yield from addresses or [_NUMBERED.sub("", piece)]


def _pieces(text: str) -> Iterator[str]:
    for line in re.split(r"[\n\r]+", text.lstrip("\ufeff")):
        # Outlook writes "Last, First <address>; …": there a comma is part of the name.
        cells = re.split(r"[;\t]|(?<=>),", line) if _CAPTIONED.search(line) else re.split(r"[;\t,]", line)
        yield from _joined_by_and(cells)


def _joined_by_and(cells: Iterable[str]) -> Iterator[str]:
    """ "… and Maja Lind" ends a list; a line of its own that says "A and B" is two people as well."""
    for cell in cells:
        yield from re.split(r"\s+(?:and|und|&)\s+|^\s*(?:and|und|&)\s+", cell)


def _clean(words: str) -> str:
    line = " ".join(words.split()).strip(_WRAPPED).strip()
    return line if any(c.isalnum() for c in line) and len(line) <= LONGEST else ""


def _plain(cell: str) -> str:
    return "".join(c for c in cell.casefold() if c.isalnum())
