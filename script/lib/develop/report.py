"""Report the entities of the cars."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from time import time
from typing import Any, Final

from homeassistant.const import __version__

from custom_components.mybmw.const import DOMAIN

from .account import devices, entries
from .home import Home, Json, Talk

_UNDER_WAY: Final = frozenset({"not_loaded", "setup_in_progress", "unload_in_progress"})
_QUIET: Final = 1.0
_LONGEST: Final = 30.0
# Their state is the time of the last use, so "unknown" is expected.
_STATELESS: Final = frozenset({"button", "event", "notify", "scene"})


@dataclass(frozen=True, slots=True)
class Report:
    """The cars in Home Assistant; `failed` are entries and cars that could not be set up."""

    ha_version: str = __version__
    entries: int = 0
    vehicles: int = 0
    entities: int = 0
    entities_by_platform: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    unavailable: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)


async def running(home: Home) -> None:
    """Wait until Home Assistant has started and no entry is being set up."""
    while True:
        config = await home.call("GET", "/api/config")
        states = {entry["state"] for entry in await entries(home)}
        if config["state"] == "RUNNING" and not states & _UNDER_WAY:
            return
        await asyncio.sleep(0.1)


async def settle(home: Home) -> float:
    """Wait until states do not change any more, for 30 s at most.

    Returns the time of the last change in seconds since 1970.
    """
    begun = time()
    while True:
        changed = max(begun, *_changes(await home.call("GET", "/api/states")))
        if time() - changed > _QUIET or time() - begun > _LONGEST:
            return changed
        await asyncio.sleep(0.1)


def _changes(states: Iterable[Json]) -> list[float]:
    return [datetime.fromisoformat(state["last_updated"]).timestamp() for state in states]


async def report(home: Home, talk: Talk, vins: set[str]) -> Report:
    """Return the report on all entities of these cars."""
    accounts = await entries(home)
    cars = await devices(talk)
    states = await _states(home, talk)
    real = {entity: state for entity, state in states.items() if _domain(entity) not in _STATELESS}
    return Report(
        entries=len(accounts),
        vehicles=len(cars),
        entities=len(states),
        entities_by_platform=dict(sorted(Counter(map(_domain, states)).items())),
        unknown=[entity for entity, state in real.items() if state == "unknown"],
        unavailable=[entity for entity, state in states.items() if state == "unavailable"],
        failed=[*_failed(accounts), *(f"{vin}: no device" for vin in sorted(vins - set(cars)))],
        states=dict(sorted(states.items())),
    )


async def _states(home: Home, talk: Talk) -> dict[str, str]:
    registry = await talk.ask("config/entity_registry/list")
    ours = {entry["entity_id"] for entry in registry if entry["platform"] == DOMAIN}
    states: list[dict[str, Any]] = await home.call("GET", "/api/states")
    return {state["entity_id"]: state["state"] for state in states if state["entity_id"] in ours}


def _domain(entity: str) -> str:
    return entity.partition(".")[0]


def _failed(accounts: Iterable[Json]) -> list[str]:
    return [
        f"{entry['title']}: {entry['state']}, {entry['reason']}"
        for entry in accounts
        if entry["state"] != "loaded"
    ]
