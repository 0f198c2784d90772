"""SQL that lives in ``.sql`` files: each statement stands under a comment line with its name."""

import re
from pathlib import Path
from typing import LiteralString, cast

_NAME = re.compile(r"^-- (\w+)$", re.MULTILINE)


def statements(path: Path) -> dict[str, LiteralString]:
    """Every statement of one file by its name. The files are ours, so their text counts as literal."""
    _, *parts = _NAME.split(path.read_text(encoding="utf-8"))
    return {name: cast(LiteralString, text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True)}
