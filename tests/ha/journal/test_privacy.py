"""What the journal tells of where a car was: zones, if its owner wants that, and nothing else."""

from datetime import timedelta
import io
from pathlib import Path
from typing import Any
import zipfile

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.core.records import PlaceKind, RecordPlace, Trip
from custom_components.mybmw.client.core.values import Position
from custom_components.mybmw.client.journal.stored import load_records
from custom_components.mybmw.diagnostics import async_get_config_entry_diagnostics
from custom_components.mybmw.journal.places import place_of
from tests.ha.journal.conftest import Sends, Storage
from tests.ha.journal.test_files import log_of
from tests.ha.support.cardata import I4, MILEAGE_KEY, SOC_KEY
from tests.replay.carstate import LOCK, UNPLUGGED
from tests.replay.timeline import LATITUDE, LONGITUDE

HERE = (52.5123, 13.4123)
WAY = (52.4987, 13.3987)
DIGITS = ("5123", "4123", "4987", "3987")
MOVING = "vehicle.isMoving"


@pytest.fixture
async def zones(hass: HomeAssistant) -> None:
    """A passive zone inside another one."""
    assert await async_setup_component(hass, "zone", {})
    for name, radius, passive in (("Block", 500, False), ("Garage", 40, True)):
        place = {"latitude": HERE[0], "longitude": HERE[1], "radius": radius}
        attributes = {**place, "passive": passive, "friendly_name": name}
        hass.states.async_set(f"zone.{name.lower()}", "0", attributes)
    await hass.async_block_till_done()


async def drive(account: MockConfigEntry, sends: Sends) -> Trip:
    """Drive three kilometres, and park here; return the trip."""
    items = list(account.runtime_data.vehicles[I4])
    start = next(float(item.value) for item in items if item.attribute.key == "mileage")
    way, here = ({LATITUDE: one, LONGITUDE: two} for one, two in (WAY, HERE))
    minute = timedelta(minutes=1)
    await sends(dict(UNPLUGGED), 10 * minute)
    await sends({MOVING: True, LOCK: "UNLOCKED"}, minute)
    await sends({MILEAGE_KEY: start + 1}, 3 * minute)
    await sends({MILEAGE_KEY: start + 2, **way}, 3 * minute)
    await sends({MILEAGE_KEY: start + 3, SOC_KEY: 60, **here}, minute)
    await sends({MOVING: False, LOCK: "SECURED", **here}, 20 * minute)
    trips = log_of(account).trips.values()
    assert sum(item.distance for item in trips) == 3
    return max(trips, key=lambda item: item.end)


def journal_in(storage: Storage) -> bytes:
    """Return what is stored of the journal."""
    return orjson.dumps([item for key, item in storage.items() if ".journal" in key])


@pytest.mark.usefixtures("zones")
async def test_zones_only(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """The smallest zone is named, passive or not; the files have no position."""
    trip = await drive(account, sends)
    assert trip.destination == RecordPlace(PlaceKind.ZONE, "zone.garage", "Garage")
    await hass.config_entries.async_unload(account.entry_id)
    written = journal_in(hass_storage)
    assert b"zone.garage" in written
    assert [text for text in DIGITS if text.encode() in written] == []


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize("options", [{"track_position": False}], ids=["off"])
async def test_position_is_off(
    hass: HomeAssistant, hass_storage: Storage, account: MockConfigEntry, sends: Sends
) -> None:
    """There are no places then, and nothing that depends on one."""
    trip = await drive(account, sends)
    assert (trip.origin, trip.destination) == (RecordPlace(), RecordPlace())
    await hass.config_entries.async_unload(account.entry_id)
    assert b"zone." not in journal_in(hass_storage)
    assert hass.states.get("sensor.i4_edrive40_distance_from_home") is None


@pytest.mark.parametrize(
    ("radius", "kind"), [(100, PlaceKind.HOME), (0.5, PlaceKind.ZONE)], ids=["at home", "away"]
)
@pytest.mark.usefixtures("zones")
async def test_zone_inside_the_home(hass: HomeAssistant, radius: float, kind: PlaceKind) -> None:
    """A garage at home is at home, under its own name."""
    home = {"latitude": HERE[0], "longitude": HERE[1] + 0.0001, "radius": radius}
    hass.states.async_set("zone.home", "0", {**home, "friendly_name": "Home"})
    await hass.async_block_till_done()
    found = place_of(hass, Position(*HERE))
    assert found == RecordPlace(kind, "zone.garage", "Garage")
    assert place_of(hass, Position(0, 0)) == RecordPlace(PlaceKind.AWAY)
    assert place_of(hass, None) == RecordPlace()


@pytest.mark.usefixtures("zones")
async def test_diagnostics(hass: HomeAssistant, account: MockConfigEntry, sends: Sends) -> None:
    """Counts, and the last records without places and exact times."""
    trip = await drive(account, sends)
    report: Any = await async_get_config_entry_diagnostics(hass, account)
    (car,) = report["vehicles"].values()
    journal = car["journal"]
    assert journal["trips"] == len(log_of(account).trips)
    assert journal["unreadable"] == 0
    assert len(journal["last"]) <= 5
    last = next(item for item in journal["last"] if "distance" in item)
    assert last["distance"] == trip.distance
    assert last["end"] == trip.end.replace(minute=0, second=0, microsecond=0).isoformat()
    text = orjson.dumps(journal).decode()
    assert [item for item in ("Garage", "zone.garage", trip.id, *DIGITS) if item in text] == []


@pytest.mark.usefixtures("zones")
async def test_fingerprint(
    hass: HomeAssistant, account: MockConfigEntry, sends: Sends, tmp_path: Path
) -> None:
    """It has the records, without places, in the form in which they are stored."""
    hass.config.config_dir = str(tmp_path)
    trip = await drive(account, sends)
    made = await hass.services.async_call(
        "mybmw", "create_fingerprint", {}, blocking=True, return_response=True
    )
    assert made is not None
    path = Path(str(made["path"]))
    content = await hass.async_add_executor_job(path.read_bytes)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        (name,) = (item for item in packed.namelist() if item.startswith("journal_"))
        text = packed.read(name).decode()
    records = load_records(orjson.loads(text)).records
    assert next(item.id for item in records if isinstance(item, Trip)) == trip.id
    assert [item for item in ("Garage", "zone.garage", *DIGITS) if item in text] == []
