"""From "Add integration" to the first value, as the screens say, on a computer and on a phone."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import Start
from .home import Home, button, field, state, wait_for_state
from .test_portal import Portal

CLIENT_ID: Final = "8c1d2f5a-3b7e-4f60-9a21-5d0c7be4f913"
CAR: Final = "WBY0FINGERPRINT01"
SOC: Final = "sensor.i4_edrive40_remaining_battery_percent"
PHONE: Final = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(params=[{}, PHONE], ids=["desktop", "phone"])
def home(request: pytest.FixtureRequest, start: Start) -> Home:
    """A Home Assistant without an account, and a BMW where a client has no stream yet."""
    made = start("--source", "cardata", "--vin", CAR, "--empty", **request.param)
    do(made, "/unsubscribe/stream")
    return made


def do(home: Home, action: str) -> None:
    """Do something at the simulated BMW."""
    response = home.context.request.post(home.control + action)
    assert response.ok, response.text()


def submit(page: Page) -> None:
    """Go on to the next step."""
    button(page, "Submit").click()


def choose(page: Page, text: str) -> None:
    """Choose from a menu."""
    page.locator("step-flow-menu").get_by_text(text).first.click()


def tick(home: Home, bookmark: str) -> str:
    """Open the list of data in the portal, use the bookmark there, and save."""
    portal = Portal(home.context.new_page())
    portal.stop_clock()
    portal.page.goto(f"{home.control}/cardata/selection")
    portal.let_time_pass(10_000)
    portal.choose_bookmark(bookmark)
    portal.page.get_by_role("button", name="Save").click()
    assert portal.page.evaluate("saved.length") == 36
    portal.page.close()
    return portal.said[0]


def test_newcomer(
    home: Home, record_property: Callable[[str, object], None], tmp_path: Path
) -> None:
    """Each screen leads to the next one, a missing service is named, and there is a value."""
    page = home.set_up("BMW CarData, step by step")

    def picture(name: str) -> None:
        page.screenshot(path=tmp_path / f"{name}.png")

    expect(page.get_by_text("You have to be the main user").first).to_be_visible()
    picture("1-guide")
    submit(page)
    link = page.get_by_role("link", name="the portal").first
    expect(link).to_have_attribute("href", "https://www.bmw.de/de-de/mybmw/vehicle-overview")
    picture("2-portal")
    submit(page)
    field(page, "client_id").fill(CLIENT_ID)
    picture("3-client")
    submit(page)
    page.get_by_text("Switch on both services").first.wait_for()
    submit(page)
    page.get_by_text("CarData API is on. CarData Stream is not").first.wait_for()
    picture("4-services")
    do(home, "/subscribe/stream")
    page.locator("ha-switch, ha-checkbox").first.click()
    submit(page)
    page.get_by_text("What should the car send?").first.wait_for()
    page.get_by_text("Essential: range").first.click()
    picture("5-select")
    submit(page)
    page.get_by_text("vehicle.vehicle.travelledDistance").first.wait_for()
    picture("6-boxes")
    choose(page, "Let the browser tick them")
    text = page.locator("ha-textarea textarea, ha-selector-text textarea").first
    text.wait_for()
    picture("7-helper")
    assert tick(home, text.input_value()).startswith("36 of 36 boxes are ticked.")
    submit(page)
    choose(page, "Done, log in")
    submit_code(page, picture)
    do(home, "/stream/refuse")
    do(home, "/approve")
    page.get_by_text("Now lock and unlock each car").first.wait_for()
    page.get_by_text("BMW's stream does not let this account in").first.wait_for()
    picture("9-cars")
    do(home, "/stream/accept")
    page.get_by_text("It sends.").first.wait_for()
    picture("10-sends")
    submit(page)
    page.locator("step-flow-create-entry").first.wait_for()
    record_property("seconds until a value", wait_for_state(page, SOC, seconds=10))
    assert float(state(page, SOC) or "") > 0


def submit_code(page: Page, picture: Callable[[str], None]) -> None:
    """Go on from the step that shows the code."""
    page.get_by_text("Approve the code").first.wait_for()
    picture("8-code")
    submit(page)
