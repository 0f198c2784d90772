"""The settings of other desks. A desk is used when its address is set; everything wrong is said at once."""

import json
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.addresses import HookUrl, Url, loopback
from provisioning.desks.signature import secret_of

_WITH = {  # what an address needs beside it
    "servicenow_url": ("servicenow_user", "servicenow_password"),
    "jira_url": ("jira_user", "jira_token", "jira_project"),
    "roundup_url": ("roundup_user", "roundup_password"),
    "webhook_url": ("webhook_secret",),
    "mail_host": ("mail_from", "mail_to"),
}
_SECRETS = ("webhook_secret", "webhook_callback_secret", "servicenow_callback_secret", "jira_callback_secret")


def _object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("it is no JSON object") from None


Fields = Annotated[dict[str, Any], BeforeValidator(_object)]


class DeskSettings(BaseModel):
    """Where tickets go beside the helpdesk's channel."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    desk_language: str = Field(default="en", description="The language in which other desks are told.")
    servicenow_url: Url | None = Field(
        default=None, description="ServiceNow: tickets become incidents of this instance (https://….service-now.com)."
    )
    servicenow_user: str | None = Field(default=None, description="The account that writes them.")
    servicenow_password: str | None = Field(default=None, description="Its password.")
    servicenow_close_code: str = Field(
        default="Solution provided", description="The close code of a resolved incident, as your instance has it."
    )
    servicenow_fields: Fields = Field(
        default={}, description='More fields of every new incident, as JSON: `{"assignment_group": "…"}`.'
    )
    servicenow_callback_secret: str | None = Field(
        default=None, description="Lets ServiceNow call back (docs/desks.md): `whsec_` and base64, 24 bytes or more."
    )
    jira_url: Url | None = Field(
        default=None, description="Jira or Jira Service Management: tickets become issues (https://….atlassian.net)."
    )
    jira_user: str | None = Field(default=None, description="The mail address of the account that writes them.")
    jira_token: str | None = Field(default=None, description="Its API token.")
    jira_project: str | None = Field(default=None, description="The project's key.")
    jira_issue_type: str = Field(default="[System] Incident", description="The issues' type.")
    jira_fields: Fields = Field(
        default={}, description='More fields of every new issue, as JSON: `{"customfield_10010": "it/access"}`.'
    )
    jira_callback_secret: str | None = Field(
        default=None, description="The secret of the webhook in Jira that calls back (docs/desks.md)."
    )
    roundup_url: Url | None = Field(
        default=None, description="Roundup: tickets become issues of this tracker (its address, with its name)."
    )
    roundup_user: str | None = Field(default=None, description="The account that writes them.")
    roundup_password: str | None = Field(default=None, description="Its password.")
    webhook_url: HookUrl | None = Field(
        default=None, description="An address that is sent every change of a ticket, signed (docs/desks.md)."
    )
    webhook_secret: str | None = Field(default=None, description="Signs them: `whsec_` and base64, 24 bytes or more.")
    webhook_callback_secret: str | None = Field(default=None, description="Lets the webhook's receiver call back.")
    mail_host: str | None = Field(default=None, description="The SMTP server through which tickets are mailed.")
    mail_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    mail_encryption: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`starttls`, `tls` from the first byte, or `none` (loopback only)."
    )
    mail_user: str | None = Field(default=None, description="Its account, where it wants one.")
    mail_password: str | None = Field(default=None, description="That account's password.")
    mail_from: str | None = Field(default=None, description="The sender's address.")
    mail_to: str | None = Field(default=None, description="The helpdesk's mailbox.")

    def desk_complaints(self) -> list[str]:
        """What does not fit together, one sentence each."""
        wrong = [
            f"{missing.upper()} is missing: {address.upper()} is set."
            for address, needed in _WITH.items()
            if getattr(self, address)
            for missing in needed
            if not getattr(self, missing)
        ]
        urls = {
            name: getattr(self, name) or "" for name in ("servicenow_url", "jira_url", "roundup_url", "webhook_url")
        }
        wrong += [
            f"{name.upper()} must be https: tickets name people."
            for name, url in urls.items()
            if urlsplit(url).scheme == "http" and not loopback(urlsplit(url).hostname)
        ]
        if self.mail_host and self.mail_encryption == "none" and not loopback(self.mail_host):
            wrong.append("MAIL_ENCRYPTION must not be none: tickets name people.")
        return wrong + [complaint for name in _SECRETS if (complaint := _weak(name, getattr(self, name)))]

    def desk_hosts(self) -> Mapping[str, str]:
        """Each desk that is used, and the host that it lives on."""
        found = {name: getattr(self, name) or "" for name in _WITH}
        return {
            name.partition("_")[0]: address if name == "mail_host" else urlsplit(address).hostname or ""
            for name, address in found.items()
            if address
        }

    def elsewhere(self) -> tuple[str, ...]:
        """The desks that are not on this machine."""
        return tuple(desk for desk, host in self.desk_hosts().items() if not loopback(host))

    def without(self, desks: Collection[str]) -> "DeskSettings":
        """The same, and nothing of these desks."""
        kept = {
            name: value
            for name in self.model_fields_set
            if name.partition("_")[0] not in desks and (value := getattr(self, name)) is not None
        }
        return DeskSettings.model_validate({name: kept[name] for name in kept if name in DeskSettings.model_fields})

    def callback_secrets(self) -> Mapping[str, bytes]:
        """The desks that may call back, and the key of each."""
        found = {name: getattr(self, f"{name}_callback_secret") for name in ("servicenow", "jira", "webhook")}
        return {name: secret_of(words) for name, words in found.items() if words}


def _weak(name: str, words: str | None) -> str:
    try:
        if words:
            secret_of(words)
    except ValueError as problem:
        return f"{name.upper()}: {problem}."
    return ""
