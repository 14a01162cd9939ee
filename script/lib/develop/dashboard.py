"""A dashboard generated from the entity registry, so that it fits any cars."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from custom_components.mybmw.client.journal.series import Series
from custom_components.mybmw.const import DOMAIN

from .account import devices
from .home import Json, Talk

PATH: Final = "cars"

type Card = dict[str, Any]
type Entities = Mapping[str, str]
"""Entity ids of one car by domain and translation key, such as "sensor.mileage"."""

_TRACKER: Final = "device_tracker.location"
_SERIES: Final[Mapping[str, str]] = {
    "Distance": f"_{Series.DISTANCE}",
    "Charged": "_charged_",
    "Driving energy": f"_{Series.DRIVING_ENERGY}",
}
_WIDE: Final[Card] = {"grid_options": {"columns": 12}}


def _tile(name: str | None = None, icon: str | None = None, **more: Any) -> Card:
    """Return a tile of half a row; without name or icon, those of the entity are shown.

    A tap opens the details, and does not send a command.
    """
    looking = {key: {"action": "more-info"} for key in ("tap_action", "icon_tap_action")}
    card: Card = {"type": "tile", "name": name or {"type": "entity"}, **looking, **more}
    return {**card, "icon": icon} if icon else card


def _level(name: str, icon: str, color: str) -> Card:
    bar = {"type": "bar-gauge", "min": 0, "max": 100}
    return _tile(name, icon, color=color, features=[bar])


def _button(name: str, icon: str) -> Card:
    return _tile(name, icon, hide_state=True)


_CARDS: Final[tuple[tuple[str, Card], ...]] = (
    (
        "image.image_front_side",
        {"type": "picture-entity", "show_name": False, "show_state": False, **_WIDE},
    ),
    ("lock.lock", _tile(**_WIDE)),
    ("number.target_soc", _tile(**_WIDE)),
    ("sensor.remaining_battery_percent", _level("Battery", "mdi:ev-station", "green")),
    ("sensor.remaining_fuel_percent", _level("Fuel", "mdi:gas-station", "amber")),
    ("sensor.remaining_range_total", _tile("Range", "mdi:map-marker-distance")),
    ("sensor.remaining_range_electric", _tile("Electric range", "mdi:map-marker-distance")),
    ("sensor.mileage", _tile("Mileage", "mdi:speedometer")),
    (_TRACKER, _tile("Place", "mdi:map-marker")),
    ("binary_sensor.lids", _tile("Doors", "mdi:car-door")),
    ("binary_sensor.windows", _tile("Windows", "mdi:car-windshield")),
    ("switch.climate", _tile("Climate", "mdi:air-conditioner")),
    ("sensor.climate_status", _tile("Climate", "mdi:fan")),
    ("switch.charging", _tile("Charging", "mdi:ev-plug-type2")),
    ("sensor.charging_status", _tile("Charging", "mdi:battery-charging")),
    ("binary_sensor.check_control_messages", _tile("Warnings")),
    ("binary_sensor.condition_based_services", _tile("Service")),
    ("button.light_flash", _button("Lights", "mdi:car-light-high")),
    ("button.sound_horn", _button("Horn", "mdi:bugle")),
    ("button.find_vehicle", _button("Find", "mdi:crosshairs-gps")),
)


async def ensure_dashboard(talk: Talk) -> None:
    """Create the dashboard, and make it the default one."""
    dashboards = await talk.ask("lovelace/dashboards/list")
    if not any(known["url_path"] == PATH for known in dashboards):
        await talk.ask(
            "lovelace/dashboards/create",
            url_path=PATH,
            allow_single_word=True,
            mode="storage",
            title="Cars",
            icon="mdi:car-multiple",
        )
        await _open_first(talk)
    await talk.ask("lovelace/config/save", url_path=PATH, config=await _views(talk))


async def _open_first(talk: Talk) -> None:
    core = (await talk.ask("frontend/get_user_data", key="core"))["value"] or {}
    await talk.ask("frontend/set_user_data", key="core", value={**core, "default_panel": PATH})


async def _views(talk: Talk) -> Card:
    cars = await _cars(talk)
    names = {device["id"]: device for device in await talk.ask("config/device_registry/list")}
    sections = [_section(names[device], entities) for device, entities in cars.items()]
    trackers = [entities[_TRACKER] for entities in cars.values() if _TRACKER in entities]
    views = [
        {
            "title": "Cars",
            "path": "all",
            "type": "sections",
            "max_columns": 4,
            "sections": sections,
        }
    ]
    if trackers:
        views.append({"title": "Map", "path": "map", "type": "panel", "cards": [_map(trackers)]})
    known = await talk.ask("recorder/list_statistic_ids", statistic_type="sum")
    series = sorted(item["statistic_id"] for item in known if item["source"] == DOMAIN)
    if series:
        views.append({"title": "Journal", "path": "journal", "cards": _graphs(series)})
    return {"views": views}


async def _cars(talk: Talk) -> dict[str, Entities]:
    """Return the entities of every car by device id, in the order of VINs."""
    registry = await talk.ask("config/entity_registry/list")
    ours = [entry for entry in registry if entry["platform"] == DOMAIN and not entry["disabled_by"]]
    cars: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for entry in ours:
        domain = entry["entity_id"].partition(".")[0]
        cars[entry["device_id"]][f"{domain}.{entry['translation_key']}"] = entry["entity_id"]
    order = [device for _, device in sorted((await devices(talk)).items())]
    return {device: cars[device] for device in order if device in cars}


def _section(device: Json, entities: Entities) -> Card:
    heading = {
        "type": "heading",
        "heading": device["name_by_user"] or device["name"],
        "icon": "mdi:car",
        "tap_action": {
            "action": "navigate",
            "navigation_path": f"/config/devices/device/{device['id']}",
        },
    }
    return {"type": "grid", "cards": [heading, *_cards(entities)]}


def _cards(entities: Entities) -> list[Card]:
    """Return the cards of a car, wide ones first; the last one may be widened to fill its row."""
    cards = [{"entity": entities[key], **card} for key, card in _CARDS if key in entities]
    halves = [card for card in cards if "grid_options" not in card]
    if sum(2 if "features" in card else 1 for card in halves) % 2:
        halves[-1].update(_WIDE)
    return cards


def _graphs(series: Iterable[str]) -> list[Card]:
    """Return the last days of all cars: distance and energy, each as the sum of a day."""
    found = {title: [item for item in series if end in item] for title, end in _SERIES.items()}
    day = {"type": "statistics-graph", "chart_type": "bar", "period": "day", "days_to_show": 14}
    return [
        {**day, "title": title, "stat_types": ["change"], "entities": items}
        for title, items in found.items()
        if items
    ]


def _map(trackers: list[str]) -> Card:
    return {"type": "map", "entities": trackers, "auto_fit": True}
