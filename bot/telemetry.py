"""Logs: the one place that says how they look. One line an event, in words or as JSON, and nobody's address in them.

What we log ourselves names no people. Libraries and foreign error texts may, so whatever looks like an address or a
bearer token is covered on its way out, stacks included.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Form = Literal["text", "json"]

_CHATTY = ("alembic", "azure", "procrastinate")  # a line a request or a job, and nothing that anybody needs
_ADDRESS = re.compile(r"[\w.+'%-]{1,64}@(?=[\w-]+(?:\.[\w-]+)+)")
_TOKEN = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{16,}|\beyJ[\w-]{8,}\.[\w.-]+")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def log_to(file: Path | None = None, *, form: Form = "text") -> None:
    """Log to the standard error, or to a file: the demo's terminal is for people."""
    handler: logging.Handler
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    else:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class Lines(logging.Formatter):
    """For people: time, level, where, what, and the facts that came with it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The facts stand behind the first line."""
        first, *rest = super().format(record).split("\n")
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        return covered("\n".join([f"{first} ({facts})" if facts else first, *rest]))


class JsonLines(logging.Formatter):
    """For programs: one object a line; the facts of an event are members of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Times are UTC."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{
                f"{name}_" if name in {"at", "level", "logger"} else name: fact for name, fact in _facts(record).items()
            },
        }
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        covers = {name: covered(value) if isinstance(value, str) else value for name, value in line.items()}
        return json.dumps(covers, ensure_ascii=False, default=lambda value: covered(str(value)))


def covered(words: str) -> str:
    """Without the names in addresses, and without tokens."""
    return _ADDRESS.sub("…@", _TOKEN.sub("…", words))


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """What was given as ``extra``."""
    return {name: value for name, value in vars(record).items() if name not in _USUAL}
