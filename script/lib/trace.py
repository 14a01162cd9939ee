"""Prints the files of the integration that one value passes on its way to an entity's state.

A file counts if the value leaves it, alone or within JSON, readings or a poll: if one of its
functions returns it to a function of another file, or calls one with it. So does a file that is on
the call stack between the garage and the write of the state. A file that only looks at the value,
or keeps it for something else, does not count.
"""

from argparse import ArgumentParser
import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
from types import FrameType
from typing import Any, Final
from unittest.mock import patch

import aiomqtt
from homeassistant.core import HomeAssistant
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mybmw.client import Poll, Reading, attributes as car
from custom_components.mybmw.client.cardata import Broker, source as cardata_source
from custom_components.mybmw.client.cardata.mqtt import callback_queue
from custom_components.mybmw.sources import cardata_stream
from script.lib.bench.stage import entry_of, home
from tests.client.support.cardata import FakeStream
from tests.ha.conftest import account
from tests.ha.support.cardata import MILEAGE_KEY, say
from tests.replay import cardata
from tests.replay.fingerprints import bundled, load
from tests.replay.mybmw import SimulatedMyBMW

_ROOT: Final = Path(__file__).parents[2] / "custom_components" / "mybmw"
_GARAGE: Final = "client/core/garage.py"
_CLIENT: Final = "client/"
_CORE: Final = "client/core/"
_CAR: Final = "ix_xdrive50"
_ENTITY: Final = "sensor.ix_xdrive50_mileage"
_DEPTH: Final = 8


@dataclass
class Trace:
    """The files by the order in which a value first passes them, before and after the garage."""

    value: int
    way_in: dict[str, None] = field(default_factory=dict)
    way_out: dict[str, None] = field(default_factory=dict)
    written: bool = False
    published: bool = False

    _write: FrameType | None = None

    @property
    def files(self) -> list[str]:
        """All files."""
        return [*(self.way_in | self.way_out)]

    @property
    def entered_again(self) -> list[str]:
        """The files above the garage that the value passes on its way out as well."""
        above = list(self.way_in)
        above = above[: above.index(_GARAGE)]
        return [file for file in self.way_out if file in above and not file.startswith(_CORE)]

    def __call__(self, frame: FrameType, event: str, value: object) -> None:
        """Take note of one call or return of Python."""
        if self.written or event not in ("call", "return"):
            return
        file, call = _file(frame), event == "call"
        if frame is self._write:
            self.written = True
        elif call and frame.f_code.co_name == "async_write_ha_state":
            self._note_write(frame)
        elif file is not None:
            caller = _caller(frame)
            self.published |= caller == _GARAGE and not file.startswith(_CLIENT)
            giver = caller if call else file
            values = [*frame.f_locals.values()] if call else [value]
            if giver is None or caller == file:
                return
            if any(_holds(self.value, item) for item in values):
                self._note(giver, call=call)

    def _note(self, file: str, *, call: bool) -> None:
        """Note a file; what returns on the way out was passed on the way in."""
        if not self.published:
            self.way_in.setdefault(file)
        elif call or file not in self.way_in:
            self.way_out.setdefault(file)

    def _note_write(self, frame: FrameType) -> None:
        """Note who is between the garage and the write of the state."""
        if getattr(frame.f_locals.get("self"), "entity_id", None) != _ENTITY:
            return
        self._write = frame
        stack: list[str] = []
        above: FrameType | None = frame
        while above is not None and (file := _file(above)) != _GARAGE:
            stack += [file] if file is not None else []
            above = above.f_back
        for file in reversed(stack):
            self.way_out.setdefault(file)


def _file(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else None


def _caller(frame: FrameType) -> str | None:
    return None if frame.f_back is None else _file(frame.f_back)


def _holds(value: int, item: object, depth: int = _DEPTH) -> bool:
    """Return whether something is the value, or data that contain it."""
    if isinstance(item, (str, bytes, bytearray)):
        return (str(value) if isinstance(item, str) else str(value).encode()) in item  # type: ignore[operator]
    if isinstance(item, (int, float)):
        return item == value
    return depth > 0 and any(_holds(value, part, depth - 1) for part in _parts(item))


def _parts(item: object) -> Iterable[object]:
    """Return what data consist of, nothing if it is something else."""
    if isinstance(item, Reading):
        return (item.value,)
    if isinstance(item, Poll):
        return (item.readings,)
    if isinstance(item, Mapping):
        return list(item.values())
    return item if isinstance(item, (list, tuple)) else ()


@contextmanager
def _traced(value: int) -> Iterator[Trace]:
    trace = Trace(value)
    sys.setprofile(trace)
    try:
        yield trace
    finally:
        sys.setprofile(None)


async def poll() -> Trace:
    """Let a value change that the app service is polled for."""
    sim = SimulatedMyBMW(list(load(bundled()[_CAR])))
    data = {"sources": {"mybmw": account(sim.issue_tokens())}}
    entry = MockConfigEntry(domain="mybmw", unique_id=sim.gcid, data=data)
    with sim.router():
        async with home() as hass:
            await _set_up(hass, entry)
            (vin,) = entry.runtime_data.vehicles
            value = _next(entry, vin)
            sim.state(vin)["state"]["currentMileage"] = value
            sim.touch(vin)
            with _traced(value) as trace:
                await entry.runtime_data.pollers["mybmw"].async_refresh()
                await hass.async_block_till_done()
    return trace


async def message() -> Trace:
    """Let a car send a value by the stream."""
    sim = cardata.SimulatedCarData(list(cardata.load(cardata.bundled()[_CAR])))
    entry = entry_of(sim)

    async def nowhere(_hass: HomeAssistant) -> Broker:
        return Broker(None)

    made: list[FakeStream] = []

    def make(*args: Any, **options: Any) -> FakeStream:
        made.append(FakeStream(*args, **options))
        return made[-1]

    streams = patch.object(cardata_source, "Stream", make)
    brokers = patch.object(cardata_stream, "bmw_broker", nowhere)
    with sim.router(), streams, brokers:
        async with home() as hass:
            await _set_up(hass, entry)
            (vin,) = entry.runtime_data.vehicles
            value = _next(entry, vin)
            payload = orjson.dumps(say(vin, {MILEAGE_KEY: value}))
            with _traced(value) as trace:
                callback_queue(made[-1].receive)().put_nowait(_mqtt(f"{sim.gcid}/{vin}", payload))
                await asyncio.sleep(0.3)
                await hass.async_block_till_done()
    return trace


def _next(entry: MockConfigEntry, vin: str) -> int:
    """Return a mileage that the car can have by now."""
    return int(entry.runtime_data.vehicles[vin].value(car.MILEAGE)) + 7


def _mqtt(topic: str, payload: bytes) -> aiomqtt.Message:
    return aiomqtt.Message(topic, payload, 0, False, 0, None)


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await asyncio.sleep(0.3)


def main() -> None:
    """Trace a value of each kind and print the files."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    traces = {"MyBMW value": asyncio.run(poll()), "MQTT payload": asyncio.run(message())}
    if options.json:
        result: dict[str, Any] = {
            name: {"files": trace.files, "entered_again": trace.entered_again}
            for name, trace in traces.items()
        }
        print(json.dumps(result))
        return
    for name, trace in traces.items():
        print(f"{name}: {len(trace.files)} files")
        for file in trace.files:
            print(f"  {file}")
        for file in trace.entered_again:
            print(f"  entered again: {file}")


if __name__ == "__main__":
    main()
