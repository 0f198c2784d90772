"""Settings: everything wrong is said at once, and nothing lets anonymous people near a real tenant."""

from itertools import product
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, table

REAL = {
    "SYNC_DESK_TENANT_ID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "SYNC_DESK_CLIENT_ID": "reader",
    "SYNC_DESK_CLIENT_SECRET": "s1",
    "SYNC_DESK_APP_ID": "3f2504e0-4f89-41d3-9a0c-0305e82c3302",
    "SYNC_DESK_APP_SECRET": "s2",
}
SANDBOX = {
    "SYNC_DESK_TENANT_ID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "SYNC_DESK_CLIENT_ID": "sync-desk",
    "SYNC_DESK_CLIENT_SECRET": "sandbox",
    "SYNC_DESK_SANDBOX": "true",
    "SYNC_DESK_GRAPH_URL": "http://127.0.0.1:9000",
    "SYNC_DESK_AUTHORITY": "http://127.0.0.1:9000",
}


def complaints(env: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.read(env)
    return str(caught.value)


def test_a_complete_environment_is_read_and_frozen() -> None:
    settings = Settings.read({**REAL, "PATH": "/bin", "SYNC_DESK_PORT": "8080"})
    assert settings.port == 8080
    assert not settings.sandbox
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_all_complaints_come_at_once_and_name_what_is_missing() -> None:
    text = complaints({"SYNC_DESK_PORT": "99999", "SYNC_DESK_APP_ID": "bot"})
    assert "SYNC_DESK_TENANT_ID is missing" in text
    assert "SYNC_DESK_CLIENT_ID is missing" in text
    assert "SYNC_DESK_PORT" in text
    assert "SYNC_DESK_APP_ID" in text


def test_a_misspelt_setting_is_refused_rather_than_ignored() -> None:
    assert "SYNC_DESK_PROT is not a setting" in complaints({**REAL, "SYNC_DESK_PROT": "8080"})


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_app_id_never_opens_the_door(value: str) -> None:
    assert "APP_ID" in complaints({**REAL, "SYNC_DESK_APP_ID": value})


def test_a_secret_is_never_repeated_in_a_complaint() -> None:
    assert "s2" not in complaints({**REAL, "SYNC_DESK_GRAPH_URL": "http://graph.microsoft.com", "SYNC_DESK_X": "s2"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYNC_DESK_HOST", "0.0.0.0"),
        ("SYNC_DESK_HOST", "10.0.0.7"),
        ("SYNC_DESK_GRAPH_URL", "https://graph.microsoft.com"),
        ("SYNC_DESK_AUTHORITY", "https://login.microsoftonline.com"),
        ("SYNC_DESK_APP_ID", REAL["SYNC_DESK_APP_ID"]),
    ],
)
def test_the_sandbox_stays_on_loopback_and_away_from_real_tenants(name: str, value: str) -> None:
    assert name.removeprefix("SYNC_DESK_") in complaints({**SANDBOX, name: value})


def test_no_mixture_of_real_settings_yields_an_anonymous_bot() -> None:
    choices = [[(name, value), (name, "")] for name, value in REAL.items()]
    for mixture in product(*choices):
        try:
            settings = Settings.read(dict(mixture))
        except SettingsError:
            continue
        assert settings.app_id
        assert not settings.sandbox


def test_a_dotenv_file_completes_the_environment_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("".join(f"{name}={value}\n" for name, value in REAL.items()) + "SYNC_DESK_PORT=1\n")
    assert Settings.read({"SYNC_DESK_PORT": "2"}, dotenv=dotenv).port == 2


def test_the_documented_table_is_the_one_that_the_fields_describe() -> None:
    page = (Path(__file__).parents[2] / "docs" / "run.md").read_text()
    documented = page.split("`python -m bot.settings` -->\n")[1].split("<!-- end of settings")[0]
    assert documented.strip() == table()
