"""The command line teaches, fails in one sentence, and says by its exit code what kind of failure it was."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.loopback import reserve
from bot.running import hold, leave
from tests.bot.test_running import A_NOTE

COMMANDS = (
    "ask",
    "chat",
    "crowd",
    "demo",
    "desks",
    "doctor",
    "explain",
    "manifest",
    "migrate",
    "outbox",
    "serve",
    "ticket",
)
APP = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def sync_desk(*arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, arguments, input=typed, prog_name="sync-desk")
    assert "Traceback" not in result.output
    return result


def test_help_shows_every_command_examples_and_exit_codes() -> None:
    text = sync_desk("--help").output
    for command in COMMANDS:
        assert f"\n  {command} " in text
    assert 'sync-desk ask "why can\'t José get into AskCody" --as' in text
    assert "Exit codes: 0 done; 1" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = sync_desk(command, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5


HEAVY = (
    "aiohttp",
    "asyncio",
    "botbuilder",
    "pydantic",
    "psycopg",
    "provisioning",
    "sandbox",
    "cards",
    "manifest.package",
)


def test_looking_at_the_help_imports_nothing_heavy() -> None:
    code = f"import sys, bot.__main__; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_a_wrong_question() -> None:
    result = sync_desk("provsion")
    assert result.exit_code == 2
    assert "No such command 'provsion'" in result.output


def test_a_pasted_error_is_explained_in_words() -> None:
    result = sync_desk("explain", "-", typed="StatusCode: Conflict 409 scimType uniqueness: email already taken")
    assert result.exit_code == 0
    assert "409" in result.output


def test_a_pasted_error_is_explained_in_json(tmp_path: Path) -> None:
    row = tmp_path / "row.json"
    row.write_text(
        json.dumps({"error": {"code": "DuplicateTargetEntries", "message": "two match"}}), encoding="utf-8-sig"
    )
    result = sync_desk("explain", str(row), "--json")
    answer = json.loads(result.stdout)
    documented = {
        "cause",
        "owner",
        "retry",
        "step",
        "code",
        "http",
        "detail",
        "attributes",
        "next_retry",
        "meaning",
        "fix",
    }
    assert documented <= set(answer)
    assert answer["code"] == "DuplicateTargetEntries"
    assert answer["meaning"] and answer["fix"] and answer["owner"]


@pytest.mark.parametrize("typed", ["", "  \n", "good morning"])
def test_a_text_without_an_error_in_it_ends_with_one(typed: str) -> None:
    assert sync_desk("explain", "-", typed=typed).exit_code == 1


def test_bytes_that_are_no_text_are_survived(tmp_path: Path) -> None:
    (tmp_path / "row").write_bytes(b"\xff\xfe\x00\x81")
    assert sync_desk("explain", str(tmp_path / "row")).exit_code == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = sync_desk("explain", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "none.json" in result.output


def test_a_package_is_built(tmp_path: Path) -> None:
    out = tmp_path / "desk.zip"
    arguments = ("manifest", "--app-id", APP, "--domain", "desk.example.com", "--out", str(out))
    result = sync_desk(*arguments, "--privacy", "https://example.com/privacy", "--json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)["manifest"]
    assert made["developer"]["privacyUrl"] == "https://example.com/privacy"
    assert made["developer"]["termsOfUseUrl"] == "https://desk.example.com/terms"
    assert "manifest.json" in zipfile.ZipFile(out).namelist()


def test_everything_wrong_with_a_package_is_said_at_once(tmp_path: Path) -> None:
    out = tmp_path / "desk.zip"
    result = sync_desk("manifest", "--app-id", "12", "--domain", "https://x", "--out", str(out))
    assert result.exit_code == 2
    assert "must be a GUID" in result.stderr and "must be a host name" in result.stderr
    assert not out.exists()


def test_settings_that_are_missing_are_named_all_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("serve", "migrate"):
        result = sync_desk(command)
        assert result.exit_code == 2
        assert "SYNC_DESK_TENANT_ID is missing" in result.stderr and "SYNC_DESK_CLIENT_ID is missing" in result.stderr


def test_a_demo_on_a_taken_port_says_which_and_how_to_go_on(tmp_path: Path) -> None:
    with reserve(0) as taken:
        port = str(taken.getsockname()[1])
        result = sync_desk("demo", "--port", port, "--data", str(tmp_path))
    assert result.exit_code == 3
    assert f"Port {port} of this machine is in use" in result.stderr and "--port N" in result.stderr


def test_a_second_demo_is_told_that_one_runs(tmp_path: Path) -> None:
    with hold(tmp_path):
        leave(tmp_path, A_NOTE)
        result = sync_desk("demo", "--data", str(tmp_path))
    assert result.exit_code == 3
    assert "A demo already runs" in result.stderr and A_NOTE.bot in result.stderr


def test_a_broken_tenant_file_is_a_wrong_question(tmp_path: Path) -> None:
    company = tmp_path / "company.json"
    company.write_text('{"tenant": 5}')
    result = sync_desk("demo", "--tenant", str(company), "--data", str(tmp_path / "data"), "--port", "0")
    assert result.exit_code == 2
    assert "tenant" in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 3


def test_an_unexpected_failure_is_a_sentence_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(text: str) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("provisioning.explain.explain", broken)
    result = sync_desk("explain", "-", typed="x")
    assert result.exit_code == 70
    assert "ZeroDivisionError: nobody thought of this" in result.stderr and "SYNC_DESK_DEBUG=1" in result.stderr
    monkeypatch.setenv("SYNC_DESK_DEBUG", "1")
    assert isinstance(sync_desk("explain", "-", typed="x").exception, ZeroDivisionError)


def test_nonsense_is_not_said_to_be_an_apps_words() -> None:
    result = sync_desk("explain", "-", typed="asdf qwer")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 2
    assert "asdf" not in result.output
    assert "none" not in result.output


@pytest.mark.parametrize(("command", "such_as"), [("ticket", "SD-1001"), ("crowd", "C-7")])
def test_a_number_that_is_none_was_asked_wrongly(command: str, such_as: str) -> None:
    for wrong in ("foo", "-", "٣", "9" * 40):
        result = sync_desk(command, "--", wrong)
        assert result.exit_code == 2
        assert f"is no number such as {such_as}" in result.output


@pytest.mark.parametrize("arguments", [("ticket", "SD-1"), ("crowd",)])
def test_without_a_demo_and_without_settings_both_ways_out_are_named(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = sync_desk(*arguments, "--data", str(tmp_path))
    assert result.exit_code == 2
    assert "No demo runs with" in result.output
    assert "docs/run.md" in result.output


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = sync_desk("demo", "--no-browser", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert result.exit_code == 3
    assert "cannot be used" in result.output
    assert "unexpected" not in result.output


def test_a_mistake_in_a_tenant_file_names_the_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text('{"nonsense": 1}')
    result = sync_desk("demo", "--no-browser", "--port", "0", "--data", str(tmp_path / "d"), "--tenant", str(mine))
    assert result.exit_code == 2
    assert "$.nonsense" in result.output
    assert "mine.json" in result.output
