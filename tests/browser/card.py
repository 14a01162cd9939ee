"""The card in Chromium: where it is put, and what is wrong with what it shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from .home import Home

DASHBOARD: Final = "card-test"
# The network of the test: no map tiles, no pictures of brands, and no source of the frontend
_NOISE: Final = (
    "map_tiles",
    "brands.home-assistant.io",
    "raw.githubusercontent.com",
    "/api/brands/",
    "Service Worker",
    "of undefined (reading 'addEventListener')",  # of the registration of a service worker
    "GL Driver Message",
)
_SEND: Final = """(message) => document.querySelector('home-assistant').hass.connection
  .sendMessagePromise(message)"""
_GO: Final = """(path) => {
  history.pushState(null, '', path);
  dispatchEvent(new CustomEvent('location-changed', {detail: {replace: false}}));
}"""
_COMPLETE: Final = """async (panel) => {
  for (const node of panel.querySelectorAll(':not(:defined)'))
    await customElements.whenDefined(node.localName);
  await Promise.all([...panel.querySelectorAll('*')].map((node) => node.updateComplete));
}"""
_FAULTS: Final = """(card) => {
  const found = new Set(), box = card.getBoundingClientRect();
  const key = /(^|\\s)[a-z0-9]+(_[a-z0-9]+)+(\\s|$)/;
  const broken = /undefined|\\bNaN\\b|\\[object|\\{\\w+\\}|Invalid Date/;
  const foreign = (node) => ['ha-map', 'hui-map-card'].includes(node.localName);
  const look = (root) => {
    for (const node of root.querySelectorAll('*')) {
      if (foreign(node)) continue;
      const {left, right, width} = node.getBoundingClientRect();
      const shown = width && !node.closest('svg') && getComputedStyle(node).visibility !== 'hidden';
      if (shown && (right > box.right + 1 || left < box.left - 1))
        found.add(`overflow: ${node.localName}.${node.className}`);
      for (const child of node.childNodes)
        if (child.nodeType === Node.TEXT_NODE && (key.test(child.data) || broken.test(child.data)))
          found.add(`text: ${child.data.trim().slice(0, 80)}`);
      const label = node.getAttribute('aria-label') ?? '';
      if (key.test(label) || broken.test(label)) found.add(`label: ${label.slice(0, 80)}`);
      if (node.localName === 'button' && !label && !node.innerText.trim())
        found.add(`button without a name: ${node.className}`);
      if (node.shadowRoot) look(node.shadowRoot);
    }
  };
  look(card.shadowRoot);
  if (document.documentElement.scrollWidth > innerWidth + 1) found.add('overflow: the page');
  return [...found].sort();
}"""


@dataclass(frozen=True, slots=True)
class Car:
    """A car as the integration lists it."""

    device_id: str
    name: str
    drive: str


def ask(page: Page, command: str, **fields: Any) -> Any:
    """Send a command by the connection of the page, and return its answer."""
    return page.evaluate(_SEND, {"type": command, **fields})


def cars(page: Page) -> list[Car]:
    """Return all cars."""
    found = ask(page, "mybmw/card/cars")
    return [Car(item["device_id"], item["name"], item["drive"]) for item in found]


def named(known: Iterable[Car], name: str) -> Car:
    """Return the car with a name."""
    return next(car for car in known if car.name == name)


def put(
    home: Home, views: Mapping[str, Sequence[Mapping[str, Any]]], dashboard: str = DASHBOARD
) -> None:
    """Make a dashboard with these views, by path, each with these cards."""
    page = home.open("/config/dashboard")
    known = {item["url_path"] for item in ask(page, "lovelace/dashboards/list")}
    if dashboard not in known:
        more = {"url_path": dashboard, "title": "Test", "mode": "storage"}
        ask(page, "lovelace/dashboards/create", **more)
    made = [
        {
            "path": path,
            "title": path,
            "type": "sections",
            "sections": [{"type": "grid", "cards": list(cards)}],
        }
        for path, cards in views.items()
    ]
    ask(page, "lovelace/config/save", url_path=dashboard, config={"views": made})
    page.close()


def go(page: Page, path: str, dashboard: str = DASHBOARD) -> None:
    """Show another view, as a click on a link does."""
    page.evaluate(_GO, f"/{dashboard}/{path}")


def card_of(device_id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the configuration of a card."""
    device = {} if device_id is None else {"device_id": device_id}
    return {"type": "custom:mybmw-card", **device, **more, "grid_options": {"columns": 12}}


def shown(page: Page, name: str | None = None) -> Locator:
    """Return the card once it shows a car, which may have to have a name."""
    card = page.locator("mybmw-card").first
    title = card.locator(".part-head .name").first
    if name is None:
        expect(title).to_be_visible()
    else:
        expect(title).to_have_text(name)
    return card


def faults(card: Locator) -> list[str]:
    """Return what is wrong: texts that are missing or broken, and what is wider than the card."""
    found: list[str] = card.evaluate(_FAULTS)
    return found


def unfolded(card: Locator) -> Iterator[str]:
    """Unfold one part of a card after another; yield its name."""
    for fold in card.locator(".fold").all():
        fold.click()
        panel = card.locator(".panel")
        expect(panel).to_be_visible()
        panel.evaluate(_COMPLETE)
        expect(panel.locator(".wait")).to_have_count(0)
        yield fold.inner_text()


def listen(page: Page) -> list[str]:
    """Return a list that grows with each error in the console of a page."""
    errors: list[str] = []

    def note(text: str) -> None:
        # Home Assistant's page does not expect that there is no service worker
        worker = "addEventListener" in text and "/mybmw_frontend/" not in text
        if not worker and not any(noise in text for noise in _NOISE):
            errors.append(text)

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            note(f"{message.text} {message.location.get('url', '')}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: note(f"{error} {error.stack}"))
    return errors
