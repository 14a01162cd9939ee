"""The actions about trips and charges, for a car whose records are known."""

from collections.abc import Mapping
from csv import DictReader
from datetime import timedelta
from io import StringIO
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.records import (
    Charge,
    ChargingKind,
    Figure,
    How,
    PlaceKind,
    RecordPlace,
    Slot,
    Trip,
)
from custom_components.mybmw.client.journal.log import Log
from tests.ha.journal.conftest import NOON, Sends
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY

HOUR = timedelta(hours=1)
HOME = RecordPlace(PlaceKind.HOME, "zone.home", "Home")
FIRST = Trip("t20261110T080000", NOON - 5 * HOUR, NOON - 4 * HOUR, 1000, 1020, origin=HOME)
SECOND = Trip(
    "t20261110T100000",
    NOON - 3 * HOUR,
    NOON - 2 * HOUR,
    1020,
    1080,
    energy=Figure(12, How.SOC),
)
SHORT = Trip("t20261110T110000", None, NOON - HOUR, 1080, 1081)
CHARGE = Charge(
    "c20261109T230000",
    NOON - 15 * HOUR,
    NOON - 13 * HOUR,
    start_soc=40,
    end_soc=60,
    energy=Figure(16, How.BMW),
    kind=ChargingKind.AC,
    odometer=1000,
    place=HOME,
    slots=tuple(Slot(NOON - 15 * HOUR + number * HOUR / 4, 2) for number in range(8)),
)


def log_of(entry: MockConfigEntry) -> Log:
    log: Log = entry.runtime_data.journals.cars[I4].log
    return log


@pytest.fixture
async def account(account: MockConfigEntry, sends: Sends) -> MockConfigEntry:
    """An account whose car has been driven and charged."""
    for item in (FIRST, SECOND, SHORT, CHARGE):
        log_of(account).put(item)
    await sends({SOC_KEY: 50})
    return account


async def call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Return the answer of an action about the car."""
    return await act(hass, action, I4, **data)


def ids(items: list[Mapping[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, [SECOND, FIRST]),
        ({"include_short": True}, [SHORT, SECOND, FIRST]),
        ({"order": "oldest_first"}, [FIRST, SECOND]),
        ({"limit": 1}, [SECOND]),
        ({"limit": 1, "order": "oldest_first"}, [FIRST]),
        ({"start": "2026-11-10T09:00:00+00:00"}, [SECOND]),
        ({"end": "2026-11-10T09:00:00+00:00"}, [FIRST]),
        ({"start": "2026-11-10T08:00:00Z", "end": "2026-11-10T10:00:00Z"}, [FIRST]),
    ],
    ids=["usual", "short", "oldest", "limit", "oldest_limit", "start", "end", "bounds"],
)
async def test_trips(
    hass: HomeAssistant, account: MockConfigEntry, data: dict[str, Any], expected: list[Trip]
) -> None:
    """Trips of a period come in the wanted order; a start belongs to it, an end does not."""
    answer = await call(hass, "get_trips", **data)
    assert ids(answer["trips"]) == [item.id for item in expected]


async def test_local_period(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """A time without an offset is one of Home Assistant's time zone, which is behind UTC here."""
    await hass.config.async_set_time_zone("US/Pacific")
    answer = await call(hass, "get_trips", start="2026-11-10 01:30:00")
    assert ids(answer["trips"]) == [SECOND.id]
    assert answer["trips"][0]["end"] == "2026-11-10T02:00:00-08:00"


async def test_charges(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Energy comes with how it was made and by quarter of an hour."""
    (found,) = (await call(hass, "get_charging_sessions"))["sessions"]
    assert (found["energy"], found["energy_from"], found["mileage"]) == (16, "bmw", 1000)
    assert (found["place"], found["place_kind"], found["kind"]) == ("Home", "home", "ac")
    assert len(found["hours"]) == 8


async def test_summary(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """The charge before midnight is yesterday's, in the time zone of Home Assistant."""
    await hass.config.async_set_time_zone("UTC")
    today, yesterday = (await call(hass, "get_summary", period="day", count=2))["periods"]
    assert (today["distance"], today["trips"], today["consumption"]) == (81, 3, 20)
    assert (today["charged"], yesterday["charged_home"], yesterday["charges"]) == (0, 16, 1)
    (month,) = (await call(hass, "get_summary"))["periods"]
    assert (month["distance"], month["charged"]) == (81, 16)
    assert month["start"] == "2026-11-01T00:00:00+00:00"


async def test_export_csv(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Another reader finds the same trips, oldest first."""
    answer = await call(hass, "export_log")
    assert answer["records"] == 3
    rows = [*DictReader(StringIO(answer["data"], newline=""))]
    assert [row["distance (km)"] for row in rows] == ["20", "60", "1"]
    assert [row["energy_from"] for row in rows] == ["", "soc", ""]


async def test_export_json_to_file(
    hass: HomeAssistant, account: MockConfigEntry, tmp_path: Path
) -> None:
    """A file is written where Home Assistant may write."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "new" / "charges.json"
    answer = await call(hass, "export_log", what="charges", format="json", filename=str(path))
    assert answer == {"records": 1, "filename": str(path)}
    (found,) = json.loads(path.read_text("utf-8"))
    assert (found["id"], found["energy"]) == (CHARGE.id, 16)


async def test_export_elsewhere(
    hass: HomeAssistant, account: MockConfigEntry, tmp_path: Path
) -> None:
    """Nowhere else."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "export_log", filename=str(tmp_path / "trips.csv"))
    assert refused.value.translation_key == "path_not_allowed"
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "file").touch()
    with pytest.raises(HomeAssistantError) as failed:
        await call(hass, "export_log", filename=str(tmp_path / "file" / "trips.csv"))
    assert failed.value.translation_key == "cannot_write"


async def test_export_for_spreadsheets(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """A file may have semicolons and a mark; what looks like a formula is none."""
    await call(hass, "set_trip", trip=FIRST.id, note="=HYPERLINK()")
    answer = await call(hass, "export_log", delimiter="semicolon", bom=True)
    text = answer["data"]
    assert text.startswith("\ufeffid;start;")
    assert "'=HYPERLINK()" in text


async def test_set_trip(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """The purpose and note of a trip stay when the record is amended or read again."""
    answer = await call(hass, "set_trip", trip=FIRST.id, category="business", note=" Fair ")
    assert (answer["trip"]["category"], answer["trip"]["note"]) == ("business", "Fair")
    await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    found = log_of(account).trips[FIRST.id]
    assert (found.category, found.note, found.distance) == ("business", "Fair", 20)
    answer = await call(hass, "set_trip", trip=FIRST.id, category="none", note="")
    assert (answer["trip"]["category"], answer["trip"]["note"]) == (None, None)


async def test_set_last_trip(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Without an id it is the last one."""
    assert (await call(hass, "set_trip", category="commute"))["trip"]["id"] == SHORT.id


async def test_set_unknown_trip(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """There is a clear error for an id that is none."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "set_trip", trip="t1")
    assert refused.value.translation_key == "trip_unknown"


async def test_clear(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Everything is gone, also after a restart, but only if the user really wants it."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "clear_log", confirm=False)
    assert refused.value.translation_key == "not_confirmed"
    assert await call(hass, "clear_log", confirm=True) == {"deleted": 4}
    assert (await call(hass, "export_log"))["records"] == 0
    await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    log = log_of(account)
    assert (log.trips, log.charges) == ({}, {})
    assert (await call(hass, "get_summary"))["periods"][0]["distance"] == 0


async def test_rebuild_without_a_recorder(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """There is nothing to rebuild."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "rebuild_statistics")
    assert refused.value.translation_key == "no_recorder"
