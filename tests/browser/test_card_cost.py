"""What the card costs a browser, compared with a tile of Home Assistant."""

from collections.abc import Callable
import json
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .card import Car, named

ELECTRIC: Final = "i4 eDrive40"
SENSOR: Final = "sensor.i4_edrive40_remaining_battery_percent"
type Total = Callable[[list[float]], float]
type Record = Callable[[str, object], None]

SOME: Final = 10
MANY: Final = 50
UPDATES: Final = 30
ROUNDS: Final = 7
LONG: Final = 50.0
# Elements on the page itself, and messages of the server as they come by the websocket
PREPARE: Final = """() => {
  const hass = () => document.querySelector('home-assistant').hass;
  const socket = hass().connection.socket, send = socket.send.bind(socket);
  let subscription;
  socket.send = (text) => {
    for (const item of [JSON.parse(text)].flat())
      if (item.type === 'mybmw/card/subscribe') subscription = item.id;
    send(text);
  };
  const stage = document.createElement('div');
  stage.style.cssText = `position: fixed; inset: 0; z-index: 9; overflow: auto; display: grid;
    grid-template-columns: repeat(10, 1fr); background: var(--primary-background-color)`;
  document.body.append(stage);
  const settle = async (elements) => {
    await Promise.all(elements.map((item) => item.updateComplete));
    await new Promise((done) => setTimeout(done));
    return stage.offsetHeight;
  };
  window.bench = {
    // Until all elements are drawn; what they consist of is named by a selector
    async paint(name, config, number, selector) {
      stage.replaceChildren();
      const elements = Array.from({length: number}, () => {
        const element = document.createElement(name);
        element.setConfig(config);
        element.hass = hass();
        return element;
      });
      stage.append(...elements);
      const drawn = (element) => element.shadowRoot?.querySelector(selector)?.offsetHeight;
      do await new Promise(requestAnimationFrame); while (!elements.every(drawn));
    },
    async tile(id, value) {
      const [element] = stage.children, now = hass(), state = now.states[id];
      element.hass = {...now, states: {...now.states, [id]: {...state, state: String(value)}}};
      await settle([element]);
    },
    async card(fact, value) {
      const event = {facts: {[fact]: {...window.fact, value}}};
      const data = JSON.stringify({id: subscription, type: 'event', event});
      socket.dispatchEvent(new MessageEvent('message', {data}));
      await settle([...stage.children]);
    },
  };
}"""
FACT: Final = {
    "value": 50,
    "unit": "%",
    "precision": 0,
    "text": None,
    "name": "Charge",
    "entity_id": SENSOR,
    "at": None,
    "stale": False,
    "reason": None,
}
PAINT: Final = "(given) => bench.paint(...given)"
UPDATE_TILE: Final = """async ([id, times]) => {
  for (let value = 0; value < times; value++) await bench.tile(id, value);
}"""
UPDATE_CARD: Final = """async ([times]) => {
  for (let value = 0; value < times; value++) await bench.card('charge_level', value);
}"""
TASKS: Final = "disabled-by-default-devtools.timeline"


@pytest.fixture
def bench(page: Page) -> Page:
    """A page that can measure."""
    page.evaluate(PREPARE)
    page.evaluate("(fact) => { window.fact = fact; }", FACT)
    return page


def test_cost(bench: Page, known: list[Car], record_testsuite_property: Record) -> None:
    """An update costs at most three times, the first paint ten times that of a tile."""
    config = {"type": "custom:mybmw-card", "device_id": named(known, ELECTRIC).device_id}
    tile = {"type": "tile", "entity": SENSOR}
    paint_tile = least(bench, sum, PAINT, ["hui-tile-card", tile, SOME, "ha-card"])
    update_tile = least(bench, sum, UPDATE_TILE, [SENSOR, UPDATES])
    paint_card = least(bench, sum, PAINT, ["mybmw-card", config, SOME, ".name"])
    expect(bench.locator("mybmw-card .name")).to_have_count(SOME + 1)
    bench.evaluate(PAINT, ["mybmw-card", config, 1, ".name"])
    update_card = least(bench, sum, UPDATE_CARD, [UPDATES])
    figures = {"paint": (paint_card, paint_tile), "update": (update_card, update_tile)}
    record_testsuite_property("milliseconds, of the card and of a tile", figures)
    assert paint_card <= 10 * paint_tile
    assert update_card <= 3 * update_tile


def test_many_cards(bench: Page, known: list[Car], record_testsuite_property: Record) -> None:
    """Fifty cards of a page share one subscription, and an update has no task that is long.

    That is promised of most updates: one during which the browser tidies up takes longer.
    """
    config = {"type": "custom:mybmw-card", "device_id": named(known, ELECTRIC).device_id}
    bench.set_viewport_size({"width": 3000, "height": 4000})
    bench.evaluate(PAINT, ["mybmw-card", config, MANY, ".name"])
    expect(bench.locator("mybmw-card .name")).to_have_count(MANY + 1)
    found = least(bench, usual_longest, UPDATE_CARD, [UPDATES], rounds=2)
    record_testsuite_property("longest task of an update of many cards, ms", found)
    assert found < LONG


def usual_longest(tasks: list[float]) -> float:
    """Return how long the longest task of every other update is at most."""
    return sorted(tasks)[-UPDATES // 2]


def least(page: Page, total: Total, code: str, given: object, rounds: int = ROUNDS) -> float:
    """Return what some tasks of a page take as a whole, in ms, the least of some measurements.

    A task is as long as it uses a processor: the time that passes says more of what else the
    machine does.
    """
    return min(total(_tasks(page, code, given)) for _ in range(rounds))


def _tasks(page: Page, code: str, given: object) -> list[float]:
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel", TASKS])
    page.evaluate(code, given)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    pages = {item["tid"] for item in events if item.get("args", {}).get("name") == "CrRendererMain"}
    tasks = (item for item in events if item["name"] == "RunTask" and item["tid"] in pages)
    return [item["tdur"] / 1000 for item in tasks if "tdur" in item]
