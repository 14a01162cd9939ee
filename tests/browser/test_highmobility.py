"""The consent of a driver to High Mobility, clicked through in Chromium."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import Start
from .home import Home, button, field, state, wait_for_state

APP: Final = {
    "client_id": "2c9f2a0e-5d6b-4f0e-8a55-7f3f0d1c9b11",
    "client_secret": "s3cret-of-the-app-in-the-console",
}
CAR: Final = "WBY0FINGERPRINT01"
FOREIGN: Final = "WBA0NOTMINE000001"
MILEAGE: Final = "sensor.i4_edrive40_mileage"
SERVICE: Final = "sensor.high_mobility"


@pytest.fixture(scope="module")
def home(start: Start) -> Home:
    return start("--source", "highmobility", "--vin", CAR, "--empty")


def enter(home: Home, page: Page) -> Page:
    """Fill in the form of the app and submit it; return the window with the consent pages."""
    for name, value in {**APP, "auth_uri": f"{home.control}/oauth/new"}.items():
        field(page, name).fill(value)
    with page.expect_popup() as opened:
        button(page, "Submit").click()
    return opened.value


def decide(owner: Page, answer: str) -> None:
    """Go through the consent pages, and decide at the end."""
    following = owner.get_by_role("button", name="Continue")
    following.click()
    owner.locator("input[name=email]").fill("owner@example.com")
    owner.locator("input[name=country]").fill("DE")
    following.click()
    owner.locator("input[name=vin]").fill(CAR)
    following.click()
    owner.get_by_role("button", name=answer).click()


def test_mistakes(home: Home) -> None:
    """Each has a sentence, and all but the secret stays as it was typed."""
    page = home.set_up("High Mobility", "Cars of my fleet")
    field(page, "client_id").fill(APP["client_id"])
    field(page, "client_secret").fill("wrong")
    button(page, "Add Cars").click()
    car = page.locator("ha-input-multi input, ha-multi-textfield input").last
    car.fill(FOREIGN)
    button(page, "Submit").click()
    page.get_by_text("High Mobility refused the login").wait_for()
    expect(field(page, "client_id")).to_have_value(APP["client_id"])
    expect(car).to_have_value(FOREIGN)
    field(page, "client_secret").fill(APP["client_secret"])
    button(page, "Submit").click()
    page.get_by_text(f"The car …{FOREIGN[-7:]} has no main user").wait_for()
    car.fill(CAR)
    button(page, "Submit").click()
    field(page, "webhook_url").wait_for()
    page.close()


def test_denied_then_given(home: Home, record_property: Callable[[str, object], None]) -> None:
    """A denial keeps what was typed; consent waits for the portal, whose webhook brings values.

    Repairs says so if the owner takes it back there.
    """
    page = home.set_up("High Mobility", "Consent of the driver")
    decide(enter(home, page), "Deny")
    page.get_by_text("Consent was not given").wait_for()
    expect(field(page, "client_id")).to_have_value(APP["client_id"])
    expect(field(page, "client_secret")).to_have_value("")
    decide(enter(home, page), "Allow")

    address, secret = (field(page, name) for name in ("webhook_url", "webhook_secret"))
    expect(address).not_to_be_editable()
    expect(secret).not_to_be_editable()
    console = home.visit("/console")
    console.locator("input[name=url]").fill(address.input_value())
    console.locator("input[name=secret]").fill(secret.input_value())
    console.get_by_role("button", name="Save").click()
    button(page, "Submit").click()
    page.locator("step-flow-create-entry").first.wait_for()

    wait_for_state(page, f"{SERVICE}_last_webhook", seconds=5)
    assert state(page, MILEAGE) is None
    portal = home.visit("/portal")
    portal.get_by_role("button", name="approved").click()
    record_property("seconds until values", wait_for_state(page, MILEAGE, seconds=5))

    portal.get_by_role("button", name="revoked").click()
    repairs = home.open("/config/repairs")
    repairs.get_by_text("High Mobility: a car may not be read").first.click()
    repairs.get_by_text("then choose Reconfigure, which asks for clearance again").wait_for()
