"""The drawing of how far a car comes, in Chromium."""

import json
from shutil import copytree
from typing import Final

from playwright.sync_api import Dialog, Page
import pytest

from .conftest import Start
from .home import ROOT, Home

RECORDED: Final = ROOT / "tests" / "fingerprints" / "connecteddrive"
HOSTILE: Final = "\"/></svg><script>alert(1)</script><img src=x onerror='alert(2)'>"
# The drawing of the car with polygons; its entity id follows from what the car is called
PICTURE: Final = """() => Object.values(document.querySelector('home-assistant').hass.states)
  .find((item) => item.entity_id.startsWith('image.') && item.entity_id.endsWith('_reach'))
  ?.attributes.entity_picture"""


@pytest.fixture(scope="module")
def home(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The simulated cars of the legacy API, which is hostile in every text about the drawing."""
    folder = copytree(RECORDED, tmp_path_factory.mktemp("cars") / "connecteddrive")
    listed = folder / "vehicles.json"
    cars = json.loads(listed.read_text("utf-8"))
    for car in cars["vehicles"]:
        car["model"] = HOSTILE
    listed.write_text(json.dumps(cars), "utf-8")
    for path in folder.glob("*/range_maps.json"):
        found = json.loads(path.read_text("utf-8"))
        found["rangemap"]["quality"] = HOSTILE
        for item in found["rangemap"]["rangemaps"]:
            item["type"] += HOSTILE
        path.write_text(json.dumps(found), "utf-8")
    return start("--source", "connecteddrive", "--fingerprints", str(folder))


def drawing(home: Home) -> str:
    """Return the address of the drawing, once there is one."""
    page = home.open()
    address = page.wait_for_function(PICTURE).json_value()
    page.close()
    return f"{home.url}{address}"


def quiet_page(home: Home) -> tuple[Page, list[str]]:
    """Return an empty page, and what opens on it or goes wrong."""
    page, noted = home.context.new_page(), list[str]()

    def note(dialog: Dialog) -> None:
        noted.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.on("pageerror", lambda error: noted.append(error.message))
    return page, noted


def test_opens_by_itself(home: Home) -> None:
    """It is a document of shapes and numbers, even where scripts could run."""
    page, noted = quiet_page(home)
    response = page.goto(drawing(home))
    assert response is not None
    assert response.header_value("content-type") == "image/svg+xml"
    assert page.evaluate("document.documentElement.nodeName") == "svg"
    names = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(i => i.nodeName))]")
    assert set(names) == {"svg", "rect", "circle", "polygon", "path", "text"}
    assert page.locator("polygon").count() == 2
    assert page.locator("text").last.text_content() == "64 km"
    box = page.locator("polygon").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 300
    assert noted == []


def test_shown_on_a_dashboard(home: Home) -> None:
    """It has a size, and is drawn: the middle has the colors of both driving modes."""
    address = drawing(home)
    page, noted = quiet_page(home)
    page.goto(f"{home.url}/static/icons/favicon.ico")
    found = page.evaluate(
        """async (address) => {
          const image = new Image();
          image.src = address;
          await image.decode();
          const canvas = document.createElement('canvas').getContext('2d');
          [canvas.canvas.width, canvas.canvas.height] = [400, 400];
          canvas.drawImage(image, 0, 0);
          const pixel = (x, y) => [...canvas.getImageData(x, y, 1, 1).data].slice(0, 3);
          return [image.naturalWidth, image.naturalHeight, pixel(2, 2), pixel(185, 230)];
        }""",
        address,
    )
    width, height, corner, middle = found
    assert (width, height) == (400, 400)
    assert corner == [255, 255, 255]
    assert middle[0] < middle[1] < middle[2] < 255
    assert noted == []
