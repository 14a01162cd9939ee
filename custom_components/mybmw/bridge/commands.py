"""The commands that the card offers: a table of actions on entities, and what became of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util

from ..client import CommandKind, CommandResult, CommandState, attributes as car
from .viewer import ITEMS, EntityKey, Viewer
from .words import bounded, iso

_CLIMATE: Final = EntityKey("switch", "climate")
_CHARGING: Final = EntityKey("switch", "charging")
_LOCK: Final = EntityKey("lock", "lock")
_NEWEST: Final = tuple(car.LAST_COMMAND.values())

SHOWN_FOR: Final = timedelta(minutes=5)
"""How long the outcome of a command is shown."""


class CommandRow(NamedTuple):
    """A command of the card: its action, how it is confirmed, and what the car has to accept.

    Without a kind, the car is polled.
    """

    place: EntityKey
    service: str
    kind: CommandKind | None = None
    confirm: str = "none"


COMMANDS: Final[Mapping[str, tuple[CommandRow, ...]]] = {
    "lock": (CommandRow(_LOCK, "lock", CommandKind.DOOR_LOCK),),
    "unlock": (CommandRow(_LOCK, "unlock", CommandKind.DOOR_UNLOCK, "hold"),),
    "climate_start": (
        CommandRow(_CLIMATE, "turn_on", CommandKind.CLIMATE_START),
        CommandRow(
            EntityKey("button", "activate_air_conditioning"), "press", CommandKind.CLIMATE_START
        ),
    ),
    "climate_stop": (
        CommandRow(_CLIMATE, "turn_off", CommandKind.CLIMATE_STOP),
        CommandRow(
            EntityKey("button", "deactivate_air_conditioning"), "press", CommandKind.CLIMATE_STOP
        ),
    ),
    "charge_start": (CommandRow(_CHARGING, "turn_on", CommandKind.CHARGE_START),),
    "charge_stop": (CommandRow(_CHARGING, "turn_off", CommandKind.CHARGE_STOP),),
    "lights": (
        CommandRow(EntityKey("button", "light_flash"), "press", CommandKind.LIGHT_FLASH, "dialog"),
    ),
    "horn": (
        CommandRow(EntityKey("button", "sound_horn"), "press", CommandKind.HORN_BLOW, "dialog"),
    ),
    "finder": (
        CommandRow(EntityKey("button", "find_vehicle"), "press", CommandKind.VEHICLE_FINDER),
    ),
    "refresh": (CommandRow(EntityKey("button", "refresh"), "press"),),
}
"""The commands by name; the first entity counts that the user may control."""

_NAMES: Final = {
    row.kind: name for name, rows in COMMANDS.items() for row in rows if row.kind is not None
}
_STATES: Final[Mapping[CommandState, str]] = {
    CommandState.INITIATED: "pending",
    CommandState.PENDING: "pending",
    CommandState.DELIVERED: "pending",
    CommandState.UNCONFIRMED: "pending",
    CommandState.EXECUTED: "executed",
    CommandState.CONFIRMED: "executed",
}


def commands_of(viewer: Viewer) -> dict[str, dict[str, object]]:
    """Return the commands that can be sent now and that the user may send."""
    found = {name: _command(viewer, name, rows) for name, rows in COMMANDS.items()}
    return {name: command for name, command in found.items() if command is not None}


def _command(viewer: Viewer, name: str, rows: tuple[CommandRow, ...]) -> dict[str, object] | None:
    for row in rows:
        entity_id = viewer.controllable(row.place) if _can_be_sent(viewer, row) else None
        if entity_id is not None:
            return {
                "domain": row.place.domain,
                "service": row.service,
                "data": {"entity_id": entity_id},
                "confirm": row.confirm,
                "entity_id": entity_id,
                "label": viewer.words.card.get(f"command_{name}", name),
            }
    return None


def _can_be_sent(viewer: Viewer, row: CommandRow) -> bool:
    if row.kind is None:
        return viewer.coordinator.data.can_poll(viewer.vehicle.vin)
    return viewer.coordinator.availability.can_command(viewer.vehicle, row.kind)


def command_state_of(viewer: Viewer) -> dict[str, object] | None:
    """Return what became of a recent command, None if the user may not read that."""
    results = (viewer.vehicle.value(attribute) for attribute in _NEWEST)
    newest = max(filter(None, results), key=lambda item: item.time, default=None)
    if newest is None or dt_util.utcnow() - newest.time >= SHOWN_FOR:
        return None
    place = EntityKey("sensor", car.LAST_COMMAND[newest.kind].key)
    return _result(viewer, newest, place) if viewer.readable([place]) else None


def _result(viewer: Viewer, result: CommandResult, place: EntityKey) -> dict[str, object]:
    text = viewer.words.state(place.domain, ITEMS[place], result.state.lower())
    return {
        "name": _NAMES.get(result.kind, result.kind.value),
        "state": _STATES.get(result.state, "error"),
        "text": bounded(text),
        "at": iso(result.time),
    }
