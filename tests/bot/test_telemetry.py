"""Logs: readable by people or by programs, with the facts of an event and without anybody's address."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.telemetry import JsonLines, Lines, covered, log_to


@pytest.fixture(autouse=True)
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    before = (logger.handlers, logger.level)
    yield logger
    logger.handlers, level = before
    logger.setLevel(level)


def record(message: str, *args: object, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("bot.turns", logging.WARNING, "x.py", 1, message, args, None)
    vars(made).update(facts)
    return made


def test_a_line_for_programs_holds_the_facts_as_members() -> None:
    line = json.loads(JsonLines().format(record("work of a dead process is %s", "taken over", job=7, work="show")))
    assert (line["level"], line["logger"], line["message"]) == (
        "WARNING",
        "bot.turns",
        "work of a dead process is taken over",
    )
    assert (line["job"], line["work"]) == (7, "show") and line["at"].endswith("+00:00")


def test_a_fact_never_takes_the_place_of_what_every_line_has() -> None:
    line = json.loads(JsonLines().format(record("x", level="high", at="noon")))
    assert (line["level"], line["level_"], line["at_"]) == ("WARNING", "high", "noon")


def test_a_line_for_people_ends_with_the_facts() -> None:
    line = Lines().format(record("given up", job=7))
    assert line.endswith("WARNING bot.turns given up (job=7)")


@pytest.mark.parametrize("form", [Lines(), JsonLines()])
def test_nobodys_address_and_no_token_is_written_also_in_a_stack(form: logging.Formatter) -> None:
    try:
        raise ValueError("no mailbox jose.garcia@fabrikam.example, Authorization: Bearer abcDEF123456.xyz")
    except ValueError as problem:
        made = record("refused: %s", problem, who="aisha@fabrikam.example", token="eyJhbGciOiJI.eyJzdWIiOiIx.c2ln")
        made.exc_info = (ValueError, problem, problem.__traceback__)
    line = form.format(made)
    assert "ValueError" in line and "test_telemetry.py" in line
    for secret in ("jose", "aisha", "abcDEF", "eyJ"):
        assert secret not in line
    assert "…@fabrikam.example" in line


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Maja <maja+x@a.example>, b@c.d.example", "Maja <…@a.example>, …@c.d.example"),
        ("postgresql://desk:secret@db.example/desk", "postgresql://desk:…@db.example/desk"),
        ("Basic dXNlcjpzZWNyZXQ=", "…"),
        ("19:helpdesk@thread.tacv2", "19:…@thread.tacv2"),
        ("basic training, bearer of news, a@b", "basic training, bearer of news, a@b"),
    ],
)
def test_what_is_covered_and_what_is_not(words: str, left: str) -> None:
    assert covered(words) == left


def test_a_log_file_is_made_with_its_folder_and_chatty_libraries_are_quiet(tmp_path: Path) -> None:
    file = tmp_path / "new" / "desk.log"
    logging.getLogger().handlers = []  # those of the tests' own
    log_to(file, form="json")
    logging.getLogger("bot.x").info("begun", extra={"n": 1})
    logging.getLogger("azure.core").info("a request")
    logging.getLogger().handlers[0].close()
    (line,) = [json.loads(each) for each in file.read_text().splitlines()]
    assert (line["message"], line["n"]) == ("begun", 1)
