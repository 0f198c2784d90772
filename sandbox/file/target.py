"""The app's own side: its SCIM users and the rules that Graph cannot see."""

import msgspec

from sandbox.file.base import Json, Strict, Text


class PersonName(Strict):
    formatted: Text = None
    family_name: Text = None
    given_name: Text = None
    middle_name: Text = None
    honorific_prefix: Text = None
    honorific_suffix: Text = None


class ScimValue(Strict):
    """An entry of emails, phoneNumbers, roles, entitlements and their like."""

    value: Text = None
    type: Text = None
    primary: bool | None = None
    display: Text = None


class Address(Strict):
    formatted: Text = None
    street_address: Text = None
    locality: Text = None
    region: Text = None
    postal_code: Text = None
    country: Text = None
    type: Text = None
    primary: bool | None = None


class ScimManager(Strict):
    value: Text = None
    display_name: Text = None
    ref: Text = msgspec.field(default=None, name="$ref")


class Enterprise(Strict):
    schemas: list[str] = msgspec.field(default_factory=list)
    employee_number: Text = None
    cost_center: Text = None
    organization: Text = None
    division: Text = None
    department: Text = None
    manager: ScimManager | None = None


class Account(Strict):
    """A SCIM user (RFC 7643) in the app."""

    user_name: str
    id: Text = None
    external_id: Text = None
    schemas: list[str] = msgspec.field(default_factory=list)
    meta: Json | None = None
    name: PersonName | None = None
    display_name: Text = None
    nick_name: Text = None
    profile_url: Text = None
    title: Text = None
    user_type: Text = None
    preferred_language: Text = None
    locale: Text = None
    timezone: Text = None
    active: bool = True
    emails: list[ScimValue] = msgspec.field(default_factory=list)
    phone_numbers: list[ScimValue] = msgspec.field(default_factory=list)
    ims: list[ScimValue] = msgspec.field(default_factory=list)
    photos: list[ScimValue] = msgspec.field(default_factory=list)
    entitlements: list[ScimValue] = msgspec.field(default_factory=list)
    roles: list[ScimValue] = msgspec.field(default_factory=list)
    addresses: list[Address] = msgspec.field(default_factory=list)
    enterprise: Enterprise | None = msgspec.field(
        default=None, name="urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    )


class Reject(Strict):
    """A value that the app refuses: attribute and regular expression, and the words of the refusal."""

    attribute: str
    pattern: str
    status: int = 400
    scim_type: Text = None
    detail: str = "The value is not accepted."
    error_code: Text = None  # what Entra's connector makes of it; left out, it follows from the status


class Target(Strict):
    accounts: list[Account] = msgspec.field(default_factory=list)
    required: list[str] = msgspec.field(default_factory=list)
    unique: list[str] = msgspec.field(default_factory=lambda: ["userName"])
    seats: int | None = None
    credentials_expired: bool = False
    down: bool = False
    rejects: list[Reject] = msgspec.field(default_factory=list)
