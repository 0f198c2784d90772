"""Settings: everything wrong is said at once, and nothing lets anonymous people near a real tenant."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channel.auth import Door, OpenDoor, RefusedRequestError, is_loopback
from bot.channel.tokens import AppTokens
from bot.desk_settings import DeskSettings
from bot.endpoints import _Messages, _Unsigned
from bot.outside import connector_of, door_of, tokens_of
from bot.settings import PREFIX, Settings, SettingsError, table

ROOT = Path(__file__).parents[2]

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


@pytest.mark.parametrize("value", ["", " ", "00000000-0000-0000-0000-000000000000", "null", "None", "0", "{}", "*"])
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


def test_start_up_refuses_a_missing_app_id() -> None:
    env = {name: value for name, value in REAL.items() if name != "SYNC_DESK_APP_ID"}
    assert "APP_ID is missing" in complaints(env)


# For every setting, what somebody might write into it by mistake or malice; a new setting has to be thought about here.
ODD: Mapping[str, tuple[str, ...]] = {
    "fill_in": ("agents", "everybody"),
    "two_admins": ("true", "perhaps"),
    "timezone": ("Europe/Stockholm", "Mars/Olympus"),
    "quiet_hours": ("20:00-07:00", "at night", "07:00-07:00", "25:00-07:00"),
    "close_mended_after": ("24", "0", "soon", "-1"),
    "keep_failures_days": ("7", "0", "long"),
    "look_every": ("60", "4", "often"),
    "give_files": ("true", "false", "perhaps"),
    "tenant_id": ("", "00000000-0000-0000-0000-000000000000", "common", "*"),
    "client_id": ("", "sync-desk"),
    "client_secret": ("", "x"),
    "client_certificate": ("", "/dev/null"),
    "client_certificate_password": ("", "x"),
    "federated_token_file": ("", "/dev/null"),
    "managed_identity": ("true", "false", "maybe"),
    "agents_group": ("", REAL["SYNC_DESK_TENANT_ID"]),
    "admins_group": ("", REAL["SYNC_DESK_TENANT_ID"]),
    "app_id": ("", " ", "00000000-0000-0000-0000-000000000000", "anonymous", REAL["SYNC_DESK_APP_ID"]),
    "app_secret": ("", " ", "x"),
    "service_hosts": ("", "*", "localhost", "127.0.0.1", "10.0.0.1", "smba.trafficmanager.net", "evil.example"),
    "graph_url": ("http://127.0.0.1:9000", "https://graph.microsoft.us", "http://127.0.0.1@graph.microsoft.com"),
    "authority": ("http://127.0.0.1:9000", "https://login.microsoftonline.us", "http://x.example\\@127.0.0.1"),
    "database_url": ("", "postgresql://x/y"),
    "data": ("", "/tmp"),
    "host": ("", "0.0.0.0", "::", "::1", "localhost", "10.0.0.1", "127.0.0.1.nip.io", "127.1"),
    "port": ("", "0", "443", "-1"),
    "workers": ("", "1"),
    "log_format": ("json", "xml"),
    "metrics_port": ("", "0", "9464"),
    "metrics_host": ("", "0.0.0.0"),
    "sandbox": ("true", "1", "yes", "on", "TRUE", "false", "0", " true ", "anonymous"),
    **dict.fromkeys(DeskSettings.model_fields, ("https://evil.example",)),
}
# Names that other bots and frameworks read; none of them is one of ours.
FOREIGN = {
    "BOT_AUTH": "anonymous", "MicrosoftAppId": "", "MicrosoftAppPassword": "", "MicrosoftAppType": "MultiTenant",
    "APP_ID": "", "APP_TYPE": "", "DEBUG": "1", "SANDBOX": "true", "sync_desk_sandbox": "true", "HOST": "0.0.0.0",
    "TO_BOT_FROM_CHANNEL_TOKEN_ISSUER": "evil", "CHANNEL_SERVICE": "https://evil.example", "SYNC_DESK": "sandbox",
}  # fmt: skip


def mixtures() -> Iterator[dict[str, str]]:
    """A real and a sandbox environment with every odd value, with every pair of them, and among foreign names."""
    odd = [(f"{PREFIX}{name.upper()}", value) for name, values in ODD.items() for value in values]
    for base in (REAL, SANDBOX, {**REAL, **FOREIGN}, {**REAL, "SYNC_DESK_SANDBOX": "true"}, {**SANDBOX, **REAL}):
        for changed in ((), *combinations(odd, 1), *(combinations(odd, 2) if base in (REAL, SANDBOX) else ())):
            if len({name for name, _ in changed}) == len(changed):
                yield {**base, **dict(changed)}


def accepted() -> Iterator[Settings]:
    """Whatever of it passes."""
    for env in mixtures():
        try:
            yield Settings.read(env)
        except SettingsError:
            continue


def safe(settings: Settings) -> bool:
    """A sandbox that cannot be reached from elsewhere and reaches nothing real, or a bot that asks for tokens."""
    if settings.sandbox:
        assert is_loopback(settings.host), settings
        assert is_loopback(urlsplit(settings.graph_url).hostname), settings
        assert is_loopback(urlsplit(settings.authority).hostname), settings
        assert not settings.app_id, settings
        assert not settings.app_secret, settings
        return True
    assert settings.app_id, settings
    assert settings.app_id.strip("0-"), settings
    assert settings.service_hosts, settings
    assert not any(is_loopback(host) for host in settings.service_hosts), settings
    assert settings.graph_url.startswith("https://"), settings
    return True


def test_every_setting_is_among_the_odd_ones() -> None:
    assert set(ODD) == set(Settings.model_fields)


def test_no_setting_and_no_pair_of_them_opens_the_door_to_anything_but_a_sandbox_on_loopback() -> None:
    seen = Counter(settings.sandbox for settings in accepted() if safe(settings))
    assert seen[True] > 500, "the test looks at many"
    assert seen[False] > 500


@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in ODD.items()}), st.booleans()
)
def test_nor_does_any_mixture_of_all_of_them(odd: Mapping[str, str], real: bool) -> None:
    env = {f"{PREFIX}{name.upper()}": value for name, value in odd.items()}
    try:
        settings = Settings.read({**(REAL if real else SANDBOX), **env})
    except SettingsError:
        return
    assert safe(settings)


async def test_whatever_is_not_the_sandbox_gets_the_door_that_refuses_an_unsigned_message() -> None:
    class Nobody:
        async def receive(self, arrival: object) -> None:
            raise AssertionError("it came in")

    seen = set()
    for settings in accepted():
        look = (settings.sandbox, settings.app_id, settings.tenant_id, settings.service_hosts, settings.host)
        if look in seen:
            continue
        seen.add(look)
        async with door_of(settings) as door, connector_of(settings) as connector:
            assert type(door) is (OpenDoor if settings.sandbox else Door)
            assert (connector._hosts is None) is settings.sandbox
            if not settings.sandbox:
                assert isinstance(tokens_of(settings), AppTokens)
                with pytest.raises(RefusedRequestError) as refusal:
                    await _Messages(door, Nobody()).take(_Unsigned())  # type: ignore[arg-type]  # it is never asked
                assert refusal.value.status == 401
    assert {sandbox for sandbox, *_ in seen} == {True, False}


def test_the_open_door_is_made_in_one_place_alone() -> None:
    """Where the settings say sandbox; anybody who makes another one has to think about this test."""
    made = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "bot").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("OpenDoor")
    ]
    assert made == ["bot/outside.py"]


def test_settings_are_the_only_way_from_the_environment_to_the_service() -> None:
    """Whoever else reads the environment does it for the screen, for the tests' sake or for a failure's stack."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("bot", "dialogs", "cards", "provisioning")
        for path in (ROOT / folder).rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    others = {reader for reader in readers if not reader.startswith("bot/playground/")}
    assert others <= {
        "bot/__main__.py",
        "bot/asking.py",
        "bot/commands/console.py",
        "bot/demo.py",
        "bot/exits.py",
    }


def test_a_dotenv_file_completes_the_environment_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("".join(f"{name}={value}\n" for name, value in REAL.items()) + "SYNC_DESK_PORT=1\n")
    assert Settings.read({"SYNC_DESK_PORT": "2"}, dotenv=dotenv).port == 2


def test_the_documented_table_is_the_one_that_the_fields_describe() -> None:
    page = (Path(__file__).parents[2] / "docs" / "run.md").read_text()
    documented = page.split("`python -m bot.settings` -->\n")[1].split("<!-- end of settings")[0]
    assert documented.strip() == table()


def test_what_does_not_fit_together_is_said_with_what_is_missing() -> None:
    text = complaints({"SYNC_DESK_PORT": "many", "SYNC_DESK_GRAPH_URL": "http://graph.microsoft.com"})
    for name in ("TENANT_ID", "CLIENT_ID", "APP_ID", "APP_SECRET"):
        assert text.count(f"SYNC_DESK_{name} is missing") == 1
    assert "CLIENT_SECRET, CLIENT_CERTIFICATE" in text
    assert "SYNC_DESK_GRAPH_URL must be https" in text
    wrong = complaints({**REAL, "SYNC_DESK_APP_ID": "bot"})
    assert wrong.splitlines() == [wrong], "a wrong one is not missing, too"
    assert complaints({**REAL, "SYNC_DESK_SERVICE_HOSTS": "x", "SYNC_DESK_PORT": "many"}).count("\n") == 1


def test_the_table_begins_with_what_every_desk_needs() -> None:
    assert table().splitlines()[2].startswith("| `SYNC_DESK_TENANT_ID` | *needed* |")
