"""The directions that import contracts cannot say: which parts of the SDK are spoken in which room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "dialogs", "cards", "provisioning", "manifest", "sandbox")
WIRE = ("botbuilder.integration", "botframework.connector", "msrest")  # what only bot/channel may touch
EMULATED = ("sandbox",)
AT_HOME = ("house.py", "theatre.py", "demo.py", "exits.py", "asking.py")  # what opens or asks the company at home


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; types for the checker alone included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), path.name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importing(*names: str) -> set[Path]:
    """Files of ours that import one of these modules or a part of it."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for module in imports(path):
                if any(module == name or module.startswith(f"{name}.") for name in names):
                    found.add(path.relative_to(ROOT))
    return found


def test_only_the_channel_speaks_the_sdks_wire() -> None:
    assert {path for path in importing(*WIRE) if path.parts[:2] != ("bot", "channel")} == set()


def test_the_sandbox_is_known_only_where_a_company_is_opened_at_home() -> None:
    outside = {path for path in importing(*EMULATED) if path.parts[0] != "sandbox"}
    assert outside == {path for path in outside if path.parts == ("bot", path.name) and path.name in AT_HOME}
    assert outside


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_opens_with_its_sentence(package: str) -> None:
    silent = []
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_the_house_names_no_registry_and_no_machine_in_its_own_files() -> None:
    """Locks and settings must work behind any mirror: uv.lock is the one file that uv itself fills with addresses."""
    files = [ROOT / "Makefile", ROOT / ".ci" / "run", *(ROOT / "bot" / "playground").glob("*.*")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files if path.is_file()}
    foreign = ("registry.", "pypi.org", str(Path.home()) + "/", str(ROOT) + "/")
    assert [name for name, text in texts.items() if any(word in text for word in foreign)] == []
