"""What survives a restart: the company in one JSON file, its counters in another, each written whole or not at all."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from sandbox.world import World

Json = dict[str, Any]


class Store:
    """A data folder. Every tenant file has a file of its own there, named by its content, so an edited tenant
    file starts fresh and going back to the old one finds the old state."""

    def __init__(self, folder: Path, tenant_file: Path) -> None:
        mark = hashlib.sha256(tenant_file.read_bytes()).hexdigest()[:12]
        folder.mkdir(parents=True, exist_ok=True)
        self.company = folder / f"company-{mark}.json"
        self.counters = folder / f"counters-{mark}.json"

    def load(self) -> World | None:
        if not self.company.exists():
            return None
        counters: Json = msgspec.json.decode(self.counters.read_bytes()) if self.counters.exists() else {}
        return World.from_json(msgspec.json.decode(self.company.read_bytes()), counters)

    def save(self, world: World) -> None:
        _write(self.company, msgspec.json.encode(world.as_json()))
        self.save_counters(world)

    def save_counters(self, world: World) -> None:
        _write(self.counters, msgspec.json.encode(world.counters))


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    with os.fdopen(handle, "wb") as part:
        part.write(content)
    Path(name).replace(path)
