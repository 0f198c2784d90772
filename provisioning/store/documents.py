"""Cases and tickets as JSON and back, losing nothing; a document of an older desk is read with today's defaults."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from provisioning.cases import Case
from provisioning.errors import DeskError
from provisioning.tickets import Ticket

_T = TypeVar("_T")


def _plain(value: object) -> dict[object, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"A document cannot hold a {type(value).__name__}.")


_encoder = msgspec.json.Encoder(enc_hook=_plain)
_cases = msgspec.json.Decoder(Case)
_tickets = msgspec.json.Decoder(Ticket)


def write(value: Case | Ticket | dict[str, str]) -> str:
    """The value as JSON text."""
    return _encoder.encode(value).decode()


def write_any(value: object) -> str:
    """Any value of the domain as JSON text."""
    return _encoder.encode(value).decode()


def read_case(document: str) -> Case:
    """The case in ``document``. DeskError when no field-by-field reading makes a case of it."""
    return _read(_cases, document)


def read_ticket(document: str) -> Ticket:
    """As ``read_case``."""
    return _read(_tickets, document)


def _read(decoder: msgspec.json.Decoder[_T], document: str) -> _T:
    try:
        return decoder.decode(document)
    except msgspec.DecodeError as problem:
        raise DeskError("A stored case or ticket was written by another version and cannot be read.") from problem
