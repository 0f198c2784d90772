"""Makes the zip that a Teams administrator uploads: the manifest for one bot and its two icons, nothing else."""

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

HERE = Path(__file__).parent
EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip can hold: the same input makes the same file
DEVELOPER = 32  # characters of developer.name that the schema allows
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PAGES = ("website", "privacy", "terms")


class PackageError(Exception):
    """What was asked for cannot be in a package. One sentence a line, everything wrong at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whose package it is. ``pages`` may name website, privacy and terms; what is left out lies on the domain."""

    app_id: str
    domain: str
    version: str
    developer: str = "Sync Desk"
    pages: Mapping[str, str] = field(default_factory=dict)

    def page(self, name: str) -> str:
        """The https address of one of the three pages that Teams demands."""
        return self.pages.get(name) or f"https://{self.domain}/{'' if name == 'website' else name}"


def build(order: Order, out: Path) -> dict[str, Any]:
    """Write the package to ``out``, return its manifest. PackageError says everything that is wrong with the order."""
    if complaints := check(order):
        raise PackageError("\n".join(complaints))
    manifest = fill_in(order)
    files = {
        "manifest.json": json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n",
        "color.png": (HERE / "color.png").read_bytes(),
        "outline.png": (HERE / "outline.png").read_bytes(),
    }
    try:
        with zipfile.ZipFile(out, "w") as package:
            for name, content in files.items():
                package.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise PackageError(f"{out} could not be written: {error.strerror or error}.") from error
    return manifest


def fill_in(order: Order) -> dict[str, Any]:
    """The manifest for a checked order. The app carries the bot's id: it never changes, as Teams wants."""
    manifest: dict[str, Any] = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    app_id = str(UUID(order.app_id))
    manifest["id"] = app_id
    manifest["version"] = order.version
    manifest["bots"][0]["botId"] = app_id
    manifest["composeExtensions"][0]["botId"] = app_id
    manifest["validDomains"] = [order.domain]
    manifest["developer"] = {
        "name": order.developer,
        "websiteUrl": order.page("website"),
        "privacyUrl": order.page("privacy"),
        "termsOfUseUrl": order.page("terms"),
    }
    return manifest


def check(order: Order) -> list[str]:
    """What Teams or its store would refuse, as sentences; empty when all is well."""
    wrong = [*_app_id(order.app_id), *_domain(order.domain)]
    if not re.fullmatch(r"\d+\.\d+\.\d+", order.version):
        wrong.append(f"The version must look like 1.2.3, not {order.version!r}.")
    if not 0 < len(order.developer.strip()) <= DEVELOPER:
        wrong.append(f"The developer's name must have 1 to {DEVELOPER} characters; it has {len(order.developer)}.")
    for name, url in order.pages.items():
        if name not in PAGES:
            wrong.append(f"There is no page {name!r} in a package; there are {', '.join(PAGES)}.")
        elif not _https(url):
            wrong.append(f"The {name} page must be an https address, not {url!r}.")
    return wrong


def _app_id(app_id: str) -> list[str]:
    if not _GUID.fullmatch(app_id):
        return [f"The app id must be a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301, not {app_id!r}."]
    if not int(UUID(app_id)):
        return ["The app id is all zeros; it is the bot's app id from the Azure Bot resource."]
    return []


def _domain(domain: str) -> list[str]:
    """A full host name of ours: no scheme, no path, no port, no wildcard, nothing that only this machine can reach."""
    labels = domain.split(".")
    if "*" in domain:
        return [f"The domain must be one host name; the store refuses wildcards such as {domain}."]
    if "://" in domain or "/" in domain or ":" in domain:
        return [
            f"The domain must be a host name such as desk.example.com, without scheme, port or path, not {domain!r}."
        ]
    if len(labels) < 2 or len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return [f"The domain must be a full host name such as desk.example.com, in lower case, not {domain!r}."]
    if labels[-1].isdigit() or labels[-1] in {"localhost", "local", "internal"}:
        return [f"Teams cannot reach {domain}: the domain must be a name in the public DNS."]
    return []


def _https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(url) <= 2048 and " " not in url
