"""The card is there whenever a page is opened, however dashboards get their resources."""

import os
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page
import pytest

from .conftest import Start
from .home import Home

LOADS: Final = int(os.environ.get("MYBMW_COLD_LOADS", "3"))
CARD: Final = "/mybmw_frontend/mybmw-card.js"
PATH: Final = "/card-test/0"
YAML: Final = """
homeassistant:
  country: DE
  auth_providers:
    - type: trusted_networks
      trusted_networks: ["127.0.0.1"]
      allow_bypass_login: true
    - type: homeassistant
config:
frontend:
history:
logbook:
lovelace:
  resource_mode: yaml
  resources: {resources}
"""
LINES: Final = f"[{{url: {CARD}, type: module}}]"
CALL: Final = "(message) => document.querySelector('home-assistant').hass.callWS(message)"
# The texts of all cards of ours, and of those that could not be made
SHOWN: Final = """() => {
  const found = {cards: [], errors: []};
  const look = (root) => root.querySelectorAll('*').forEach((item) => {
    const text = item.shadowRoot?.textContent;
    if (item.localName === 'mybmw-card' && text) found.cards.push(text);
    if (item.localName === 'hui-error-card') found.errors.push(text);
    if (item.shadowRoot) look(item.shadowRoot);
  });
  look(document);
  return found;
}"""
READY: Final = (
    f"() => {{ const found = ({SHOWN})(); return found.cards.some((text) => text.includes('%')); }}"
)


def call(page: Page, kind: str, **fields: Any) -> Any:
    return page.evaluate(CALL, {"type": kind, **fields})


def add_dashboard(home: Home) -> None:
    """Add a dashboard with nothing but the card."""
    page = home.open()
    call(
        page,
        "lovelace/dashboards/create",
        url_path="card-test",
        title="Card",
        mode="storage",
        show_in_sidebar=False,
        require_admin=False,
    )
    config = {"views": [{"title": "Card", "cards": [{"type": "custom:mybmw-card"}]}]}
    call(page, "lovelace/config/save", url_path="card-test", config=config)
    page.close()


@pytest.fixture(scope="module", params=["storage", "yaml", "yaml_with_lines"])
def home(request: pytest.FixtureRequest, start: Start, tmp_path_factory: Any) -> Home:
    arguments = ["--source", "mybmw", "--vin", "WBY0FINGERPRINT02"]
    if request.param != "storage":
        folder: Path = tmp_path_factory.mktemp("yaml")
        resources = "[]" if request.param == "yaml" else LINES
        (folder / "configuration.yaml").write_text(YAML.format(resources=resources), "utf-8")
        arguments += ["--config", str(folder)]
    made = start(*arguments)
    add_dashboard(made)
    return made


def test_cold_loads(home: Home) -> None:
    """A browser that has never been here shows the card, and so it does from its cache."""
    browser = home.context.browser
    assert browser is not None
    for _ in range(LOADS):
        context = browser.new_context(locale="en-US")
        errors: list[str] = []
        page = context.new_page()
        page.on("pageerror", lambda error, errors=errors: errors.append(error.message))
        page.goto(home.url + PATH)
        page.wait_for_function(READY)
        assert page.evaluate(SHOWN)["errors"] == []
        page.reload()
        page.wait_for_function(READY)
        assert page.evaluate(SHOWN)["errors"] == []
        assert [error for error in errors if error != "disconnected"] == []
        context.close()


def test_changed_card(home: Home, request: pytest.FixtureRequest) -> None:
    """After an update, which changes the address of the card, an open browser shows it again."""
    if request.node.callspec.params["home"] != "storage":
        pytest.skip("in YAML the address does not change")
    page = home.open(PATH)
    found = call(page, "lovelace/resources")
    own = next(item for item in found if item["url"].startswith(CARD))
    for number in range(LOADS):
        url = f"{CARD}?v={number:012x}"
        change = {"resource_id": own["id"], "res_type": "module", "url": url}
        call(page, "lovelace/resources/update", **change)
        page.reload()
        page.wait_for_function(READY)
        assert page.evaluate(SHOWN)["errors"] == []
        loaded = "() => performance.getEntriesByType('resource').map((item) => item.name)"
        assert home.url + url in page.evaluate(loaded)
    page.close()


def test_repair(home: Home, request: pytest.FixtureRequest) -> None:
    """Only where a line is missing in YAML is there a repair."""
    page = home.open()
    issues = call(page, "repairs/list_issues")["issues"]
    found = [item["issue_id"] for item in issues if item["issue_id"].startswith("card_")]
    missing = request.node.callspec.params["home"] == "yaml"
    assert found == (["card_in_yaml"] if missing else [])
    page.close()
