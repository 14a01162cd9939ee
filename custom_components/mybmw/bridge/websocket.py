"""The commands of the websocket API that the card uses."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection, event_message
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import DOMAIN
from .car import body_of, drive_of
from .facts import FACTS, fact_of, reason_of
from .feed import Feed
from .history import history_of, month_of
from .viewer import CarDevice, Viewer, cars_of
from .words import Words, async_words, known_language

type Message = dict[str, Any]

_FEEDS: Final[HassKey[dict[str, Feed]]] = HassKey(f"{DOMAIN}_feeds")
_MOST_SUBSCRIPTIONS: Final = 64
_NOT_FOUND: Final = "not_found"
_NO_JOURNAL: Final = "no_journal"
_INVALID: Final = "invalid_format"
_TOO_MANY: Final = "too_many"
_ID: Final = vol.All(str, vol.Length(max=64))
_LANGUAGE: Final = vol.All(str, vol.Length(max=16))

_GROUPS: Final = {
    "position": ("position",),
    "climate": ("climate_active",),
    "tyres": ("tyre_front_left", "tyre_front_right", "tyre_rear_left", "tyre_rear_right"),
    "service": ("next_service_date", "next_service_distance"),
}


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register all commands."""
    hass.data[_FEEDS] = {}
    for command in (_subscribe, _list_cars, _history, _why):
        websocket_api.async_register_command(hass, command)


class Subscription:
    """The subscription of one card; it may be closed while its texts are read."""

    def __init__(self, hass: HomeAssistant, connection: ActiveConnection, number: int) -> None:
        self._hass = hass
        self._connection = connection
        self._number = number
        self._end: Callable[[], None] | None = None
        self.closed = False

    @callback
    def open(self, shown: CarDevice, language: str, words: Words) -> None:
        """Begin to send."""
        feeds, user = self._hass.data[_FEEDS], self._connection.user
        feed = feeds.setdefault(shown.device_id, Feed(self._hass, shown))

        @callback
        def end() -> None:
            feed.remove(user, language, self)
            if not feed.is_used:
                feeds.pop(shown.device_id, None)

        self._end = end
        feed.add(user, language, words, self, self._send)

    @callback
    def close(self) -> None:
        """Stop sending."""
        self.closed = True
        if self._end is not None:
            self._end()

    @callback
    def _send(self, content: Message) -> None:
        self._connection.send_message(event_message(self._number, content))


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/card/subscribe",
        vol.Optional("device_id"): _ID,
        vol.Optional("language"): _LANGUAGE,
    }
)
@websocket_api.async_response
async def _subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send what the card shows of a car, and what changes of it."""
    number: int = msg["id"]
    shown = car_of(hass, connection, msg)
    if shown is None:
        return
    mine = [item for item in connection.subscriptions.values() if _is_ours(item)]
    if len(mine) >= _MOST_SUBSCRIPTIONS:
        connection.send_error(number, _TOO_MANY, "Too many subscriptions")
        return
    subscription = Subscription(hass, connection, number)
    connection.subscriptions[number] = subscription.close
    language = known_language(hass, msg.get("language"))
    words = await async_words(hass, language)
    if not subscription.closed:
        connection.send_result(number)
        subscription.open(shown, language, words)


def _is_ours(close: Callable[[], Any]) -> bool:
    return isinstance(getattr(close, "__self__", None), Subscription)


def car_of(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> CarDevice | None:
    """Return the wanted car, else the first one; send an error if the user may not read it."""
    wanted = msg.get("device_id")
    for found in cars_of(hass, connection.user):
        if wanted in (None, found.device_id):
            return found
    connection.send_error(msg["id"], _NOT_FOUND, "There is no such car")
    return None


@callback
def viewer_of(
    hass: HomeAssistant, connection: ActiveConnection, shown: CarDevice, words: Words
) -> Viewer | None:
    """Return how the user sees a car, None if its account is not loaded."""
    if shown.entry.state is not ConfigEntryState.LOADED:
        return None
    coordinator = shown.entry.runtime_data
    vehicle = coordinator.vehicles.get(shown.vin)
    if vehicle is None:
        return None
    return Viewer(hass, coordinator, vehicle, connection.user, words)


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/card/cars", vol.Optional("language"): _LANGUAGE}
)
@websocket_api.async_response
async def _list_cars(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send all cars that the user may read, with the entities of their facts."""
    words = await async_words(hass, known_language(hass, msg.get("language")))
    cars = cars_of(hass, connection.user)
    viewers = [(shown, viewer_of(hass, connection, shown, words)) for shown in cars]
    found = [_listed(shown, viewer) for shown, viewer in viewers if viewer is not None]
    connection.send_result(msg["id"], found)


def _listed(shown: CarDevice, viewer: Viewer) -> dict[str, object]:
    facts = ((fact.name, fact_of(viewer, fact)) for fact in FACTS)
    known = {name: fact for name, fact in facts if fact is not None}
    has = {group: any(name in known for name in names) for group, names in _GROUPS.items()}
    return {
        "device_id": shown.device_id,
        "name": shown.name,
        "drive": drive_of(viewer.vehicle),
        "body": body_of(viewer.vehicle),
        "entities": {name: fact["entity_id"] for name, fact in known.items() if fact["entity_id"]},
        "has": {"journal": shown.vin in viewer.coordinator.journals.cars, **has},
    }


async def _async_viewer(
    hass: HomeAssistant, connection: ActiveConnection, msg: Message
) -> Viewer | None:
    """Return how the user sees the wanted car; send an error if that is not possible."""
    shown = car_of(hass, connection, msg)
    if shown is None:
        return None
    words = await async_words(hass, known_language(hass, msg.get("language")))
    viewer = viewer_of(hass, connection, shown, words)
    if viewer is None:
        connection.send_error(msg["id"], _NOT_FOUND, "The car is not loaded")
    return viewer


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/card/history",
        vol.Required("device_id"): _ID,
        vol.Required("month"): vol.All(str, vol.Length(max=7)),
        vol.Optional("whole", default=False): bool,
        vol.Optional("language"): _LANGUAGE,
    }
)
@websocket_api.async_response
async def _history(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send a month of the journal of a car."""
    viewer = await _async_viewer(hass, connection, msg)
    if viewer is None:
        return
    journal = viewer.coordinator.journals.cars.get(viewer.vehicle.vin)
    if journal is None:
        connection.send_error(msg["id"], _NO_JOURNAL, "The journal is switched off")
        return
    try:
        month = month_of(msg["month"])
    except ValueError:
        connection.send_error(msg["id"], _INVALID, "A month is like 2026-11")
        return
    connection.send_result(msg["id"], history_of(viewer, journal, month, whole=msg["whole"]))


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/card/why",
        vol.Required("device_id"): _ID,
        vol.Required("fact"): vol.All(str, vol.Length(max=64)),
        vol.Optional("language"): _LANGUAGE,
    }
)
@websocket_api.async_response
async def _why(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Send why a fact is current, old or missing."""
    viewer = await _async_viewer(hass, connection, msg)
    if viewer is None:
        return
    text = reason_of(viewer, msg["fact"])
    if text is None:
        connection.send_error(msg["id"], _NOT_FOUND, "There is no such fact")
        return
    connection.send_result(msg["id"], {"text": text})
