"""Other desks as an operator meets them: what the settings name, the command, the doctor."""

import json
from collections.abc import Callable

import psycopg
import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.demo import _on_this_machine, _told
from bot.desk_settings import DeskSettings
from bot.desks import named
from bot.settings import Settings, SettingsError, read_desks
from tests.bot.test_settings import REAL

SECRET = "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
ALL = {
    "SERVICENOW_URL": "https://fabrikam.service-now.com",
    "SERVICENOW_USER": "desk",
    "SERVICENOW_PASSWORD": "s",
    "SERVICENOW_FIELDS": '{"assignment_group": "Service Desk"}',
    "JIRA_URL": "https://fabrikam.atlassian.net",
    "JIRA_USER": "desk@fabrikam.example",
    "JIRA_TOKEN": "t",
    "JIRA_PROJECT": "HELP",
    "ROUNDUP_URL": "https://issues.fabrikam.example/desk",
    "ROUNDUP_USER": "desk",
    "ROUNDUP_PASSWORD": "p",
    "WEBHOOK_URL": "https://hooks.fabrikam.example/in?sig=abc",
    "WEBHOOK_SECRET": SECRET,
    "MAIL_HOST": "mail.fabrikam.example",
    "MAIL_FROM": "desk@fabrikam.example",
    "MAIL_TO": "it@fabrikam.example",
}


def read(more: dict[str, str]) -> Settings:
    return Settings.read(REAL | {f"SYNC_DESK_{name}": value for name, value in more.items()})


def test_a_desk_is_used_when_its_address_is_set() -> None:
    assert named(read({})) == ()
    assert named(read(ALL)) == ("servicenow", "jira", "roundup", "webhook", "mail")
    assert read(ALL).servicenow_fields == {"assignment_group": "Service Desk"}


def test_only_desks_with_a_secret_may_call() -> None:
    assert read(ALL).callback_secrets() == {}
    assert list(read(ALL | {"JIRA_CALLBACK_SECRET": SECRET}).callback_secrets()) == ["jira"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"SERVICENOW_USER": ""}, "SYNC_DESK_SERVICENOW_USER is missing"),
        ({"JIRA_URL": "http://jira.fabrikam.example"}, "SYNC_DESK_JIRA_URL must be https"),
        ({"WEBHOOK_SECRET": "short"}, "SYNC_DESK_WEBHOOK_SECRET: the secret has 5 bytes"),
        ({"JIRA_CALLBACK_SECRET": "whsec_!"}, "SYNC_DESK_JIRA_CALLBACK_SECRET: after whsec_, base64 is expected"),
        ({"MAIL_ENCRYPTION": "none"}, "SYNC_DESK_MAIL_ENCRYPTION must not be none"),
        ({"MAIL_ENCRYPTION": "rot13"}, "SYNC_DESK_MAIL_ENCRYPTION"),
        ({"MAIL_TO": ""}, "SYNC_DESK_MAIL_TO is missing"),
        ({"SERVICENOW_FIELDS": "{"}, "SYNC_DESK_SERVICENOW_FIELDS"),
    ],
)
def test_what_is_wrong_is_said_by_name_and_without_the_secret(change: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(ALL | change)
    assert complaint in str(wrong.value) and "whsec_!" not in str(wrong.value)


def test_what_is_wrong_with_a_desk_is_said_together_with_the_rest() -> None:
    env = REAL | {"SYNC_DESK_APP_SECRET": "", "SYNC_DESK_MAIL_HOST": "mail.fabrikam.example"}
    with pytest.raises(SettingsError) as wrong:
        Settings.read(env)
    assert {line.split(" ")[0] for line in str(wrong.value).splitlines()} == {
        "SYNC_DESK_APP_SECRET",
        "SYNC_DESK_MAIL_FROM",
        "SYNC_DESK_MAIL_TO",
    }


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``sync-desk desks …`` on a database of its own, with one dead step, one behind it and one that waits."""
    for name, value in (REAL | {"SYNC_DESK_DATABASE_URL": database_url}).items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO tickets (version, state, requester_id, document) VALUES (1, 'open', 'a', '{}')")
        connection.execute(
            "INSERT INTO desk_deliveries (desk, ticket, step, state, attempts, tried, called, why) VALUES"
            " ('jira', 1001, 0, 'dead', 1, now(), now(), 'Jira answered 400 (labels: no).'),"
            " ('jira', 1001, 1, 'waiting', 0, NULL, NULL, NULL), ('mail', 1001, 0, 'waiting', 1, now(), now(), 'down')"
        )
        connection.execute("INSERT INTO desk_rests VALUES ('mail', now() + interval '1 hour', 3, 'mail is down')")
    return lambda *words: CliRunner().invoke(main, ["desks", *words], prog_name="sync-desk")


def states(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return [row[0] for row in connection.execute("SELECT state FROM desk_deliveries ORDER BY id")]


def test_the_list_says_what_is_dead_and_why_and_who_is_left_alone(command: Callable[..., Result]) -> None:
    words = command("list").output
    assert "jira: 1 waiting, 1 dead" in words
    assert "mail: 1 waiting, 0 dead" in words and "left alone until" in words and "mail is down" in words
    assert "1  jira  SD-1001, step 0, 1 more behind it" in words and "Jira answered 400 (labels: no)." in words
    found = json.loads(command("list", "--json").output)
    assert [one["id"] for one in found["dead"]] == [1]
    assert {one["desk"]: one["waiting"] for one in found["desks"]} == {"jira": 1, "mail": 1}


def test_a_dead_step_is_put_in_line_again_or_dropped_by_its_number(
    command: Callable[..., Result], database_url: str
) -> None:
    assert command("retry", "1").output == "Delivery 1 is in line again.\n"
    assert states(database_url) == ["waiting"] * 3
    assert command("retry", "1").exit_code == command("drop", "2").exit_code == 1, "neither is dead"
    assert states(database_url) == ["waiting"] * 3


def test_everything_dead_is_put_in_line_again_at_once(command: Callable[..., Result], database_url: str) -> None:
    assert command("retry", "--all").output == "1 in line again.\n"
    assert states(database_url) == ["waiting"] * 3
    assert command("retry").exit_code == command("retry", "1", "--all").exit_code == 2


def test_a_dropped_step_is_not_told_any_more(command: Callable[..., Result], database_url: str) -> None:
    assert command("drop", "1").output == "Delivery 1 is dropped.\n"
    assert states(database_url) == ["dropped", "waiting", "waiting"]


LOCAL = {
    "JIRA_URL": "http://127.0.0.1:4982",
    "JIRA_USER": "desk@fabrikam.example",
    "JIRA_TOKEN": "t",
    "JIRA_PROJECT": "HELP",
    "JIRA_CALLBACK_SECRET": SECRET,
    "DESK_LANGUAGE": "de",
}


def desks_of(more: dict[str, str]) -> DeskSettings:
    return read_desks({f"SYNC_DESK_{name}": value for name, value in more.items()} | {"SYNC_DESK_TENANT_ID": "none"})


def test_a_demo_tells_desks_on_this_machine_and_no_real_one() -> None:
    told: list[str] = []
    far = {name: value for name, value in ALL.items() if not name.startswith("JIRA")}
    kept = _on_this_machine(desks_of(far | LOCAL), told.append)
    assert kept is not None
    assert named(kept) == ("jira",)
    assert kept.desk_language == "de"
    assert [line.partition(" ")[0] for line in told] == [
        f"SYNC_DESK_{name}" for name in ("SERVICENOW_URL", "ROUNDUP_URL", "WEBHOOK_URL", "MAIL_HOST")
    ]


def test_a_demo_says_which_desks_are_told_and_where_they_may_call_back() -> None:
    (line,) = _told(desks_of(LOCAL), "http://127.0.0.1:3978/api/messages")
    assert line.endswith("told to jira. jira may call back at http://127.0.0.1:3978/api/desks/<name>.")
    assert _told(desks_of({}), "http://127.0.0.1:3978/api/messages") == []


def test_what_is_wrong_with_a_demos_desks_is_said_at_once() -> None:
    with pytest.raises(SettingsError, match="SYNC_DESK_JIRA_TOKEN is missing"):
        desks_of(LOCAL | {"JIRA_TOKEN": ""})
    with pytest.raises(SettingsError, match="SYNC_DESK_MAIL_PORT"):
        desks_of({"MAIL_PORT": "many"})


def test_a_sandbox_with_a_real_desk_does_not_start() -> None:
    sandbox = {"SYNC_DESK_SANDBOX": "true", "SYNC_DESK_GRAPH_URL": "http://127.0.0.1:1"}
    sandbox |= {"SYNC_DESK_AUTHORITY": "http://127.0.0.1:1", "SYNC_DESK_TENANT_ID": REAL["SYNC_DESK_TENANT_ID"]}
    sandbox |= {"SYNC_DESK_CLIENT_ID": "x"} | {f"SYNC_DESK_{name}": value for name, value in ALL.items()}
    with pytest.raises(SettingsError, match="JIRA must be on loopback in the sandbox"):
        Settings.read(sandbox)
