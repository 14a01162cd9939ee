"""Two weeks of a car in Chromium: statistics, the Energy dashboard and the calendar."""

from typing import Any, Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import Start
from .home import Home, wait_until

VIN: Final = "WBY0FINGERPRINT01"
CALENDAR: Final = "calendar.i4_edrive40_trips_and_charges"
DAYS: Final = 14
WAY: Final = 36
ASK: Final = "(message) => document.querySelector('home-assistant').hass.callWS(message)"
THERE: Final = "(id) => id in document.querySelector('home-assistant').hass.states"


@pytest.fixture(scope="module")
def home(start: Start) -> Home:
    """An electric car that has been driven and charged."""
    return start("--days", str(DAYS), "--vin", VIN)


def ask(page: Page, command: str, **fields: Any) -> Any:
    """Send a command by the websocket of the page."""
    return page.evaluate(ASK, {"type": command, **fields})


def changes(page: Page, series: str) -> list[float]:
    """Return how much a statistic has grown each day."""
    statistic = f"mybmw:{VIN.lower()}_{series}"
    found = ask(
        page,
        "recorder/statistics_during_period",
        start_time="2020-01-01T00:00:00+00:00",
        statistic_ids=[statistic],
        period="day",
        types=["change"],
    )
    return [round(item["change"], 1) for item in found[statistic]]


def test_statistics(home: Home) -> None:
    """The graphs of the dashboard show each day: two ways to work, and a tour on Sundays."""
    page = home.open("/cars")
    for title in ("Distance", "Charged", "Driving energy"):
        card = page.locator("hui-statistics-graph-card").filter(has_text=title).first
        expect(card).to_be_visible()
        expect(card.locator("canvas").first).to_be_visible()
    wait_until(page, lambda: len(changes(page, "distance")) >= DAYS)
    days = changes(page, "distance")
    assert sum(item == WAY for item in days[:DAYS]) == 10
    assert sum(item > 100 for item in days[:DAYS]) == 2
    home_days = changes(page, "charged_home")
    assert len(home_days) >= 12
    assert all(7 <= item < 40 for item in home_days[:12])


def test_energy_dashboard(home: Home) -> None:
    """Home charging is an individual device below the wallbox, and Home Assistant has no doubts."""
    page = home.open("/energy")
    problems = ask(page, "energy/validate")
    assert problems["device_consumption"] == [[], []]
    devices = ask(page, "energy/get_prefs")["device_consumption"]
    assert devices[1]["stat_consumption"] == f"mybmw:{VIN.lower()}_charged_home"
    assert devices[1]["included_in_stat"] == devices[0]["stat_consumption"]
    card = page.locator("hui-energy-devices-detail-graph-card").first
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text("i4 eDrive40 Charged at home")


def test_calendar(home: Home) -> None:
    """It has each trip and each charge."""
    page = home.open()
    page.wait_for_function(THERE, arg=CALENDAR, timeout=90_000)
    page = home.open("/calendar")
    expect(page.locator("ha-full-calendar").get_by_text("18 km").first).to_be_visible()
