"""The energy meter of the charger at home: what it makes of charges, costs and predictions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.ha.journal.conftest import Sends
from tests.ha.support import state
from tests.ha.support.actions import act
from tests.ha.support.cardata import I4, SOC_KEY
from tests.ha.support.flow_steps import open_settings
from tests.replay.cardata import SimulatedCarData
from tests.replay.carstate import PLUG, POWER, STATUS, TARGET, CarState

METER = "sensor.charger_energy"
PREDICTED = "sensor.i4_edrive40_predicted_state_of_charge"
LAST = "sensor.i4_edrive40_last_charge"
HOME = "sensor.i4_edrive40_energy_charged_at_home"
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
SETTLED = 6 * MINUTE
PARKED = {PLUG: "DISCONNECTED", STATUS: "NOCHARGING", SOC_KEY: 40, TARGET: 100}
BEGINS = {PLUG: "CONNECTED", STATUS: "CHARGINGACTIVE", SOC_KEY: 40, POWER: 7_000}
ENDS = {STATUS: "CHARGINGENDED", SOC_KEY: 57, POWER: 0}
ESTIMATE = 14.5
"""About what 17 points of this car take from the grid, in kWh."""


@pytest.fixture
def options() -> dict[str, Any]:
    """An account with a meter and a price."""
    prices = {"tariff": "fixed", "price": 0.5}
    return {"journal": {"keep": True, "join_stops": 5, "charger_meter": METER, **prices}}


@pytest.fixture(autouse=True)
async def _home(hass: HomeAssistant, cardata: SimulatedCarData) -> None:
    """Let the car be parked at home."""
    car = cardata.cars[I4]
    latitude, longitude = CarState.of(car.basic_data, car.telematics).position
    await hass.config.async_update(latitude=latitude, longitude=longitude, currency="EUR")
    car.charging_history.clear()


class Charger:
    """A charger whose meter has counted 1 000 kWh, and the car at it."""

    def __init__(self, hass: HomeAssistant, sends: Sends, unit: str = "kWh", size: float = 1.0):
        self.hass, self.sends, self.unit, self.size = hass, sends, unit, size
        self.counted = 1_000.0

    def show(self, word: str | None = None) -> None:
        """Let the sensor have the state, or the word instead."""
        text = str(round(self.counted * self.size, 6)) if word is None else word
        self.hass.states.async_set(METER, text, {"unit_of_measurement": self.unit})

    async def begin(self) -> None:
        self.show()
        await self.sends(PARKED, 5 * MINUTE)
        await self.sends(BEGINS, MINUTE)

    async def flow(self, energy: float, hours: int = 1, *, shown: bool = True) -> None:
        """Let energy flow for hours; the car says nothing."""
        for _ in range(12 * hours):
            await self.sends(None, 5 * MINUTE)
            self.counted += energy / hours / 12
            if shown:
                self.show()
        await self.sends(None, MINUTE)

    async def end(self) -> dict[str, Any]:
        """End the charge; return its record."""
        await self.sends(ENDS, SETTLED)
        return await last(self.hass)


@pytest.fixture
def charger(hass: HomeAssistant, sends: Sends) -> Charger:
    """The charger, whose meter counts in kWh."""
    return Charger(hass, sends)


async def last(hass: HomeAssistant) -> dict[str, Any]:
    """Return the record of the last charge."""
    answer = await act(hass, "get_charging_sessions", I4)
    sessions: list[dict[str, Any]] = answer["sessions"]
    return sessions[0]


@pytest.mark.parametrize(
    ("unit", "size"), [("kWh", 1.0), ("Wh", 1_000.0), ("MWh", 0.001)], ids=["kWh", "Wh", "MWh"]
)
async def test_energy_and_cost(hass: HomeAssistant, sends: Sends, unit: str, size: float) -> None:
    """A charge at home has the energy of the meter, and costs what that costs."""
    charger = Charger(hass, sends, unit, size)
    await charger.begin()
    await charger.flow(14, 2)
    assert float(state(hass, HOME)) == 14.0
    found = await charger.end()
    assert (found["energy"], found["energy_from"]) == (14.0, "meter")
    assert (found["cost"], found["cost_from"]) == (7.0, "tariff")
    shown = hass.states.get(LAST)
    assert shown is not None
    assert (float(shown.state), shown.attributes["how"]) == (14.0, "meter")
    hours = [slot["energy"] for slot in found["hours"]]
    assert sum(hours) == pytest.approx(14.0, abs=0.01)
    assert max(hours) == pytest.approx(1.75, abs=0.01)


async def test_prediction(hass: HomeAssistant, charger: Charger) -> None:
    """The meter moves the prediction while the car is silent."""
    await charger.begin()
    await charger.flow(7)
    shown = hass.states.get(PREDICTED)
    assert shown is not None
    assert shown.attributes["basis"] == "meter"
    assert float(shown.state) == pytest.approx(48.0, abs=1.0)
    await charger.flow(0)
    assert state(hass, PREDICTED) == shown.state


@pytest.mark.parametrize("word", ["unavailable", "unknown", "off"])
async def test_a_sensor_without_a_state_for_a_while(
    hass: HomeAssistant, charger: Charger, word: str
) -> None:
    """What was counted in the meantime is the difference."""
    await charger.begin()
    charger.show(word)
    await charger.flow(7, shown=False)
    charger.show()
    await charger.flow(7)
    found = await charger.end()
    assert (found["energy"], found["energy_from"]) == (14.0, "meter")


@pytest.mark.parametrize("at", [0.0, 3.0], ids=["zero", "three"])
async def test_the_meter_is_reset(hass: HomeAssistant, charger: Charger, at: float) -> None:
    await charger.begin()
    await charger.flow(7)
    charger.counted = at
    charger.show()
    await charger.flow(7)
    found = await charger.end()
    assert found["energy_from"] == "meter"
    assert found["energy"] == pytest.approx(14.0, abs=1.8)


async def test_a_glitch_of_the_meter(hass: HomeAssistant, charger: Charger) -> None:
    """A sensor that is 0 for a moment has not counted all of it again."""
    await charger.begin()
    await charger.flow(7)
    charger.show("0")
    await charger.sends(None, MINUTE)
    await charger.flow(7)
    found = await charger.end()
    assert found["energy_from"] == "meter"
    assert found["energy"] == pytest.approx(14.0, abs=1.8)
    assert float(state(hass, PREDICTED)) < 60


async def test_the_sensor_is_removed(hass: HomeAssistant, charger: Charger) -> None:
    """The energy is estimated as if there were no meter."""
    await charger.begin()
    await charger.flow(7)
    hass.states.async_remove(METER)
    await charger.flow(7, shown=False)
    found = await charger.end()
    assert found["energy_from"] in {"soc", "power"}
    assert found["energy"] == pytest.approx(ESTIMATE, rel=0.1)


async def test_a_meter_that_begins_late(hass: HomeAssistant, charger: Charger) -> None:
    """It has counted only a part of the charge."""
    await charger.begin()
    hass.states.async_remove(METER)
    await charger.flow(7, shown=False)
    charger.counted = 20
    await charger.flow(7)
    found = await charger.end()
    assert found["energy_from"] != "meter"


async def test_another_car_at_the_charger(hass: HomeAssistant, charger: Charger) -> None:
    """Nothing is counted while this car does not charge; far too much is not of this car."""
    charger.show()
    await charger.sends(PARKED, 5 * MINUTE)
    await charger.flow(20)
    await charger.begin()
    await charger.flow(40)
    found = await charger.end()
    assert found["energy_from"] != "meter"
    await charger.flow(20)
    assert (await last(hass))["energy"] == found["energy"]


async def test_a_pause(hass: HomeAssistant, charger: Charger) -> None:
    """What the charger has counted until the car says that it goes on belongs to the charge."""
    await charger.begin()
    await charger.flow(7)
    await charger.sends({STATUS: "CHARGINGPAUSED", POWER: 0}, 20 * MINUTE)
    await charger.flow(3)
    await charger.sends({STATUS: "CHARGINGACTIVE", POWER: 7_000}, MINUTE)
    await charger.flow(4)
    found = await charger.end()
    assert (found["energy"], found["energy_from"]) == (14.0, "meter")
    assert found["pauses"] == 1


async def test_a_restart(hass: HomeAssistant, account: MockConfigEntry, charger: Charger) -> None:
    """What was counted before and meanwhile is not lost."""
    await charger.begin()
    await charger.flow(7)
    await hass.config_entries.async_unload(account.entry_id)
    await charger.flow(3)
    await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    await charger.flow(4)
    found = await charger.end()
    assert (found["energy"], found["energy_from"]) == (14.0, "meter")


def row(start: datetime, end: datetime, energy: float) -> dict[str, Any]:
    """Return a row of BMW's history."""
    return {
        "startTime": round(start.timestamp()),
        "endTime": round(end.timestamp()),
        "displayedStartSoc": 40,
        "displayedSoc": 57,
        "mileage": 30_000,
        "energyConsumedFromPowerGridKwh": energy,
    }


async def with_history(hass: HomeAssistant, charger: Charger) -> dict[str, Any]:
    """Read BMW's history; return the record of the last charge."""
    await act(hass, "import_charging_history", I4, start="2026-11-01 00:00:00")
    await charger.sends(None, MINUTE)
    return await last(hass)


@pytest.mark.parametrize(
    ("energy", "found"),
    [(15.0, (14.0, "meter", 7.0)), (30.0, (30.0, "bmw", 15.0))],
    ids=["nearly the same", "another car"],
)
async def test_the_history_of_bmw(
    hass: HomeAssistant,
    cardata: SimulatedCarData,
    charger: Charger,
    energy: float,
    found: tuple[float, str, float],
) -> None:
    """At home, the meter counts more than BMW, unless it has counted something else."""
    await charger.begin()
    start = datetime.now(UTC)
    await charger.flow(14, 2)
    assert (await charger.end())["energy_from"] == "meter"
    cardata.cars[I4].charging_history.append(row(start, datetime.now(UTC) - SETTLED, energy))
    item = await with_history(hass, charger)
    assert item["start_soc"] == 40
    assert (item["energy"], item["energy_from"], item["cost"]) == found
    assert sum(slot["energy"] for slot in item["hours"]) == pytest.approx(found[0], abs=0.01)


async def test_away_from_home(
    hass: HomeAssistant, cardata: SimulatedCarData, charger: Charger
) -> None:
    """There, the energy is that of BMW, though another car charges at home."""
    await hass.config.async_update(latitude=10.0, longitude=10.0)
    await hass.async_block_till_done()
    await charger.begin()
    start = datetime.now(UTC)
    await charger.flow(14, 2)
    assert (await charger.end())["energy_from"] != "meter"
    cardata.cars[I4].charging_history.append(row(start, datetime.now(UTC) - SETTLED, 15.5))
    item = await with_history(hass, charger)
    assert (item["energy"], item["energy_from"]) == (15.5, "bmw")
    assert float(state(hass, HOME)) == 0.0


@pytest.mark.parametrize(
    ("unit", "error"),
    [("kWh", None), ("Wh", None), ("MWh", None), (None, None), ("W", "wrong"), ("EUR", "wrong")],
    ids=["kWh", "Wh", "MWh", "none yet", "power", "money"],
)
async def test_the_unit_is_checked(
    hass: HomeAssistant, account: MockConfigEntry, unit: str | None, error: str | None
) -> None:
    hass.states.async_set(METER, "1", {} if unit is None else {"unit_of_measurement": unit})
    flow: Any = await open_settings(hass, account)
    given = {
        "track_position": True,
        "journal": {"keep": True, "join_stops": 5, "charger_meter": METER},
        "cardata": {"places": True, "sessions": True, "tyres": True},
        "stream": {"stream": "off", "port": 1883, "tls": False, "prefix": "bmw"},
    }
    result = await hass.config_entries.options.async_configure(flow["flow_id"], given)
    await hass.async_block_till_done()
    if error is None:
        assert result["type"] is FlowResultType.CREATE_ENTRY
    else:
        assert result["errors"] == {"base": "charger_meter_unit"}
