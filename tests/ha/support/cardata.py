"""A Home Assistant with a simulated CarData behind the network, and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import ssl
from typing import Any, Final
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client.cardata import Broker, CardataSource
from custom_components.mybmw.const import DOMAIN
from custom_components.mybmw.runtime.poller import SourcePoller
from custom_components.mybmw.sources import cardata_stream
from tests.replay.broker import PATIENCE, SimulatedBroker
from tests.replay.cardata import BUNDLED, CLIENT_ID, CarDataCar, SimulatedCarData, load
from tests.replay.world import timestamp

PNG: Final = b"\x89PNG\r\n\x1a\n"
I4: Final = "WBY0FINGERPRINT01"
IX: Final = "WBY0FINGERPRINT02"
PETROL: Final = "WBA0FINGERPRINT06"
SECONDARY: Final = "WBA0FINGERPRINT08"
SOC_KEY: Final = "vehicle.drivetrain.batteryManagement.header"
MILEAGE_KEY: Final = "vehicle.vehicle.travelledDistance"


def recorded(*folders: str) -> list[CarDataCar]:
    """Return bundled cars, with a picture that takes no time to draw."""
    cars = [car for name in folders for car in load(BUNDLED / name)]
    for car in cars:
        car.image = PNG + car.vin.encode()
    return cars


def tokens(sim: SimulatedCarData, *, lifetime: timedelta = timedelta(hours=1)) -> dict[str, Any]:
    """Return a set of tokens as it is kept in an entry."""
    issued = sim.issue_tokens()
    now = datetime.now(UTC)
    return {
        "access": issued["access_token"],
        "refresh": issued["refresh_token"],
        "identity": issued["id_token"],
        "gcid": issued["gcid"],
        "expires": (now + lifetime).isoformat(),
        "refreshed": now.isoformat(),
        "scopes": issued["scope"].split(),
    }


def entry_of(sim: SimulatedCarData, **options: Any) -> MockConfigEntry:
    """Return an account whose code was approved before."""
    account = {"client_id": CLIENT_ID, "tokens": tokens(sim)}
    return MockConfigEntry(
        domain=DOMAIN,
        title="BMW CarData",
        unique_id=sim.gcid,
        data={"sources": {"cardata": account}},
        options=options,
    )


def poller(entry: MockConfigEntry) -> SourcePoller:
    """Return what lets CarData work."""
    found: SourcePoller = entry.runtime_data.pollers["cardata"]
    return found


def say(vin: str, values: dict[str, Any], at: datetime | None = None) -> dict[str, Any]:
    """Return a message of the stream with these values."""
    moment = timestamp(at or datetime.now(UTC))
    data = {key: {"timestamp": moment, "value": value} for key, value in values.items()}
    return {"vin": vin, "entityId": "-", "topic": vin, "timestamp": moment, "data": data}


def push(entry: MockConfigEntry, payload: dict[str, Any]) -> None:
    """Let a message come by the stream, without a stream."""
    source = poller(entry).source
    assert isinstance(source, CardataSource)
    vin, readings = source._received(f"gcid/{payload['vin']}", orjson.dumps(payload))
    entry.runtime_data.async_push({vin: readings} if readings else {})


def no_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave BMW's broker out."""

    async def nowhere(_hass: HomeAssistant) -> None:
        return None

    monkeypatch.setattr(cardata_stream, "bmw_broker", nowhere)


@asynccontextmanager
async def broker_of(sim: SimulatedCarData) -> AsyncIterator[SimulatedBroker]:
    """Run a real broker that accepts the account's current id token, in place of BMW's."""
    async with SimulatedBroker(sim.gcid, sim.current_id_token or "none") as broker:
        sim.on_tokens.append(lambda issued: broker.expect(issued.id_token or "none"))
        with patch.object(cardata_stream, "bmw_broker", await connector(broker)):
            yield broker


async def connector(broker: SimulatedBroker) -> Callable[[HomeAssistant], Any]:
    """Return what makes the way to the simulated broker."""

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(broker.ca_file))
        made.minimum_version = ssl.TLSVersion.TLSv1_3
        return made

    tls = await asyncio.to_thread(context)

    async def connect(_hass: HomeAssistant) -> Broker:
        return Broker(tls, broker.host, broker.port)

    return connect


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen in a real network."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - no event is sent when a state is written
            await asyncio.sleep(0.005)


def counted(sim: SimulatedCarData) -> int:
    """Return how many calls have cost quota."""
    return sum(call.counted for call in sim.calls)


def states(hass: HomeAssistant, entities: Iterable[str]) -> dict[str, str | None]:
    """Return the states of some entities."""
    found = {entity: hass.states.get(entity) for entity in entities}
    return {entity: state.state if state else None for entity, state in found.items()}
