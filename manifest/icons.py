"""Draws the package's two icons, so that they are ours to change: python -m manifest.icons

A person inside two arrows that run round: somebody on the way from the directory to an application.
"""

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
COLOR, OUTLINE = 192, 32  # pixels a side, as Teams demands
GROUND = (15, 82, 87)  # deep green, the manifest's accentColor
WHITE = (255, 255, 255)
SAMPLES = 4  # a side of the grid that smooths one pixel

Shape = Callable[[float, float], bool]  # is the point inside? x to the right, y down, both in -1..1


def arrows(x: float, y: float) -> bool:
    """Two arcs of a ring, each ending in a head: the same picture when turned by half a circle."""
    if x < 0 or (x == 0 and y < 0):
        x, y = -x, -y
    radius, angle = math.hypot(x, y), math.degrees(math.atan2(y, x))  # -90 (top) to 90 (bottom)
    if abs(radius - 0.78) <= 0.085 and -72 <= angle <= 42:
        return True
    left = 74 - angle  # degrees until the head's tip
    return 0 <= left <= 36 and abs(radius - 0.78) <= 0.22 * left / 36


def person(x: float, y: float) -> bool:
    """A head above shoulders that are cut off straight."""
    head = math.hypot(x, y + 0.18) <= 0.19
    shoulders = math.hypot(x / 0.40, (y - 0.42) / 0.34) <= 1 and y <= 0.40
    return head or shoulders


def sign(x: float, y: float) -> bool:
    return arrows(x, y) or person(x, y)


def covered(shape: Shape, side: int, scale: float) -> list[list[float]]:
    """How much of each pixel the shape covers, 0 to 1, drawn ``scale`` as large as the square."""
    steps = [(number + 0.5) / SAMPLES for number in range(SAMPLES)]

    def share(column: int, row: int) -> float:
        hits = sum(shape(at(column + dx), at(row + dy)) for dy in steps for dx in steps)
        return hits / SAMPLES**2

    def at(pixel: float) -> float:
        return (2 * pixel / side - 1) / scale

    return [[share(column, row) for column in range(side)] for row in range(side)]


def color_icon() -> bytes:
    """White on a full square of our green; clients round the corners themselves."""
    rows = [
        bytes(
            channel
            for share in row
            for channel in (*(round(g + (w - g) * share) for g, w in zip(GROUND, WHITE, strict=True)), 255)
        )
        for row in covered(sign, COLOR, 0.66)
    ]
    return png(COLOR, rows)


def outline_icon() -> bytes:
    """White on nothing, up to the edge: Teams allows no other colour and no padding."""
    rows = [
        bytes(channel for share in row for channel in (*WHITE, round(255 * share)))
        for row in covered(sign, OUTLINE, 0.99)
    ]
    return png(OUTLINE, rows)


def png(side: int, rows: list[bytes]) -> bytes:
    """A square picture of 8-bit RGBA rows as a PNG file."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)  # 8 bits, RGBA
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)  # \0: no filter
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def main() -> None:
    """Write both files beside this one."""
    (HERE / "color.png").write_bytes(color_icon())
    (HERE / "outline.png").write_bytes(outline_icon())


if __name__ == "__main__":
    main()
