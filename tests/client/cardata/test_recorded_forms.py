"""The bundled recordings have the forms of real ones, and published ones are read without rest."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from custom_components.mybmw.client.cardata.car_state import CarState
from custom_components.mybmw.client.cardata.readings import read_values
from custom_components.mybmw.client.cardata.rest_readings import read_basic_data
from tests.replay.cardata import IN_CONTAINERS, CarDataCar, bundled, load

PUBLISHED: Final = Path(__file__).parents[3].parent / "shared" / "fingerprints" / "cardata_public"
NOW: Final = datetime(2026, 11, 10, tzinfo=UTC)
REAL: Final = sorted(name for name in bundled() if name not in ("530d", "oddball"))
SERVICE_FIELDS: Final = {
    "date",
    "id",
    "messageType",
    "status",
    "text",
    "title",
    "unitOfLengthRemaining",
}
NEVER_SENT: Final = {"countryCodeISO", "vin", "isTelematicsCapable"}
"""What BMW documents of basic data, and no published answer has."""


def recorded(name: str) -> CarDataCar:
    (car,) = load(bundled()[name])
    return car


def decoded(car: CarDataCar, descriptor: str) -> list[dict[str, Any]]:
    """Return a list that comes as JSON in a text, an empty one if it comes as null."""
    text = car.telematics[descriptor]["value"]
    found: list[dict[str, Any]] = [] if text is None else orjson.loads(text)
    return found


@pytest.mark.parametrize("name", REAL)
def test_values(name: str) -> None:
    """All keys of a container come, with text or null, and what is null has no time."""
    car = recorded(name)
    assert car.telematics.keys() >= IN_CONTAINERS
    for descriptor, item in car.telematics.items():
        assert item.keys() == {"timestamp", "unit", "value"}, descriptor
        assert isinstance(item["value"], str | None), descriptor
        assert (item["timestamp"] is None) is (item["value"] is None), descriptor


@pytest.mark.parametrize("name", REAL)
def test_lists(name: str) -> None:
    """Services have ids and BMW's titles, warnings are of one type; no list comes empty."""
    car = recorded(name)
    for service in decoded(car, "vehicle.status.conditionBasedServices"):
        assert service.keys() == SERVICE_FIELDS
        assert service["messageType"] == "CBS"
        assert isinstance(service["id"], int)
    for message in decoded(car, "vehicle.status.checkControlMessages"):
        assert message.keys() == SERVICE_FIELDS | {"description"}
        assert (message["messageType"], message["status"]) == ("CCM", "NULL")
    assert "[]" not in [item["value"] for item in car.telematics.values()]


@pytest.mark.parametrize("name", REAL)
def test_basic_data(name: str) -> None:
    basic = recorded(name).basic_data
    assert not basic.keys() & NEVER_SENT
    assert len(basic["countryCode"]) == 2
    assert basic["steering"] in ("LL", "RL")
    assert basic["brand"] in ("BMW", "BMWI", "MINI", "Toyota-Supra")


def published() -> list[Path]:
    """Return what owners have published, if it is there: values only."""
    kinds = ("rest_telematicData", "mqtt_message", "ha_states")
    return sorted(path for path in PUBLISHED.glob("*.json") if path.name.startswith(kinds))


def answers(path: Path) -> Iterator[Mapping[str, Any]]:
    content = orjson.loads(path.read_bytes())
    for item in content if isinstance(content, list) else [content]:
        values = item.get("telematicData") or item["data"]
        yield {key: {"timestamp": NOW.isoformat(), **value} for key, value in values.items()}


@pytest.mark.skipif(not published(), reason="nothing that was published is here")
@pytest.mark.parametrize("path", published(), ids=lambda path: path.stem)
def test_published_values(path: Path) -> None:
    """Nothing in a real answer is unknown, or cannot be read."""
    memory = CarState()
    for values in answers(path):
        read_values(values, memory, NOW)
    assert memory.unknown == {}
    assert memory.problems == {}


@pytest.mark.skipif(not published(), reason="nothing that was published is here")
def test_published_basic_data() -> None:
    (path,) = PUBLISHED.glob("rest_basicData*.json")
    memory = CarState()
    readings = read_basic_data(orjson.loads(path.read_bytes()), memory, NOW)
    assert memory.problems == {}
    assert {"brand", "model", "drive_train"} <= {item.attribute.key for item in readings}
