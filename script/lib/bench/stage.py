"""The cars, messages and publishers of measurements."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import random
import sys
from tempfile import TemporaryDirectory
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, Kind
from custom_components.mybmw.const import DOMAIN
from tests.replay.cardata import CLIENT_ID, CarDataCar, SimulatedCarData, bundled, load
from tests.replay.world import timestamp

type Message = tuple[str, bytes]
"""The VIN and the payload."""

_FOLDER: Final = "ix_xdrive50"
_ROOT: Final = Path(__file__).parents[3]
_PNG: Final = b"\x89PNG"


@dataclass(slots=True)
class Account:
    """Cars, and their values in % that can be changed."""

    cars: list[CarDataCar]
    keys: list[str]
    vins: list[str] = field(default_factory=list)


def account(cars: int, descriptors: int | None = None) -> Account:
    """Return cars with all values of the model, or with this number of values."""
    (model,) = load(bundled()[_FOLDER])
    keys = [
        key
        for key, item in model.telematics.items()
        if key in DESCRIPTORS
        and DESCRIPTORS[key].kind is Kind.NUMBER
        and DESCRIPTORS[key].attribute.unit == "%"
        and not DESCRIPTORS[key].attribute.low
        and item["value"] is not None
    ]
    made = []
    for number in range(cars):
        car = deepcopy(model)
        vin = f"WBY0BENCHMARK{number:04}"
        if descriptors is not None:
            kept = [*keys, *(key for key in car.telematics if key not in keys)][:descriptors]
            car.telematics = {key: car.telematics[key] for key in kept}
        made.append(replace(car, vin=vin, mapping={**car.mapping, "vin": vin}, image=_PNG))
    return Account(made, keys, [car.vin for car in made])


class Messages:
    """Creates messages in which every value is changed and newer."""

    def __init__(self, account: Account) -> None:
        self._random = random.Random(1)
        self._account = account
        self._values = {(vin, key): 0 for vin in account.vins for key in account.keys}
        self._time = datetime.now(UTC)

    def make(self, count: int, values: int = 3) -> list[Message]:
        """Return messages with this number of values each, of the cars in turn."""
        vins = self._account.vins
        return [self._message(vins[number % len(vins)], values) for number in range(count)]

    def _message(self, vin: str, values: int) -> Message:
        self._time += timedelta(milliseconds=1)
        time = timestamp(self._time)
        data = {}
        for key in self._random.sample(self._account.keys, values):
            self._values[vin, key] = value = (self._values[vin, key] + 1) % 101
            data[key] = {"timestamp": time, "value": value, "unit": "percent"}
        content = {"vin": vin, "entityId": "-", "topic": vin, "timestamp": time, "data": data}
        return vin, orjson.dumps(content)


class Publisher:
    """Sends messages from another process."""

    def __init__(self, process: Process, where: Mapping[str, Any], folder: Path) -> None:
        self.where = where
        self._process = process
        self._file = folder / "payloads"

    async def send(self, messages: list[Message], interval: float) -> list[float]:
        """Send messages and return the time of each."""
        lines = (vin.encode() + b" " + content for vin, content in messages)
        self._file.write_bytes(b"\n".join(lines))
        order = json.dumps({"file": str(self._file), "interval": interval})
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{order}\n".encode())
        sent: list[float] = json.loads(await self._process.stdout.readline())
        return sent


@asynccontextmanager
async def publisher(gcid: str, password: str, folder: Path) -> AsyncIterator[Publisher]:
    """Run a publisher until the context ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"{__package__}.publisher", gcid, password),
        stdin=PIPE,
        stdout=PIPE,
        cwd=_ROOT,
        limit=2**24,
    )
    assert process.stdout
    try:
        where = json.loads(await process.stdout.readline())
        yield Publisher(process, where, folder)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@asynccontextmanager
async def home() -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant with the integration."""
    with TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
            yield hass
            await hass.async_stop(force=True)


async def nowhere(_hass: HomeAssistant) -> None:
    """Return no broker, for an account without a stream."""


def entry_of(sim: SimulatedCarData, **options: Any) -> MockConfigEntry:
    """Return the entry of an account that is logged in, with these options."""
    issued, now = sim.issue_tokens(), datetime.now(UTC)
    tokens = {
        "access": issued["access_token"],
        "refresh": issued["refresh_token"],
        "identity": issued["id_token"],
        "gcid": issued["gcid"],
        "expires": (now + timedelta(hours=1)).isoformat(),
        "refreshed": now.isoformat(),
    }
    data = {"sources": {"cardata": {"client_id": CLIENT_ID, "tokens": tokens}}}
    return MockConfigEntry(domain=DOMAIN, unique_id=sim.gcid, data=data, options=options)
