"""Every setting, read once, frozen; all complaints at once.

Names in the environment (or in a ``.env`` file beside the command) are the fields below in capitals behind
``SYNC_DESK_``. Parts of the service receive values, never this object.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator

from bot.addresses import Guid, Url, loopback
from bot.desk_settings import DeskSettings
from bot.people_settings import PeopleSettings
from provisioning.permissions import FillIn

PREFIX = "SYNC_DESK_"
_STAND_IN = "00000000-0000-4000-8000-000000000000"  # for a setting that is needed, while the others are looked at
_HOST_NAME = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")  # no address, no port

# Where Microsoft's channel service lives; a token for another host is refused and nothing is ever sent there.
TEAMS_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)


class SettingsError(Exception):
    """What is wrong with the settings, one sentence a line."""


class Settings(PeopleSettings, DeskSettings):
    """See ``docs/run.md`` for the table that is made from these descriptions."""

    tenant_id: Guid = Field(description="The Entra tenant (GUID) that the desk reads and serves.")
    client_id: str = Field(min_length=1, description="The app registration that reads Microsoft Graph.")
    client_secret: str | None = Field(
        default=None, description="Its secret; leave out for a certificate or managed identity."
    )
    client_certificate: Path | None = Field(default=None, description="Its certificate with private key, a PEM file.")
    client_certificate_password: str | None = Field(
        default=None, description="The password of that file, if it has one."
    )
    federated_token_file: Path | None = Field(
        default=None, description="A token file for workload identity federation, instead of a secret."
    )
    managed_identity: bool = Field(default=False, description="Use the managed identity client_id instead of a secret.")
    agents_group: Guid | None = Field(
        default=None, description="Entra group whose members may ask about anybody and act."
    )
    admins_group: Guid | None = Field(default=None, description="Entra group whose members also set the desk up.")
    keep_failures_days: int = Field(
        default=30,
        ge=1,
        le=400,
        description="Days for which it is kept who failed in an app over what (ids, no names).",
    )
    look_every: int = Field(
        default=600,
        ge=5,
        le=3600,
        description="Seconds between two looks at every app's job; news are told then.",
    )
    two_admins: bool = Field(
        default=False, description="A new scoping filter, and taking one back, wants the yes of two admins."
    )
    give_files: bool | None = Field(
        default=None,
        description="Offer lists as files for people's OneDrive. Left out: yes, but not in the sandbox. Say false in "
        "GCC High, DoD and 21Vianet, where Teams takes no files from bots.",
    )
    app_id: Guid | None = Field(
        default=None, description="The bot's app id (Azure Bot resource). Needed outside the sandbox."
    )
    app_secret: str | None = Field(default=None, description="The bot's client secret for the channel's token.")
    service_hosts: tuple[str, ...] = Field(
        default=TEAMS_HOSTS, description="Hosts that the channel may be served from."
    )
    graph_url: Url = Field(default="https://graph.microsoft.com", description="Microsoft Graph of your national cloud.")
    authority: Url = Field(default="https://login.microsoftonline.com", description="Sign-in of your national cloud.")
    database_url: str | None = Field(
        default=None, description="A PostgreSQL server; left out, one is embedded in data."
    )
    data: Path = Field(default=Path("sync-desk-data"), description="Folder of the embedded database.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=3978, ge=0, le=65535, description="Port to listen on.")
    log_format: Literal["text", "json"] = Field(
        default="text", description="Logs for people, or one JSON object a line."
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port on which Prometheus may ask `GET /metrics`; left out: none."
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address of that port. It asks for no token: keep it off the internet."
    )
    fill_in: FillIn = Field(
        default=FillIn.NOBODY,
        description="Who may have the desk fill in empty attributes of cloud accounts: nobody, admins or agents. "
        "It needs User.ReadWrite.All.",
    )
    workers: int = Field(default=8, ge=1, le=64, description="Background jobs worked on at once by this process.")
    sandbox: bool = Field(
        default=False, description="The emulated tenant, anonymous, on loopback only. Never in production."
    )

    @property
    def gives_files(self) -> bool:
        """Whether the channel takes files from us; of the Playground nobody has seen that."""
        return not self.sandbox if self.give_files is None else self.give_files

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("service_hosts"), str):
            hosts = tuple(host.strip().lower() for host in values["service_hosts"].split(",") if host.strip())
            return {**values, "service_hosts": hosts}
        return values

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        complaints = self._sandbox_complaints() if self.sandbox else self._production_complaints()
        complaints += self.desk_complaints()
        if complaints:
            raise ValueError("\n".join(complaints))
        return self

    def _sandbox_complaints(self) -> list[str]:
        wrong = []
        if not loopback(self.host):
            wrong.append(f"HOST must be a loopback address in the sandbox, not {self.host}: it lets anybody in.")
        for name, url in (("GRAPH_URL", self.graph_url), ("AUTHORITY", self.authority)):
            if not loopback(urlsplit(url).hostname):
                wrong.append(f"{name} must be on loopback in the sandbox: anonymous people never reach a real tenant.")
        wrong += [
            f"{desk.upper()} must be on loopback in the sandbox: made-up tickets never reach a real desk."
            for desk in self.elsewhere()
        ]
        if self.app_id or self.app_secret:
            wrong.append("APP_ID and APP_SECRET belong to a real bot: leave them out, or leave SANDBOX out.")
        return wrong

    def _production_complaints(self) -> list[str]:
        wrong = []
        if not self.app_id:
            wrong.append("APP_ID is missing: without it anybody could speak to the bot.")
        if not self.app_secret:
            wrong.append("APP_SECRET is missing: the bot could not answer in Teams.")
        if not (self.client_secret or self.client_certificate or self.federated_token_file or self.managed_identity):
            ways = "CLIENT_SECRET, CLIENT_CERTIFICATE, FEDERATED_TOKEN_FILE or MANAGED_IDENTITY"
            wrong.append(f"{ways} is missing: Graph could not be read.")
        for name, url in (("GRAPH_URL", self.graph_url), ("AUTHORITY", self.authority)):
            if urlsplit(url).scheme != "https":
                wrong.append(f"{name} must be https, not {url}.")
        if not self.service_hosts:
            wrong.append("SERVICE_HOSTS is empty: no message could be answered.")
        wrong += [
            f"SERVICE_HOSTS holds {host}, which is not the full name of a host such as {TEAMS_HOSTS[0]}."
            for host in self.service_hosts
            if not _HOST_NAME.fullmatch(host) or loopback(host)
        ]
        return wrong

    @classmethod
    def read(cls, env: Mapping[str, str], *, dotenv: Path | None = None) -> "Settings":
        """The settings in ``env``, completed from the file ``dotenv``; SettingsError names everything wrong at once."""
        ours = _ours(env, dotenv)
        try:
            return cls.model_validate(ours)
        except ValidationError as error:
            raise SettingsError("\n".join([*_sentences(error), *_beside(ours, error)])) from None


def read_desks(env: Mapping[str, str], *, dotenv: Path | None = None) -> DeskSettings:
    """The settings of other desks alone, for a demo. SettingsError as ``Settings.read``."""
    ours = {name: value for name, value in _ours(env, dotenv).items() if name in DeskSettings.model_fields}
    try:
        found = DeskSettings.model_validate(ours)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None
    if complaints := found.desk_complaints():
        raise SettingsError("\n".join(PREFIX + line for line in complaints))
    return found


def _ours(env: Mapping[str, str], dotenv: Path | None) -> dict[str, str]:
    found = {**(dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}), **env}
    ours = {name[len(PREFIX) :].lower(): value for name, value in found.items() if name.startswith(PREFIX)}
    ours.pop("debug", None)  # read by the command line alone: whether a failure shows its traceback
    return {name: value for name, value in ours.items() if value}


def _sentences(error: ValidationError) -> list[str]:
    """One sentence a complaint, without the value: it may be a secret."""
    lines: list[str] = []
    for complaint in error.errors(include_url=False, include_input=False):
        name = PREFIX + "_".join(str(part) for part in complaint["loc"]).upper()
        text = complaint["msg"].removeprefix("Value error, ")
        if not complaint["loc"]:
            lines += [PREFIX + line for line in text.splitlines()]
        elif complaint["type"] == "missing":
            lines.append(f"{name} is missing: {description(complaint['loc'][0])}")
        elif complaint["type"] == "extra_forbidden":
            lines.append(f"{name} is not a setting; see docs/run.md for the names.")
        else:
            lines.append(f"{name}: {text}.")
    return lines


def _beside(ours: Mapping[str, str], error: ValidationError) -> list[str]:
    """What will not fit together once the settings that ``error`` is about are right: nobody is told by and by."""
    single = {str(complaint["loc"][0]) for complaint in error.errors(include_input=False) if complaint["loc"]}
    needed = {
        name: _STAND_IN for name in single & set(Settings.model_fields) if Settings.model_fields[name].is_required()
    }
    if not single:
        return []
    try:
        Settings.model_validate({**{name: value for name, value in ours.items() if name not in single}, **needed})
    except ValidationError as more:
        said = tuple(f"{PREFIX}{name.upper()} " for name in single)
        return [line for line in _sentences(more) if not line.startswith(said)]
    return []


def description(field: str | int) -> str:
    """What a setting is for, in the words of its field."""
    return Settings.model_fields[str(field)].description or ""


def table() -> str:
    """The settings as a Markdown table: first what every desk needs, then hours and shifts, then other desks."""
    lines = ["| Setting | Default | What it is |", "|---|---|---|"]
    others, people = DeskSettings.model_fields, PeopleSettings.model_fields
    for name, field in sorted(Settings.model_fields.items(), key=lambda one: (one[0] in others, one[0] in people)):
        default = "*needed*" if field.is_required() else _default(field.default)
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def _default(value: object) -> str:
    if value is None or value == {}:
        return "–"
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    print(table())
