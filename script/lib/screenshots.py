"""Take screenshots of a Home Assistant started by script/develop, of at most 150 kB each."""

from collections.abc import Callable
from io import BytesIO
import json
import os
from pathlib import Path
import re
import shutil
import sys
from time import monotonic, sleep
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_FLAGS: Final = ("--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb")
_PATIENCE: Final = 180.0
_LARGEST: Final = 150_000
_BUSY: Final = """() => {
  const look = (root) => [...root.querySelectorAll('*')].some((item) =>
    (item.matches('hass-loading-screen, ha-spinner, ha-launch-screen, #ha-launch-screen')
      && item.getClientRects().length) || (item.shadowRoot && look(item.shadowRoot)));
  const main = document.querySelector('home-assistant');
  return main?.hass?.config?.state === 'RUNNING' && !look(document);
}"""
_GRAPHS: Final = ("Distance", "Driving energy")
# Such as Nov 30
_TODAY: Final = re.compile(r"^\s*[A-Z][a-z]{2} \d+\s*$")
_CALENDARS: Final = """() => Object.keys(document.querySelector('home-assistant').hass.states)
  .some((id) => id.startsWith('calendar.'))"""
_DEVICE: Final = """async (model) => {
  const hass = document.querySelector('home-assistant').hass;
  const devices = await hass.callWS({type: 'config/device_registry/list'});
  return devices.find((device) => device.name.includes(model)).id;
}"""


def main(url: str, folder: Path, *names: str) -> None:
    """Write all pictures into a folder, or those with these names."""
    _wait(url)
    folder.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        context = browser.new_context(
            viewport={"width": 1280, "height": 860},
            locale="en-US",
            timezone_id="Europe/Berlin",
            color_scheme="light",
            reduced_motion="reduce",
            service_workers="block",
        )
        settings = json.dumps({"selectedLanguage": '"en"', "dockedSidebar": '"always_hidden"'})
        context.add_init_script(f"Object.assign(localStorage, {settings})")
        for name in names or _PICTURES:
            _save(folder / f"{name}.png", _PICTURES[name](context, url))
        browser.close()


def _card(scheme: str) -> Callable[[BrowserContext, str], bytes]:
    """Return a function that takes the cards of all cars, light or dark."""

    def take(context: BrowserContext, url: str) -> bytes:
        page = _open(context, f"{url}/cars/all")
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(2000)
        boxes = [card.bounding_box() for card in page.locator("mybmw-card").all()]
        bottom = max(box["y"] + box["height"] for box in boxes if box)
        page.set_viewport_size({"width": 1280, "height": int(bottom) + 16})
        page.wait_for_timeout(1000)
        picture: bytes = page.screenshot()
        page.close()
        return picture

    return take


def _dashboard(context: BrowserContext, url: str) -> bytes:
    page = _car(context, url)
    picture: bytes = page.screenshot()
    return picture


def _car(context: BrowserContext, url: str) -> Page:
    """Open the view of the electric car, high enough for all of it."""
    page = _open(context, url)
    page = _open(context, f"{url}/cars/{page.evaluate(_DEVICE, 'i4')}")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.wait_for_timeout(3000)
    return page


def _device(context: BrowserContext, url: str) -> bytes:
    page = _open(context, url)
    device = page.evaluate(_DEVICE, "i4")
    page = _open(context, f"{url}/config/devices/device/{device}")
    page.wait_for_timeout(1000)
    picture: bytes = page.screenshot()
    return picture


def _set_up(context: BrowserContext, url: str) -> bytes:
    page = _open(context, f"{url}/config/integrations/dashboard/add?domain=mybmw")
    page.locator("ha-button").filter(has_text="OK").first.click()
    page.locator("step-flow-menu").first.wait_for()
    page.get_by_text("BMW CarData, with").first.click()
    page.locator("input[name=client_id]").wait_for()
    page.wait_for_timeout(1000)
    picture: bytes = page.screenshot()
    return picture


def _energy(context: BrowserContext, url: str) -> bytes:
    page = _open(context, f"{url}/energy")
    # Tall, so that the bar at the bottom hides nothing
    page.set_viewport_size({"width": 1280, "height": 2000})
    page.locator("hui-energy-period-selector").first.get_by_text(_TODAY).first.click()
    page.get_by_text("Last 7 days").first.click()
    page.wait_for_timeout(2000)
    card = page.locator("hui-energy-devices-detail-graph-card").first
    card.scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    picture: bytes = card.screenshot()
    return picture


def _energy_device(context: BrowserContext, url: str) -> bytes:
    page = _open(context, f"{url}/config/energy")
    devices = page.locator("ha-energy-device-settings").first
    device = devices.locator(".row").filter(has_text="i4").first
    device.locator("ha-icon-button").first.click()
    page.wait_for_timeout(2000)
    picture: bytes = page.screenshot()
    return picture


def _statistics(context: BrowserContext, url: str) -> bytes:
    graphs = _car(context, url).locator("hui-statistics-graph-card")
    boxes = [graphs.filter(has_text=title).first.bounding_box() for title in _GRAPHS]
    left, top = (min(box[side] for box in boxes if box) for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes if box)
    bottom = max(box["y"] + box["height"] for box in boxes if box)
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    picture: bytes = graphs.page.screenshot(clip=clip)
    return picture


def _calendar(context: BrowserContext, url: str) -> bytes:
    page = _open(context, f"{url}/calendar")
    page.wait_for_function(_CALENDARS, timeout=60_000)
    page.reload()
    page.wait_for_function(_BUSY)
    page.wait_for_timeout(3000)
    picture: bytes = page.screenshot()
    return picture


_PICTURES: Final[dict[str, Callable[[BrowserContext, str], bytes]]] = {
    "card": _card("light"),
    "card-dark": _card("dark"),
    "dashboard": _dashboard,
    "device": _device,
    "set-up": _set_up,
    "energy": _energy,
    "energy-device": _energy_device,
    "statistics": _statistics,
    "calendar": _calendar,
}


def _open(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.wait_for_function(_BUSY)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    return page


def _save(path: Path, picture: bytes) -> None:
    """Write a picture with as many colours as the maximum size allows."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colors in (256, 128, 64, 32):
        image.quantize(colors, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= _LARGEST:
            break
    print(path, path.stat().st_size)


def _wait(url: str) -> None:
    """Wait until the cars are set up, and the simulation can be controlled on the next port."""
    base, _, port = url.rpartition(":")
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        try:
            urlopen(f"{base}:{int(port) + 1}/calls")
        except URLError, ConnectionError:
            sleep(0.5)
        else:
            return
    raise TimeoutError("script/develop is not ready")


main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
