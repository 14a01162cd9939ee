"""The card looks as it was accepted: a car of each kind of drive, light and dark.

Pictures are small and compared tolerantly, since fonts and values differ. With UPDATE_PICTURES set
they are written anew: look at them before you commit them.
"""

from io import BytesIO
import os
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page
import pytest

from .card import Car, go, named, shown

FOLDER: Final = Path(__file__).parent / "pictures"
CARS: Final = {"electric": "i5 eDrive40 Touring", "hybrid": "X5 xDrive50e", "fuel": "320i"}
SIZE: Final = (120, 160)
MOST: Final = 6.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", list(CARS))
def test_picture(page: Page, known: list[Car], kind: str, scheme: Any) -> None:
    """A card differs little from its accepted picture, and much from the other scheme's."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 480, "height": 900})
    go(page, named(known, CARS[kind]).device_id)
    card = shown(page, CARS[kind])
    image = card.locator(".picture img")
    image.evaluate("(image) => image.decode()")
    taken = Image.open(BytesIO(card.screenshot())).convert("RGB").resize(SIZE)
    path = FOLDER / f"{kind}-{scheme}.png"
    if os.environ.get("UPDATE_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        taken.quantize(64).save(path, optimize=True)
    assert difference(taken, path) < MOST
    other = "dark" if scheme == "light" else "light"
    assert difference(taken, FOLDER / f"{kind}-{other}.png") > 10 * MOST


def difference(taken: Image.Image, path: Path) -> float:
    """Return the mean difference of two pictures, up to 255."""
    accepted = Image.open(path).convert("RGB")
    parts = ImageStat.Stat(ImageChops.difference(taken, accepted)).mean
    return sum(parts) / len(parts)
