"""Draw a car in every view of the app, and the picture of the slider captcha."""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from math import cos, pi, sin
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SLIDER_SIZE: Final = (590, 360)
SLIDER_COLOR: Final = (220, 230, 221)
# The JPEG grid is 8 pixels wide: a block on it has no blurred edge.
_SLIDER_BLOCK: Final = (16, 80)

SIZE: Final = (800, 440)
_SCALE: Final = 2
_GLASS: Final = (38, 46, 54)
_RUBBER: Final = (30, 31, 33)
_METAL: Final = (176, 181, 186)
_LAMP: Final = (244, 246, 235)
_TAIL_LAMP: Final = (196, 30, 36)

type Point = tuple[float, float]
type Color = tuple[int, int, int]

_SIDE: Final[Sequence[Point]] = (
    (62, 292), (58, 250), (72, 226), (150, 206), (232, 194), (300, 140), (372, 116), (470, 112),
    (560, 124), (640, 172), (716, 190), (738, 214), (744, 262), (736, 296), (700, 304), (400, 306),
    (110, 306),
)  # fmt: skip
_SIDE_GLASS: Final[Sequence[Point]] = (
    (262, 192), (312, 150), (376, 130), (468, 126), (546, 136), (606, 174), (590, 188), (420, 194),
)  # fmt: skip
_END: Final[Sequence[Point]] = (
    (228, 312), (206, 290), (204, 236), (224, 206), (254, 188), (282, 128), (312, 110), (400, 104),
    (488, 110), (518, 128), (546, 188), (576, 206), (596, 236), (594, 290), (572, 312), (400, 316),
)  # fmt: skip
_END_GLASS: Final[Sequence[Point]] = (
    (272, 186), (298, 138), (320, 124), (400, 119), (480, 124), (502, 138), (528, 186), (400, 194),
)  # fmt: skip


def draw_slider(seed: int) -> tuple[bytes, int]:
    """Return a JPEG with one light block in it and the x of its left edge."""
    random = Random(seed)
    picture = Image.linear_gradient("L").resize(SLIDER_SIZE)
    picture = Image.merge("RGB", [picture.point(lambda v, k=k: k + v // 4) for k in (40, 70, 60)])
    draw = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y, radius = (random.randrange(limit) for limit in (*SLIDER_SIZE, 70))
        color = tuple(random.randrange(30, 150) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    width, height = _SLIDER_BLOCK
    x, y = 8 * random.randrange(15, 68), 8 * random.randrange(4, 32)
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=SLIDER_COLOR)
    return _encode(picture, "JPEG", quality=95, subsampling=0), x


@cache
def draw_car(view: str, color: int) -> bytes:
    """Return a PNG of one view; `color` is RGB. Drawn once per view and colour."""
    red, green, blue = color.to_bytes(3)
    canvas = _Canvas((red, green, blue))
    paint, mirrored = VIEWS[view]
    paint(canvas)
    if mirrored:
        canvas.mirror()
    return canvas.png(view)


class _Canvas:
    """A canvas with the coordinates of the final picture, at twice its resolution."""

    def __init__(self, color: Color) -> None:
        self.color = color
        self.image = Image.new("RGBA", (SIZE[0] * _SCALE, SIZE[1] * _SCALE))

    def mirror(self) -> None:
        self.image = self.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    def png(self, caption: str) -> bytes:
        image = self.image.resize(SIZE, Image.Resampling.LANCZOS)
        font = ImageFont.load_default(20)
        draw = ImageDraw.Draw(image)
        draw.text((SIZE[0] / 2, SIZE[1] - 36), caption, (128, 134, 140), font, anchor="mm")
        return _encode(image, "PNG", optimize=False)

    def shadow(self, left: float, right: float, y: float) -> None:
        """Draw a soft shadow on the ground."""
        layer = Image.new("L", (SIZE[0] // 2, SIZE[1] // 2))
        box = (left / 2, y / 2 - 6, right / 2, y / 2 + 6)
        ImageDraw.Draw(layer).ellipse(box, fill=120)
        blurred = layer.filter(ImageFilter.GaussianBlur(3.5)).resize(self.image.size)
        self.image.putalpha(blurred)

    def outline(self, points: Sequence[Point], top: Color, bottom: Color) -> None:
        """Fill a smooth outline with a vertical gradient between two colours."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(_scaled(_smooth(points)), fill=255)
        box = mask.getbbox()
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        gradient = Image.linear_gradient("L").resize(size)
        fill = Image.composite(
            Image.new("RGB", size, bottom), Image.new("RGB", size, top), gradient
        )
        self.image.paste(fill, box[:2], mask.crop(box))

    def body(self, points: Sequence[Point]) -> None:
        edge = [(x + dx, y + dy) for x, y in points for dx, dy in [_outwards(x, y)]]
        self.outline(edge, _mix(self.color, 90, 0.45), _mix(self.color, 20, 0.7))
        self.outline(points, _mix(self.color, 255, 0.32), _mix(self.color, 0, 0.42))

    def glass(self, points: Sequence[Point]) -> None:
        self.outline(points, _mix(_GLASS, 255, 0.3), _GLASS)

    def line(self, points: Sequence[Point], color: Color, width: float) -> None:
        stroke = ImageDraw.Draw(self.image)
        stroke.line(_scaled(points), fill=color, width=round(width * _SCALE), joint="curve")

    def box(self, area: tuple[float, float, float, float], color: Color, radius: float = 6) -> None:
        corners = _scaled([area[:2], area[2:]])
        draw = ImageDraw.Draw(self.image)
        draw.rounded_rectangle(corners, radius * _SCALE, fill=color)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        box = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        ImageDraw.Draw(self.image).ellipse(box, fill=color)

    def wheel(self, x: float, y: float) -> None:
        for radius, color in ((56, (18, 18, 19)), (50, _RUBBER), (37, _METAL), (33, (70, 74, 78))):
            self.disc(x, y, radius, color)
        for spoke in range(10):
            angle = spoke * pi / 5
            self.line([(x, y), (x + 34 * cos(angle), y + 34 * sin(angle))], _METAL, 5)
        self.disc(x, y, 8, (210, 214, 217))


def _side(canvas: _Canvas) -> None:
    canvas.shadow(70, 735, 350)
    canvas.body(_SIDE)
    canvas.glass(_SIDE_GLASS)
    dark, light = _mix(canvas.color, 0, 0.5), _mix(canvas.color, 255, 0.5)
    canvas.line([(424, 128), (430, 193)], _mix(canvas.color, 0, 0.2), 9)
    canvas.line(
        _smooth([(92, 224), (250, 206), (430, 204), (620, 202), (724, 206)], False), light, 2
    )
    for x in (268, 432, 588):
        canvas.line([(x, 200), (x - 6, 288)], dark, 2)
    for x in (392, 556):
        canvas.box((x, 216, x + 30, 222), light, 3)
    canvas.line([(112, 300), (700, 300)], dark, 6)
    canvas.outline([(70, 236), (84, 226), (122, 220), (108, 238)], _LAMP, _METAL)
    canvas.outline([(742, 224), (736, 212), (690, 208), (704, 224)], _TAIL_LAMP, (120, 16, 20))
    for x in (176, 622):
        canvas.wheel(x, 296)


def _end(canvas: _Canvas) -> None:
    """Draw the common parts of front and rear."""
    canvas.shadow(205, 595, 356)
    for x in (216, 530):
        canvas.box((x, 270, x + 54, 356), _RUBBER, 14)
    for x in (210, 556):
        canvas.box((x, 168, x + 34, 188), _mix(canvas.color, 0, 0.25), 8)
    canvas.body(_END)
    canvas.glass(_END_GLASS)
    canvas.box((228, 296, 572, 316), (44, 46, 49), 8)


def _front(canvas: _Canvas) -> None:
    _end(canvas)
    dark, light = _mix(canvas.color, 0, 0.4), _mix(canvas.color, 255, 0.4)
    for x in (300, 500):
        canvas.line([(x, 196), (400 + (x - 400) * 0.8, 226)], dark, 2)
    canvas.line(_smooth([(240, 206), (400, 198), (560, 206)], False), light, 2)
    for left in (222, 506):
        canvas.box((left, 222, left + 72, 242), _LAMP, 9)
        canvas.box((left + 8, 228, left + 64, 236), _METAL, 4)
    canvas.box((308, 226, 492, 258), _RUBBER, 8)
    for x in range(322, 492, 13):
        canvas.line([(x, 230), (x, 254)], (92, 96, 100), 2)
    canvas.box((346, 270, 454, 290), (236, 238, 240), 3)


def _rear(canvas: _Canvas) -> None:
    _end(canvas)
    dark = _mix(canvas.color, 0, 0.4)
    for left, inner in ((214, 300), (586, 500)):
        lamp = [(left, 218), (inner, 216), (inner, 236), (left, 244)]
        canvas.outline(lamp, _TAIL_LAMP, (120, 16, 20))
    canvas.line([(300, 226), (500, 226)], _METAL, 3)
    canvas.line(
        _smooth([(252, 204), (260, 262), (400, 268), (540, 262), (548, 204)], False), dark, 2
    )
    canvas.box((346, 238, 454, 258), (236, 238, 240), 3)
    for x in (252, 508):
        canvas.box((x, 302, x + 40, 312), _METAL, 4)


def _dashboard(canvas: _Canvas) -> None:
    canvas.box((90, 90, 710, 350), (58, 61, 65), 40)
    canvas.outline(
        [(116, 150), (400, 116), (684, 150), (690, 224), (400, 240), (110, 224)],
        (92, 96, 101),
        _GLASS,
    )
    canvas.box((150, 132, 610, 206), (12, 14, 17), 12)
    canvas.box((380, 142, 600, 196), (28, 62, 98), 6)
    canvas.line([(110, 246), (690, 246)], canvas.color, 6)
    for x in (430, 560):
        canvas.box((x, 262, x + 90, 292), (36, 38, 41), 6)
    for radius, color in ((104, (20, 21, 23)), (88, (58, 61, 65))):
        canvas.disc(250, 252, radius, color)
    canvas.box((156, 240, 344, 268), (20, 21, 23), 10)
    canvas.disc(250, 254, 36, (30, 32, 35))


def _door(canvas: _Canvas) -> None:
    door = [
        (170, 210),
        (288, 94),
        (308, 82),
        (596, 76),
        (612, 88),
        (636, 200),
        (624, 332),
        (606, 348),
    ]
    door.extend([(210, 350), (190, 336)])
    canvas.shadow(190, 630, 356)
    canvas.body(door)
    canvas.glass(
        [(214, 178), (306, 106), (582, 98), (598, 106), (606, 176), (590, 186), (230, 188)]
    )
    canvas.line([(190, 216), (628, 206)], _mix(canvas.color, 255, 0.5), 3)
    canvas.box((520, 226, 594, 242), _mix(canvas.color, 0, 0.35), 8)
    canvas.line([(200, 322), (616, 318)], _mix(canvas.color, 0, 0.5), 6)


VIEWS: Final[dict[str, tuple[Callable[[_Canvas], None], bool]]] = {
    "VehicleStatus": (_side, False),
    "FrontView": (_front, False),
    "SideViewLeft": (_side, False),
    "Dashboard": (_dashboard, False),
    "Driverdoor": (_door, False),
    "AngleSideViewForty": (_side, False),
    "AngleSideViewSixty": (_side, False),
    "FrontLeft": (_front, False),
    "FrontRight": (_front, True),
    "RearLeft": (_rear, False),
    "RearRight": (_rear, True),
    "RearView": (_rear, False),
}


def _smooth(points: Sequence[Point], closed: bool = True) -> list[Point]:
    """Return a Catmull-Rom curve through the points."""
    count = len(points)

    def ring(k: int) -> Point:
        return points[k % count if closed else min(max(k, 0), count - 1)]

    steps = [step / 8 for step in range(8)]
    return [
        _between(ring(k - 1), ring(k), ring(k + 1), ring(k + 2), step)
        for k in range(count if closed else count - 1)
        for step in steps
    ] + ([] if closed else [points[-1]])


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def axis(a: float, b: float, c: float, d: float) -> float:
        cubic = (-a + 3 * b - 3 * c + d) * t**3 + (2 * a - 5 * b + 4 * c - d) * t**2
        return (2 * b + (c - a) * t + cubic) / 2

    return axis(a[0], b[0], c[0], d[0]), axis(a[1], b[1], c[1], d[1])


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _outwards(x: float, y: float) -> Point:
    return (2 if x > SIZE[0] / 2 else -2), (2 if y > SIZE[1] / 2 else -2)


def _mix(color: Color, grey: int, share: float) -> Color:
    red, green, blue = (round(part + (grey - part) * share) for part in color)
    return red, green, blue


def _encode(image: Image.Image, kind: str, **options: int | bool) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
