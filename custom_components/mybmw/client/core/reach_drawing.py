"""A drawing of how far a car comes, as SVG.

There is nothing in it but numbers and units, so nothing to translate, and no text of a server.
"""

from collections.abc import Iterator, Sequence
from math import floor, hypot, log10
from typing import Final

from .geometry import Point, on_plane
from .reach import ReachableArea

_SIZE: Final = 400
_MIDDLE: Final = _SIZE / 2
_MARGIN: Final = 20
_COLORS: Final = ("#2e7d32", "#1565c0", "#ef6c00", "#6a1b9a")
_ROUND: Final = (5, 2, 1)
_MILE: Final = 1.609344
_NORTH: Final = f'<path d="M{_SIZE - 18} 12l6 14h-12z" fill="#616161"/>'


def as_svg(area: ReachableArea, *, miles: bool = False) -> str:
    """Return a drawing of an area: north is up, an estimate has a dashed edge."""
    length, unit = (_MILE, "mi") if miles else (1.0, "km")
    shapes = [
        [_scaled(on_plane(area.center, corner), 1 / length) for corner in item.corners]
        for item in area.polygons
    ]
    longest = max(hypot(east, north) for shape in shapes for east, north in shape) or 1.0
    scale = (_MIDDLE - _MARGIN) / longest
    drawn = "".join(
        _polygon([_scaled(point, scale) for point in shape], color, dashed=area.estimated)
        for shape, color in zip(shapes, _colors(len(shapes)), strict=True)
    )
    about = "≈ " if area.estimated else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE}" height="{_SIZE}"'
        f' viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif">'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>'
        f"{''.join(_circles(longest, scale))}{drawn}{_NORTH}"
        f'<circle cx="{_MIDDLE:g}" cy="{_MIDDLE:g}" r="4"/>'
        f'<text x="8" y="{_SIZE - 8}" font-size="16">{about}{longest:.0f} {unit}</text></svg>'
    )


def _scaled(point: Point, scale: float) -> Point:
    return point[0] * scale, point[1] * scale


def _colors(count: int) -> Iterator[str]:
    return (_COLORS[index % len(_COLORS)] for index in range(count))


def _circles(longest: float, scale: float) -> Iterator[str]:
    """Draw two to four circles at round distances."""
    power = 10.0 ** floor(log10(longest / 2))
    step = next(power * digit for digit in _ROUND if power * digit <= longest / 2 or digit == 1)
    for count in range(1, int(longest / step) + 1):
        radius = count * step * scale
        yield (
            f'<circle cx="{_MIDDLE:g}" cy="{_MIDDLE:g}" r="{radius:.1f}" fill="none"'
            f' stroke="#bdbdbd"/><text x="{_MIDDLE + 3:g}" y="{_MIDDLE - radius + 14:.1f}"'
            f' font-size="12" fill="#757575">{count * step:g}</text>'
        )


def _polygon(shape: Sequence[Point], color: str, *, dashed: bool) -> str:
    points = " ".join(f"{_MIDDLE + east:.1f},{_MIDDLE - north:.1f}" for east, north in shape)
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    return f'<polygon points="{points}" fill="{color}" fill-opacity="0.25" stroke="{color}"{dash}/>'
