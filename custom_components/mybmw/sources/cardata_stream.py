"""Options of the CarData stream: BMW's broker, the user's own one, or none."""

from collections.abc import Callable, Mapping
import re
import ssl
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_PREFIX, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util.ssl import create_client_context
import voluptuous as vol

from ..client.cardata import Broker
from ..const import CONF_CA, CONF_TLS, OPTION_STREAM, STREAM_BMW, STREAM_OFF, STREAM_OWN
from .entry_data import NAME, OPTIONAL_TEXT, damaged_options, number, tolerant

STREAMS: Final = (STREAM_BMW, STREAM_OWN, STREAM_OFF)

_MQTT_PORT: Final = 1883
_PREFIX: Final = "bmw"
_WILDCARDS: Final = re.compile(r"[#+\0]")
_PORT: Final = NumberSelector(
    NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX)
)
FIELDS: Final = vol.Schema(
    {
        vol.Required(OPTION_STREAM, default=STREAM_BMW): SelectSelector(
            SelectSelectorConfig(
                options=list(STREAMS),
                translation_key="stream",
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Optional(CONF_HOST): TextSelector(),
        vol.Optional(CONF_PORT, default=_MQTT_PORT): _PORT,
        vol.Optional(CONF_TLS, default=False): BooleanSelector(),
        vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Optional(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="off")),
        vol.Optional(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
        vol.Optional(CONF_PREFIX, default=_PREFIX): TextSelector(),
    }
)
_NORMALIZE: Final[Mapping[str, Callable[[Any], Any]]] = {
    CONF_PORT: int,
    CONF_HOST: str.strip,
    CONF_PREFIX: lambda prefix: prefix.strip().rstrip("/#+") or _PREFIX,
}
_STORED: Final = tolerant(
    {
        vol.Optional(OPTION_STREAM): vol.In(STREAMS),
        vol.Optional(CONF_HOST): str,
        vol.Optional(CONF_PORT): number(1, 65535),
        vol.Optional(CONF_TLS): bool,
        vol.Optional(CONF_CA): OPTIONAL_TEXT,
        vol.Optional(CONF_USERNAME): OPTIONAL_TEXT,
        vol.Optional(CONF_PASSWORD): OPTIONAL_TEXT,
        vol.Optional(CONF_PREFIX): str,
    }
)
_OWN: Final = tolerant({vol.Required(CONF_HOST): NAME, vol.Required(CONF_PORT): object})


def normalize(stream: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options to store: an integer port, and texts without surrounding whitespace."""
    return {key: _NORMALIZE.get(key, lambda item: item)(value) for key, value in stream.items()}


def check_stored(stream: object) -> object:
    """Validate stored options; the user's own broker needs an address."""
    options: dict[str, Any] = _STORED(stream)
    return _OWN(options) if options.get(OPTION_STREAM) == STREAM_OWN else options


async def validate(hass: HomeAssistant, stream: Mapping[str, Any]) -> str | None:
    """Return the translation key of an error in the user's own broker, None if it is valid."""
    if stream.get(OPTION_STREAM) != STREAM_OWN:
        return None
    if not stream.get(CONF_HOST):
        return "host_missing"
    if _WILDCARDS.search(stream.get(CONF_PREFIX, "")):
        return "prefix_invalid"
    try:
        await hass.async_add_executor_job(_own_tls, stream.get(CONF_CA))
    except ssl.SSLError:
        return "ca_invalid"
    return None


async def broker(hass: HomeAssistant, options: Mapping[str, Any]) -> Broker | None:
    """Return the broker of the stream, None if it is off."""
    kind = options.get(OPTION_STREAM, STREAM_BMW)
    if kind == STREAM_OFF:
        return None
    if kind != STREAM_OWN:
        return await bmw_broker(hass)
    return Broker(
        await _tls(hass, options.get(CONF_CA)) if options.get(CONF_TLS) else None,
        options[CONF_HOST],
        options[CONF_PORT],
        prefix=options.get(CONF_PREFIX, _PREFIX),
        username=options.get(CONF_USERNAME),
        password=options.get(CONF_PASSWORD),
    )


async def bmw_broker(hass: HomeAssistant) -> Broker:
    """Return BMW's broker, which supports TLS 1.3 only."""
    return Broker(await hass.async_add_executor_job(_strict_tls))


def _strict_tls() -> ssl.SSLContext:
    context = create_client_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


async def _tls(hass: HomeAssistant, authority: str | None) -> ssl.SSLContext:
    """Return the TLS context of the user's own broker. Raises `ConfigEntryError`."""
    try:
        return await hass.async_add_executor_job(_own_tls, authority)
    except ssl.SSLError:
        raise damaged_options(f"{OPTION_STREAM}.{CONF_CA}") from None


def _own_tls(authority: str | None) -> ssl.SSLContext:
    """Return the TLS context of the user's own broker. Raises `SSLError` for an invalid PEM."""
    context = create_client_context()
    if authority:
        context.load_verify_locations(cadata=authority)
    return context
