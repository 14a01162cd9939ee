"""The actions that this integration adds: their handlers, fields and responses."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_LATITUDE,
    ATTR_LOCATION,
    ATTR_LONGITUDE,
    ATTR_NAME,
    CONF_FILENAME,
)
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import ClientError
from ..client.journal.summary import MOST_PERIODS
from ..const import DOMAIN
from ..runtime.errors import home_assistant_error
from .charges import async_set_charge
from .commands import (
    ADDRESS,
    DAYS,
    FLASHES,
    MODES,
    async_find_vehicle,
    async_flash_lights,
    async_send_poi,
    async_set_charging_profile,
    async_set_charging_settings,
    async_set_departure_timer,
)
from .explain import async_explain
from .journal import (
    CATEGORIES,
    DELIMITERS,
    FORMATS,
    KINDS,
    LONGEST_NOTE,
    MOST_RECORDS,
    ORDERS,
    PERIODS,
    SERIES,
    async_clear_log,
    async_export_log,
    async_get_summary,
    async_import_charging_history,
    async_rebuild_statistics,
    async_set_trip,
)
from .reach import ATTR_ZONE, async_get_reach, async_get_reachability
from .responses import (
    async_get_charging_sessions,
    async_get_refuellings,
    async_get_tires,
    async_get_trips,
)
from .sources import (
    VIEWS,
    async_create_fingerprint,
    async_get_image,
    async_get_raw_data,
    async_refresh,
)

type Fields = Mapping[vol.Marker, Any]
type Handler = Callable[[ServiceCall], Awaitable[ServiceResponse]]


def _whole_number(value: object) -> int:
    number: float = vol.Coerce(float)(value)
    if not number.is_integer():
        raise vol.Invalid("expected a whole number")
    return int(number)


def _number(low: int, high: int) -> Any:
    return vol.All(_whole_number, vol.Range(low, high))


def _time(value: object) -> datetime:
    """Return a time, a local one if it has no offset."""
    return dt_util.as_utc(cv.datetime(value))


_CAR: Final[Fields] = {vol.Required(ATTR_DEVICE_ID): cv.string}
_PERIOD: Final[Fields] = {vol.Optional("start"): _time, vol.Optional("end"): _time}
_ORDER: Final[Fields] = {
    vol.Optional("limit", default=100): _number(1, MOST_RECORDS),
    vol.Optional("order", default=ORDERS[0]): vol.In(ORDERS),
}
_PLACE: Final = vol.Schema(
    {
        vol.Required(ATTR_LATITUDE): vol.Coerce(float),
        vol.Required(ATTR_LONGITUDE): vol.Coerce(float),
    },
    extra=vol.REMOVE_EXTRA,
)
_POINT: Final = vol.Schema(
    {vol.Required(ATTR_LATITUDE): cv.latitude, vol.Required(ATTR_LONGITUDE): cv.longitude},
    extra=vol.REMOVE_EXTRA,
)


class Action(NamedTuple):
    """The handler of an action, its fields, and whether it returns a response."""

    handler: Handler
    fields: Fields
    response: SupportsResponse = SupportsResponse.NONE

    async def async_handle(self, call: ServiceCall) -> ServiceResponse:
        """Call the handler; a `ClientError` is raised as a translated error."""
        try:
            return await self.handler(call)
        except ClientError as error:
            raise home_assistant_error(error) from error


ACTIONS: Final[Mapping[str, Action]] = {
    "send_poi": Action(
        async_send_poi,
        {
            **_CAR,
            vol.Required(ATTR_LOCATION): _PLACE,
            **{vol.Optional(key): cv.string for key in (ATTR_NAME, *ADDRESS)},
        },
    ),
    "set_charging_settings": Action(
        async_set_charging_settings,
        {
            **_CAR,
            vol.Optional("target_soc"): _whole_number,
            vol.Optional("ac_limit"): _whole_number,
        },
    ),
    "set_charging_profile": Action(
        async_set_charging_profile,
        {
            **_CAR,
            vol.Optional("charging_mode"): vol.In(MODES),
            vol.Optional("precondition_climate"): cv.boolean,
            vol.Optional("window_start"): cv.time,
            vol.Optional("window_end"): cv.time,
        },
    ),
    "set_departure_timer": Action(
        async_set_departure_timer,
        {
            **_CAR,
            vol.Required("timer"): _whole_number,
            vol.Optional("time"): cv.time,
            vol.Optional("days"): vol.All(cv.ensure_list, [vol.In(DAYS)]),
            vol.Optional("enabled"): cv.boolean,
        },
    ),
    "find_vehicle": Action(async_find_vehicle, _CAR, SupportsResponse.OPTIONAL),
    "flash_lights": Action(
        async_flash_lights, {**_CAR, vol.Optional("count", default=FLASHES): _whole_number}
    ),
    "refresh": Action(async_refresh, _CAR, SupportsResponse.OPTIONAL),
    "get_charging_sessions": Action(
        async_get_charging_sessions, {**_CAR, **_PERIOD, **_ORDER}, SupportsResponse.ONLY
    ),
    "get_refuellings": Action(
        async_get_refuellings, {**_CAR, **_PERIOD, **_ORDER}, SupportsResponse.ONLY
    ),
    "get_trips": Action(
        async_get_trips,
        {
            **_CAR,
            **_PERIOD,
            **_ORDER,
            vol.Optional("include_short", default=False): cv.boolean,
        },
        SupportsResponse.ONLY,
    ),
    "get_summary": Action(
        async_get_summary,
        {
            **_CAR,
            vol.Optional("period", default="month"): vol.In(PERIODS),
            vol.Optional("count", default=1): _number(1, MOST_PERIODS),
        },
        SupportsResponse.ONLY,
    ),
    "export_log": Action(
        async_export_log,
        {
            **_CAR,
            **_PERIOD,
            vol.Optional("what", default="trips"): vol.In(KINDS),
            vol.Optional("format", default="csv"): vol.In(FORMATS),
            vol.Optional(CONF_FILENAME): cv.string,
            vol.Optional("delimiter", default="comma"): vol.In(DELIMITERS),
            vol.Optional("bom", default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
    "set_trip": Action(
        async_set_trip,
        {
            **_CAR,
            vol.Optional("trip"): cv.string,
            vol.Optional("category"): vol.In(CATEGORIES),
            vol.Optional("note"): vol.All(cv.string, vol.Length(max=LONGEST_NOTE)),
        },
        SupportsResponse.OPTIONAL,
    ),
    "import_charging_history": Action(
        async_import_charging_history,
        {**_CAR, vol.Required("start"): _time, vol.Optional("end"): _time},
        SupportsResponse.OPTIONAL,
    ),
    "set_charge": Action(
        async_set_charge,
        {
            **_CAR,
            vol.Optional("charge"): cv.string,
            vol.Optional("cost"): vol.All(vol.Coerce(float), vol.Range(-10_000, 100_000)),
            vol.Optional("zone"): cv.entity_domain("zone"),
            vol.Optional("note"): vol.All(cv.string, vol.Length(max=LONGEST_NOTE)),
            vol.Optional("recalculate"): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
    "rebuild_statistics": Action(
        async_rebuild_statistics,
        {**_CAR, vol.Optional("series"): vol.All(cv.ensure_list, [vol.In(SERIES)])},
    ),
    "clear_log": Action(
        async_clear_log, {**_CAR, vol.Required("confirm"): cv.boolean}, SupportsResponse.OPTIONAL
    ),
    "get_tires": Action(async_get_tires, _CAR, SupportsResponse.ONLY),
    "get_reachability": Action(
        async_get_reachability,
        {
            **_CAR,
            vol.Optional(ATTR_ZONE): cv.entity_domain("zone"),
            vol.Optional(ATTR_LOCATION): _POINT,
        },
        SupportsResponse.ONLY,
    ),
    "explain": Action(
        async_explain,
        {vol.Optional(ATTR_DEVICE_ID): cv.string, vol.Optional(ATTR_ENTITY_ID): cv.entity_id},
        SupportsResponse.ONLY,
    ),
    "get_reach": Action(async_get_reach, _CAR, SupportsResponse.ONLY),
    "get_raw_data": Action(
        async_get_raw_data,
        {**_CAR, vol.Optional("redact", default=True): cv.boolean},
        SupportsResponse.ONLY,
    ),
    "get_image": Action(
        async_get_image,
        {
            **_CAR,
            vol.Optional("view", default=next(iter(VIEWS))): vol.In(VIEWS),
            vol.Optional(CONF_FILENAME): cv.string,
            vol.Optional("data", default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
    "create_fingerprint": Action(
        async_create_fingerprint,
        {
            vol.Optional(ATTR_DEVICE_ID): cv.string,
            vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
        },
        SupportsResponse.OPTIONAL,
    ),
}


@callback
def async_set_up_actions(hass: HomeAssistant) -> None:
    """Register all actions, whether or not an account is loaded."""
    for name, action in ACTIONS.items():
        hass.services.async_register(
            DOMAIN, name, action.async_handle, vol.Schema(action.fields), action.response
        )
