"""The contents of the files of an entry."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.util import dt as dt_util

from ..client import BlockedError, Garage, Persistent, dump
from .car_store import CarContents
from .poller import SourcePoller
from .store import Plan


def plan_of(
    garage: Garage,
    pollers: Mapping[str, SourcePoller],
    former: Mapping[str, Mapping[str, Any]],
) -> Plan:
    """Return the contents of the file of an entry; `former` are the stored data of sources."""
    now = dt_util.utcnow()
    return {
        "cars": list(garage.vehicles),
        "commands": garage.dump_commands(),
        "due": {name: poller.due.isoformat() for name, poller in pollers.items() if poller.due},
        "blocked": [
            name
            for name, poller in pollers.items()
            if poller.refused_before or isinstance(poller.error, BlockedError)
        ],
        "sources": {
            **{name: {**saved, "cars": {}} for name, saved in former.items()},
            **{name: source.dump() for name, source in _persistent(garage)},
        },
        "health": {name: poller.health.dump(now) for name, poller in pollers.items()},
        "saved": now.isoformat(),
    }


def car_of(garage: Garage, vin: str, former: Mapping[str, Mapping[str, Any]]) -> CarContents | None:
    """Return the contents of the file of a car, None if the car was removed."""
    vehicle = garage.vehicles.get(vin)
    if vehicle is None:
        return None
    stored = {name: saved["cars"].get(vin) for name, saved in former.items()}
    current = {name: source.dump_car(vin) for name, source in _persistent(garage)}
    sources = {name: saved for name, saved in (stored | current).items() if saved is not None}
    return {"readings": dump(vehicle), "sources": sources}


def _persistent(garage: Garage) -> Iterator[tuple[str, Persistent]]:
    for name, can in garage.capabilities.items():
        if can.persistent is not None:
            yield name, can.persistent
