"""Check Control messages, their texts and severities; the fault memory."""

from collections.abc import Iterator
import json
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest

from tests.ha.conftest import Elapse, SetUp
from tests.ha.support import IX, POLL
from tests.ha.support.silent_car import SilentCar, simulated
from tests.replay.cardata import SimulatedCarData
from tests.replay.mybmw import SimulatedMyBMW

MESSAGES: Final = "vehicle.status.checkControlMessages"
FAULTS: Final = "vehicle.electronicControlUnit.diagnosticTroubleCodes.raw"
WASHER: Final = {
    "date": None,
    "description": None,
    "id": 164,
    "messageType": "CCM",
    "status": "NULL",
    "title": None,
    "text": "Washer fluid is low.",
    "unitOfLengthRemaining": "19596",
}
KEY: Final = {**WASHER, "id": 229, "status": "MEDIUM", "text": "Key battery is low."}
APP: Final = "ix_xdrive50_check_control"


@pytest.fixture
def cardata() -> Iterator[SimulatedCarData]:
    """The simulated service with one silent car."""
    made = simulated()
    with made.router():
        yield made


@pytest.fixture
async def car(hass: HomeAssistant, cardata: SimulatedCarData) -> SilentCar:
    """The car, set up."""
    made = SilentCar(hass, cardata)
    await made.start()
    return made


def texts(car: SilentCar, platform: str, key: str) -> list[str]:
    """Return the texts of the messages, in their order."""
    state = car.state(platform, key)
    assert state is not None
    return [message["text"] for message in state.attributes["messages"]]


async def test_every_text_is_shown(car: SilentCar) -> None:
    """Messages of one kind do not hide each other; the worst one comes first."""
    await car.send({MESSAGES: json.dumps([WASHER, KEY])})
    both = ["Key battery is low.", "Washer fluid is low."]
    assert car.value("binary_sensor", "check_control_messages") == "on"
    assert texts(car, "binary_sensor", "check_control_messages") == both
    assert car.value("sensor", "check_control_message_count") == "2"
    assert texts(car, "sensor", "check_control_message_count") == both
    assert car.value("sensor", "check_control_severity") == "medium"


async def test_severity_that_is_not_stated(car: SilentCar) -> None:
    """A message without a severity is one that may be serious, and says so."""
    await car.send({MESSAGES: json.dumps([WASHER])})
    assert car.value("sensor", "check_control_severity") == "not_stated"
    state = car.state("binary_sensor", "check_control_messages")
    assert state is not None
    assert state.state == "on"
    (message,) = state.attributes["messages"]
    assert message["severity"] == "not_stated"


async def test_no_message(car: SilentCar) -> None:
    await car.send({MESSAGES: json.dumps([WASHER])})
    await car.send({MESSAGES: "[]"})
    assert car.value("binary_sensor", "check_control_messages") == "off"
    assert car.value("sensor", "check_control_message_count") == "0"
    assert car.value("sensor", "check_control_severity") == "none"
    assert texts(car, "sensor", "check_control_message_count") == []


@pytest.mark.parametrize(
    ("platform", "key"),
    [("binary_sensor", "check_control_messages"), ("sensor", "check_control_message_count")],
)
async def test_texts_are_not_recorded(car: SilentCar, platform: str, key: str) -> None:
    """Long texts do not fill the database."""
    await car.send({MESSAGES: json.dumps([WASHER])})
    state = car.state(platform, key)
    assert state is not None
    assert state.state_info is not None
    assert "messages" in state.state_info["unrecorded_attributes"]


def app_message(kind: str, severity: str, text: str | None = None) -> dict[str, Any]:
    """Return a message as the app reports it."""
    return {"type": kind, "severity": severity, "longDescription": text}


@pytest.mark.parametrize(
    ("severities", "worst", "problem"),
    [
        (["LOW"], "low", "off"),
        (["LOW", "NEW_WORD"], "not_stated", "on"),
        (["NEW_WORD", "MEDIUM"], "medium", "on"),
        (["MEDIUM", "HIGH"], "high", "on"),
        (["CRITICAL", "HIGH", "LOW"], "critical", "on"),
        ([], "none", "off"),
    ],
)
@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_worst_severity(
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimulatedMyBMW,
    elapse: Elapse,
    severities: list[str],
    worst: str,
    problem: str,
) -> None:
    await set_up()
    messages = [app_message("ENGINE_OIL", severity, severity) for severity in severities]
    sim.state(IX.vin)["state"]["checkControlMessages"] = messages
    sim.touch(IX.vin)
    await elapse(POLL)
    assert _state(hass, f"sensor.{APP}_severity") == worst
    assert _state(hass, f"sensor.{APP}_message_count") == str(len(severities))
    assert _state(hass, f"binary_sensor.{APP}_messages") == problem


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_low_severity_is_no_low_oil(
    hass: HomeAssistant, set_up: SetUp, sim: SimulatedMyBMW, elapse: Elapse
) -> None:
    """The severity cannot be read as the level of the oil; the worst one of a type is shown."""
    await set_up()
    text = "Engine oil level is too high."
    sim.state(IX.vin)["state"]["checkControlMessages"] = [
        app_message("TIRE_PRESSURE", "HIGH"),
        app_message("TIRE_PRESSURE", "LOW"),
        app_message("ENGINE_OIL", "LOW", text),
    ]
    sim.touch(IX.vin)
    await elapse(POLL)
    for entity in (f"binary_sensor.{APP}_messages", f"sensor.{APP}_message_count"):
        state = hass.states.get(entity)
        assert state is not None
        assert state.attributes["engine_oil"] == "low_severity"
        assert state.attributes["tire_pressure"] == "high_severity"
        last = state.attributes["messages"][-1]
        assert (last["type"], last["severity"], last["text"]) == ("engine_oil", "low", text)


def _state(hass: HomeAssistant, entity: str) -> str | None:
    found = hass.states.get(entity)
    return None if found is None else found.state


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_fault_memory(car: SilentCar) -> None:
    """The number of faults, and their codes beside the history."""
    await car.send({FAULTS: "11,9A01B2;12,8052A0"})
    state = car.state("sensor", FAULTS)
    assert state is not None
    assert (state.state, state.attributes["codes"]) == ("2", ["9A01B2", "8052A0"])
    assert state.state_info is not None
    assert "codes" in state.state_info["unrecorded_attributes"]
    await car.send({FAULTS: "[]"})
    state = car.state("sensor", FAULTS)
    assert state is not None
    assert (state.state, state.attributes["codes"]) == ("0", [])


async def test_services_of_one_kind(
    hass: HomeAssistant, set_up: SetUp, sim: SimulatedMyBMW, elapse: Elapse
) -> None:
    """Services of one kind do not hide each other; the most urgent one is in the attributes."""
    await set_up()
    sim.state(IX.vin)["state"]["requiredServices"] = [
        {"type": "OIL", "status": "OVERDUE", "mileage": 500, "description": "Change it now."},
        {"type": "OIL", "status": "OK", "dateTime": "2027-05-01T00:00:00Z"},
    ]
    sim.touch(IX.vin)
    await elapse(POLL)
    state = hass.states.get("binary_sensor.ix_xdrive50_condition_based_services")
    assert state is not None
    assert state.attributes["oil"] == "overdue"
    first, second = state.attributes["services"]
    assert (first["status"], first["distance"], first["text"]) == ("overdue", 500, "Change it now.")
    assert (second["status"], second["date"]) == ("ok", "2027-05-01")
    assert state.state_info is not None
    assert "services" in state.state_info["unrecorded_attributes"]


async def test_more_messages_than_anybody_reads(car: SilentCar) -> None:
    """All are counted; the state does not grow with what BMW sends."""
    many = [{**WASHER, "id": number, "title": f"Title {number}"} for number in range(200)]
    await car.send({MESSAGES: json.dumps([*many, KEY])})
    state = car.state("binary_sensor", "check_control_messages")
    assert state is not None
    assert car.value("sensor", "check_control_message_count") == "201"
    assert len(state.attributes["messages"]) == 50
    assert state.attributes["messages"][0]["text"] == KEY["text"]
    assert len(state.attributes) < 60
