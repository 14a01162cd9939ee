"""What people do with the card: add it, send commands, leave the page, have it read to them."""

from collections.abc import Iterator
import json
import re
from typing import Any, Final

from playwright.sync_api import Page, WebSocket, expect
import pytest

from .card import DASHBOARD, Car, ask, go, listen, named, put, shown, unfolded
from .home import ROOT, Home, state, wait_until

AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
AUDIT: Final = """async ([selector, tags]) => {
  const find = (root) => root.querySelector(selector)
    ?? [...root.querySelectorAll('*')].map((node) => node.shadowRoot && find(node.shadowRoot))
      .find(Boolean);
  const answer = await axe.run(find(document), {runOnly: {type: 'tag', values: tags}});
  return answer.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.flat().at(-1)} ${node.failureSummary}`));
}"""
HIDE: Final = """(hidden) => {
  Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
STATE: Final = """([id, state]) =>
  document.querySelector('home-assistant').hass.states[id].state === state"""
EMPTY: Final = "card-empty"
HOLD: Final = 1_300
ELECTRIC: Final = "i4 eDrive40"
LOCK: Final = "lock.i4_edrive40_lock"
CLIMATE: Final = "switch.i4_edrive40_climate"


def test_add_card(garage: Home, known: list[Car]) -> None:
    """The picker offers the card for an entity of the car; one click adds it."""
    put(garage, {"empty": []}, EMPTY)
    page = garage.open(f"/{EMPTY}/empty?edit=1")
    page.locator("hui-grid-section").first.locator(".add").first.click()
    picker = page.locator("hui-dialog-create-card")
    picker.locator("input").first.fill(f"{ELECTRIC} lock")
    picker.get_by_text("Lock", exact=True).first.click()
    offered = picker.locator("hui-suggestion-card").filter(has_text="MyBMW")
    expect(offered.locator("mybmw-card .name")).to_have_text(ELECTRIC)
    offered.get_by_text("MyBMW").first.click()
    expect(picker.locator("input")).to_have_count(0)
    expect(page.locator("mybmw-card .name").first).to_have_text(ELECTRIC)
    saved = ask(page, "lovelace/config", url_path=EMPTY)["views"][0]["sections"][0]["cards"]
    device = named(known, ELECTRIC).device_id
    assert [(card["type"], card["device_id"]) for card in saved] == [("custom:mybmw-card", device)]
    page.close()


def test_dashboard_is_listed(garage: Home) -> None:
    """Adding a dashboard offers the one of the cars."""
    page = garage.open("/config/lovelace/dashboards")
    page.locator("ha-button").filter(has_text="Add dashboard").first.click()
    offered = page.locator("dashboard-card").filter(has_text="A dashboard for your cars")
    expect(offered).to_be_visible()
    page.close()


def test_own_dashboard(garage: Home, known: list[Car]) -> None:
    """A view and a section of a dashboard of one's own can be generated for a car."""
    page = garage.open("/config/dashboard")
    errors, car = (
        listen(page),
        {"type": "custom:mybmw-car", "device_id": named(known, ELECTRIC).device_id},
    )
    section = {"strategy": {**car, "section": "charging"}}
    views = [
        {"path": "car", "strategy": car},
        {"path": "one", "type": "sections", "sections": [section]},
    ]
    put(garage, {"car": []}, EMPTY)
    ask(page, "lovelace/config/save", url_path=EMPTY, config={"views": views})
    go(page, "car", EMPTY)
    shown(page, ELECTRIC)
    expect(page.locator("mybmw-charge-feature .level")).to_be_visible()
    expect(page.locator("mybmw-lock-feature button").first).to_be_visible()
    go(page, "one", EMPTY)
    expect(page.locator("mybmw-card .part-head")).to_have_count(0)
    expect(page.locator("mybmw-charge-feature .level")).to_be_visible()
    assert errors == []
    page.close()


@pytest.fixture
def electric(page: Page, known: list[Car]) -> Page:
    """A page with the card of an electric car that takes commands."""
    go(page, named(known, ELECTRIC).device_id)
    shown(page, ELECTRIC)
    return page


def press(page: Page, label: str, milliseconds: int = 0) -> None:
    """Click on a button of the card, or hold it."""
    button = page.locator("mybmw-card .command").filter(has=page.get_by_text(label, exact=True))
    button.click(delay=milliseconds)


def test_unlock_and_lock(electric: Page) -> None:
    """A tap unlocks nothing, a long press does; the outcome is shown."""
    outcome = electric.locator("mybmw-card .outcome").first
    press(electric, "Unlock")
    expect(outcome).to_contain_text("Hold")
    assert state(electric, LOCK) == "locked"
    press(electric, "Unlock", HOLD)
    expect(outcome).to_have_text(re.compile("Unlock: (Carried out|Confirmed)"))
    expect(electric.locator("mybmw-card .lock")).to_have_text("Unlocked")
    electric.wait_for_function(STATE, arg=[LOCK, "unlocked"])
    press(electric, "Lock")
    expect(electric.locator("mybmw-card .lock")).to_have_text("Locked")
    electric.wait_for_function(STATE, arg=[LOCK, "locked"])


def test_climate(electric: Page) -> None:
    """The climate control starts, and is then shown to run."""
    press(electric, "Start climate control")
    outcome = electric.locator("mybmw-card .outcome").first
    expect(outcome).to_have_text("Start climate control: Carried out")
    electric.wait_for_function(STATE, arg=[CLIMATE, "on"])
    electric.locator("mybmw-card .fold").filter(has_text="Climate").click()
    expect(electric.locator("mybmw-card .panel")).to_contain_text("Cooling")


def test_horn_asks_first(electric: Page) -> None:
    """The horn sounds only after a confirmation, which can be taken back."""
    press(electric, "Sound horn")
    dialog = electric.locator("mybmw-card dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Cancel").click()
    expect(dialog).to_have_count(0)
    expect(electric.locator("mybmw-card .outcome").first).not_to_contain_text("Sound horn")


@pytest.fixture
def frames(garage: Home, known: list[Car]) -> Iterator[tuple[Page, list[dict[str, Any]]]]:
    """A page with a card, and what it sends by its websocket."""
    page, sent = garage.context.new_page(), list[dict[str, Any]]()

    def note(payload: str | bytes) -> None:
        content = json.loads(payload)
        sent.extend(content if isinstance(content, list) else [content])

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", note)

    page.on("websocket", watch)
    page.goto(f"{garage.url}/{DASHBOARD}/{named(known, ELECTRIC).device_id}")
    shown(page, ELECTRIC)
    yield page, sent
    page.close()


def test_hidden(frames: tuple[Page, list[dict[str, Any]]]) -> None:
    """A page that is hidden is sent nothing, until it is seen again."""
    page, sent = frames
    begun = [item["id"] for item in sent if item["type"] == "mybmw/card/subscribe"]
    page.evaluate(HIDE, True)
    assert begun
    wait_until(
        page,
        lambda: (
            {*begun}
            <= {item["subscription"] for item in sent if item["type"] == "unsubscribe_events"}
        ),
    )
    sent.clear()
    page.evaluate(HIDE, False)
    expect(page.locator("mybmw-card .name").first).to_have_text(ELECTRIC)
    wait_until(page, lambda: "mybmw/card/subscribe" in [item["type"] for item in sent])
    page.wait_for_timeout(200)
    assert [item["type"] for item in sent].count("mybmw/card/subscribe") == 1


@pytest.mark.skipif(not AXE.exists(), reason="script/frontend has not installed axe")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [ELECTRIC, "330e", "530d"])
def test_accessibility(page: Page, known: list[Car], name: str, scheme: str) -> None:
    """Neither the card nor one of its parts breaks a rule of WCAG 2.1 AA."""
    errors = listen(page)
    page.emulate_media(color_scheme=scheme)
    go(page, named(known, name).device_id)
    card = shown(page, name)
    page.add_script_tag(path=AXE)
    wrong = {"folded": page.evaluate(AUDIT, ["mybmw-card", RULES])}
    for part in unfolded(card):
        wrong[part] = page.evaluate(AUDIT, ["mybmw-card", RULES])
    assert {part: found for part, found in wrong.items() if found} == {}
    assert errors == []
