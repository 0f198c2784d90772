"""What goes to a Teams administrator is what Microsoft's own schema and the store's rules accept."""

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest import icons
from manifest.package import HERE, Order, PackageError, build, check, fill_in

APP = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
SCHEMA = json.loads((Path(__file__).parent / "teams-manifest-1.25.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)


def an_order(**changed: Any) -> Order:
    return Order(**{"app_id": APP, "domain": "desk.example.com", "version": "1.2.3", **changed})


def complaints(manifest: dict[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(manifest)]


def test_the_schema_is_one_that_can_refuse() -> None:
    manifest = fill_in(an_order())
    manifest["bots"][0]["botId"] = "not a guid"
    manifest["surprise"] = 1
    assert len(complaints(manifest)) == 2


def test_a_package_holds_a_valid_manifest_and_two_icons_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "desk.zip"
    told = build(an_order(), out)
    with zipfile.ZipFile(out) as package:
        assert sorted(package.namelist()) == ["color.png", "manifest.json", "outline.png"]
        manifest = json.loads(package.read("manifest.json"))
    assert manifest == told
    assert complaints(manifest) == []
    assert manifest["id"] == manifest["bots"][0]["botId"] == APP
    assert manifest["validDomains"] == ["desk.example.com"]


def test_lists_can_be_attached_in_the_chat_with_the_bot() -> None:
    assert fill_in(an_order())["bots"][0]["supportsFiles"] is True, "without it Teams offers nobody to attach a file"


def test_the_same_order_makes_the_same_bytes(tmp_path: Path) -> None:
    build(an_order(), tmp_path / "one.zip")
    build(an_order(), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
hosts = st.lists(labels, min_size=1, max_size=3).map(lambda parts: ".".join([*parts, "example"]))
versions = st.tuples(*[st.integers(0, 99)] * 3).map(lambda parts: ".".join(map(str, parts)))


@given(st.uuids(), hosts, versions, st.text(min_size=1, max_size=40))
def test_whatever_passes_our_check_passes_microsofts_schema(
    app_id: UUID, domain: str, version: str, developer: str
) -> None:
    order = an_order(app_id=str(app_id), domain=domain, version=version, developer=developer)
    if check(order):
        return
    assert complaints(fill_in(order)) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"app_id": "123"}, "The app id must be a GUID such as"),
        ({"app_id": "{3f2504e0-4f89-41d3-9a0c-0305e82c3301}"}, "The app id must be a GUID such as"),
        ({"app_id": "00000000-0000-0000-0000-000000000000"}, "all zeros"),
        ({"domain": "https://desk.example.com"}, "without scheme, port or path"),
        ({"domain": "desk.example.com:443"}, "without scheme, port or path"),
        ({"domain": "desk"}, "full host name"),
        ({"domain": "desk..example"}, "full host name"),
        ({"domain": ""}, "full host name"),
        ({"domain": "*.example.com"}, "refuses wildcards"),
        ({"domain": "10.0.0.1"}, "public DNS"),
        ({"domain": "desk.localhost"}, "public DNS"),
        ({"version": "1.2"}, "The version must look like 1.2.3"),
        ({"developer": "x" * 33}, "1 to 32 characters; it has 33"),
        ({"developer": "  "}, "1 to 32 characters"),
        ({"pages": {"privacy": "http://desk.example.com/p"}}, "The privacy page must be an https address"),
        ({"pages": {"imprint": "https://desk.example.com"}}, "There is no page 'imprint'"),
    ],
)
def test_a_bad_order_is_refused_with_its_reason(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PackageError, match=sentence):
        build(an_order(**changed), tmp_path / "desk.zip")
    assert not (tmp_path / "desk.zip").exists()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(check(an_order(app_id="x", domain="y", version="z"))) == 3


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="could not be written: No such file or directory"):
        build(an_order(), tmp_path / "nowhere" / "desk.zip")


def test_pages_lie_on_the_domain_unless_they_are_named() -> None:
    developer = fill_in(an_order(pages={"terms": "https://law.example/terms"}))["developer"]
    assert developer["websiteUrl"] == "https://desk.example.com/"
    assert developer["privacyUrl"] == "https://desk.example.com/privacy"
    assert developer["termsOfUseUrl"] == "https://law.example/terms"


def test_the_words_keep_the_stores_rules() -> None:
    manifest = fill_in(an_order())
    short = manifest["name"]["short"].casefold()
    assert not [word for word in ("entra", "teams", "help", "chat", "microsoft", "bot") if word in short]
    assert len(manifest["description"]["full"].split()) <= 500
    assert "licence" in manifest["description"]["full"] and "administrator" in manifest["description"]["full"]
    (bot,) = manifest["bots"]
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}
    assert {scope for listed in bot["commandLists"] for scope in listed["scopes"]} == set(bot["scopes"])


def test_every_command_is_listed_once_a_scope_described_and_without_a_slash() -> None:
    (bot,) = fill_in(an_order())["bots"]
    for listed in bot["commandLists"]:
        titles = [command["title"] for command in listed["commands"]]
        assert len(set(titles)) == len(titles) and "help" in titles
        assert all(command["description"] and not command["title"].startswith("/") for command in listed["commands"])


def pixels(picture: bytes) -> tuple[int, list[bytes]]:
    """Side and RGBA pixels of a square PNG whose rows are not filtered, as ours are written."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    assert (width, depth, kind) == (height, 8, 6)
    start = picture.index(b"IDAT")
    raw = zlib.decompress(picture[start + 4 : picture.index(b"IEND") - 8])
    rows = [raw[row * (4 * width + 1) + 1 : (row + 1) * (4 * width + 1)] for row in range(height)]
    return width, [line[at : at + 4] for line in rows for at in range(0, len(line), 4)]


def test_the_colour_icon_is_192_pixels_wide_and_opaque() -> None:
    side, colours = pixels((HERE / "color.png").read_bytes())
    assert side == 192
    assert {colour[3] for colour in colours} == {255}


def test_the_outline_icon_is_32_pixels_wide_white_on_nothing_and_without_padding() -> None:
    side, colours = pixels((HERE / "outline.png").read_bytes())
    assert side == 32
    assert {colour[:3] for colour in colours} == {b"\xff\xff\xff"}
    drawn = [number for number, colour in enumerate(colours) if colour[3]]
    assert min(drawn) // side <= 3 and max(drawn) // side >= side - 4
    assert 0 in {colour[3] for colour in colours}


def test_the_icons_are_what_their_source_draws() -> None:
    """A picture that was edited by hand would be lost at the next drawing."""
    assert pixels((HERE / "outline.png").read_bytes()) == pixels(icons.outline_icon())


def test_the_accent_colour_is_the_icons_ground() -> None:
    accent = fill_in(an_order())["accentColor"]
    assert bytes.fromhex(accent[1:]) == pixels((HERE / "color.png").read_bytes())[1][0][:3]
