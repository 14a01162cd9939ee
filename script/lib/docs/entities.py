"""The tables of entities, generated from those of the platforms."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from homeassistant.helpers.entity import EntityDescription

from custom_components.mybmw import PLATFORMS
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, Descriptor
from custom_components.mybmw.client.core.values import DriveTrain

from .tables import code, table
from .texts import TEXTS

_HEAD: Final = ("entity", "shows", "at first", "category", "command", "key")
_ON: Final[Mapping[str, str]] = {
    "battery_charging": "charging",
    "connectivity": "connected",
    "door": "open",
    "heat": "on",
    "light": "on",
    "lock": "unlocked",
    "moving": "moving",
    "opening": "open",
    "plug": "plugged in",
    "power": "on",
    "problem": "problem",
    "running": "running",
    "safety": "unsafe",
    "window": "open",
}
"""The meaning of "on", by device class."""
_KINDS: Final[Mapping[str, str]] = {"date": "a day", "timestamp": "a time"}
_CARS: Final[Mapping[frozenset[DriveTrain], str]] = {
    frozenset(): "all",
    frozenset(train for train in DriveTrain if train.plugs_in): "electric, plug-in hybrid",
    frozenset(train for train in DriveTrain if train.burns_fuel): "with a tank",
    frozenset({DriveTrain.PLUGIN_HYBRID}): "plug-in hybrid",
    frozenset(train for train in DriveTrain if not train.plugs_in): "without a plug",
    frozenset({DriveTrain.MILD_HYBRID}): "mild hybrid",
}


def entities(name: str) -> Iterator[str]:
    """Yield the table of a platform, of the catalogue, or of the account."""
    if name == "catalogue":
        return _catalogue()
    if name == "account":
        found = [(platform, item) for platform, item in _all() if not hasattr(item, "attributes")]
    else:
        found = [
            (platform, item)
            for platform, item in _all()
            if platform == name and hasattr(item, "attributes") and item.key not in DESCRIPTORS
        ]
    return table(_HEAD, (_row(platform, item) for platform, item in found))


def _catalogue() -> Iterator[str]:
    rows = [
        (
            _name(platform, item),
            _shows(platform, item),
            _cars(DESCRIPTORS[item.key]),
            "requests" if DESCRIPTORS[item.key].rest else "stream, requests",
            _at_first(item),
            code(item.key),
        )
        for platform, item in _all()
        if item.key in DESCRIPTORS
    ]
    head = ("entity", "shows", "cars", "comes by", "at first", "descriptor")
    return table(head, sorted(rows, key=lambda row: row[-1].lower()))


def _all() -> Iterator[tuple[str, Any]]:
    """Yield the descriptions of all entities, by platform, in the order of the tables."""
    for platform in sorted(PLATFORMS):
        module = import_module(f"custom_components.mybmw.{platform}")
        for value in vars(module).values():
            if isinstance(value, tuple) and value and isinstance(value[0], EntityDescription):
                yield from ((str(platform), item) for item in value)


def _row(platform: str, item: Any) -> tuple[str, ...]:
    return (
        _name(platform, item),
        _shows(platform, item),
        _at_first(item),
        str(item.entity_category or ""),
        code(str(getattr(item, "command", ""))),
        code(item.key),
    )


def _name(platform: str, item: Any) -> str:
    texts = TEXTS["entity"][platform].get(item.translation_key, {})
    return str(texts.get("name", "(the name of the car)"))


def _shows(platform: str, item: Any) -> str:
    """Return the unit, the words or the kind of a state."""
    kind = str(item.device_class or "")
    options = getattr(item, "options", None) or getattr(item, "event_types", None)
    if platform == "binary_sensor":
        return f"on: {_ON.get(kind, 'yes')}"
    if options:
        return ", ".join(map(code, options))
    if platform == "number":
        return (
            f"{item.native_min_value} to {item.native_max_value} {item.native_unit_of_measurement}"
        )
    units = ("suggested_unit_of_measurement", "native_unit_of_measurement")
    unit = next(filter(None, (getattr(item, name, None) for name in units)), None)
    return str(unit or _KINDS.get(kind, ""))


def _at_first(item: Any) -> str:
    return "on" if item.entity_registry_enabled_default else "off"


def _cars(item: Descriptor) -> str:
    return _CARS[frozenset(item.cars)]
