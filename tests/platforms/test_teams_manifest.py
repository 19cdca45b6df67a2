"""The Teams app: what Microsoft's own schema takes, the same bytes each time, and icons as Teams wants them."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qibot.features import router
from qibot.platforms.teams import icons, manifest

SCHEMAS = Path(__file__).parent / "schemas"
APP = "0a1b2c3d-1111-2222-3333-444455556666"
URL = "https://qibot.example"
VERSIONS = [manifest.SLASH, manifest.PLAIN]


def made(version: str) -> dict[str, Any]:
    return manifest.manifest(router, app_id=APP, url=URL, version=version)


def wrong(value: dict[str, Any], version: str) -> list[str]:
    """What Microsoft's schema says against it."""
    schema = json.loads((SCHEMAS / f"teams-{version}.json").read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(value)]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_takes_it(version: str) -> None:
    assert wrong(made(version), version) == []
    assert made(version)["manifestVersion"] == version
    assert f"/v{version}/" in made(version)["$schema"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_can_say_no(version: str) -> None:
    assert wrong(made(version) | {"accentColor": "blue"}, version)
    assert wrong(made(version) | {"colour": "#000000"}, version)
    assert wrong(made(version) | {"description": {"short": "w" * 81, "full": ""}}, version)


def test_only_the_newer_knows_the_slash_menu() -> None:
    (newer,), (older,) = made(manifest.SLASH)["bots"], made(manifest.PLAIN)["bots"]
    assert newer["supportsTargetedMessages"]
    assert newer["commandLists"][0]["triggers"] == ["mention", "slash"]
    assert "supportsTargetedMessages" not in older
    assert "triggers" not in older["commandLists"][0]
    assert wrong(made(manifest.SLASH), manifest.PLAIN)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_menu_says_what_help_says(version: str) -> None:
    (menu,) = made(version)["bots"][0]["commandLists"]
    assert menu["scopes"] == ["personal", "team", "groupChat"]
    assert 0 < len(menu["commands"]) <= 12
    for command in menu["commands"]:
        found = router.find(command["title"])
        assert found
        assert (found.row.name, found.row.help) == (command["title"], command["description"])
        assert len(command["title"]) <= 32
        assert found.row.needs.label != "organisers"


@pytest.mark.parametrize("version", VERSIONS)
def test_it_asks_for_nothing(version: str) -> None:
    value = made(version)
    assert not {"permissions", "devicePermissions", "webApplicationInfo", "authorization"} & value.keys()
    assert value["validDomains"] == ["qibot.example"]
    assert (value["id"], value["bots"][0]["botId"]) == (APP, APP)


def test_the_pages_behind_it_can_be_named() -> None:
    value = manifest.manifest(router, app_id=APP, url=URL, privacy=f"{URL}/privacy", terms=f"{URL}/terms")
    assert wrong(value, manifest.SLASH) == []
    assert value["developer"]["privacyUrl"] == "https://qibot.example/privacy"
    assert value["developer"]["termsOfUseUrl"] == "https://qibot.example/terms"
    assert made(manifest.SLASH)["developer"]["privacyUrl"] == URL


@pytest.mark.parametrize(
    "given",
    [{"app_id": "qibot"}, {"url": "http://qibot.example"}, {"url": "https://"}, {"url": ""}, {"version": "1.2"}],
)
def test_what_teams_would_not_take_is_not_made(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"the (manifest|app id|address)"):
        manifest.package(router, **{"app_id": APP, "url": URL, **given})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_package_is_whole_and_the_same_each_time(version: str) -> None:
    made_ = manifest.package(router, app_id=APP, url=URL, version=version)
    assert made_ == manifest.package(router, app_id=APP, url=URL, version=version)
    with zipfile.ZipFile(io.BytesIO(made_)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert {(entry.date_time, entry.create_system, entry.external_attr) for entry in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)
        }
        assert json.loads(archive.read("manifest.json")) == made(version)
        assert archive.read("outline.png") == icons.outline()


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """Rows of (red, green, blue, alpha), of a PNG that uses no filter."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + data),)
        found[kind] = data
        at += 12 + length
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (depth, colours) == (8, 6)
    raw = zlib.decompress(found[b"IDAT"])
    rows = [raw[y * (width * 4 + 1) : (y + 1) * (width * 4 + 1)] for y in range(height)]
    assert {row[0] for row in rows} == {0}
    return [[tuple(row[1 + x * 4 : 5 + x * 4]) for x in range(width)] for row in rows]


def test_the_colour_icon_is_192_pixels_and_fills_its_square() -> None:
    rows = pixels(icons.color())
    assert {len(rows), *map(len, rows)} == {192}
    assert {pixel[3] for row in rows for pixel in row} == {255}
    # What is drawn keeps clear of the corners that Teams rounds off.
    ground = rows[0][0][:3]
    assert {pixel[:3] for row in (*rows[:24], *rows[-24:]) for pixel in row} == {ground}
    assert len({pixel for row in rows for pixel in row}) > 3
    assert made(manifest.SLASH)["accentColor"] == "#{:02X}{:02X}{:02X}".format(*ground)


def test_the_outline_icon_is_32_pixels_of_white_on_nothing() -> None:
    rows = pixels(icons.outline())
    assert {len(rows), *map(len, rows)} == {32}
    seen = {pixel for row in rows for pixel in row}
    assert {pixel[:3] for pixel in seen} == {(255, 255, 255)}
    assert {rows[0][0][3], rows[0][-1][3], rows[-1][-1][3], rows[-1][0][3]} == {0}
    assert 100 < sum(pixel[3] > 200 for row in rows for pixel in row) < 400
