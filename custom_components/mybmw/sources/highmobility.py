"""High Mobility: a fleet or a driver's consent, webhooks, what it costs."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.generated.currencies import ACTIVE_CURRENCIES
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import EventKind, Http, Redactor
from ..client.highmobility import (
    SOURCE,
    Costs,
    HighMobilitySource,
    HighMobilityTokens,
    Prices,
    connect,
)
from ..const import CONF_SOURCES
from ..runtime.store import SpentStore
from ..runtime.token_store import TokenStore
from .entry_data import NAME, OPTIONAL_TEXT, number, tolerant
from .highmobility_forms import (
    CONF_APP_ID,
    CONF_AUTH_URI,
    CONF_FLEET,
    CONF_KEY_ID,
    CONF_PRIVATE_KEY,
    CONF_SANDBOX,
    CONF_TOKEN_URI,
    CONF_VINS,
    CONF_WEBHOOK_SECRET,
    application,
    places,
)
from .highmobility_steps import HighMobilitySteps, async_revoke
from .spec import SourceSetup

_LOGGER = logging.getLogger(__name__)

_WEBHOOK_PRICE: Final = "webhook_price"
_CALL_PRICE: Final = "call_price"
_CAP: Final = "price_cap"
_LIMIT: Final = "price_limit"
_LOCAL_MONTH: Final = "local_month"
_FASTER: Final = "faster_when_free"
_SHA1: Final = "accept_sha1"
_CURRENCY: Final = "currency"
_FREE: Final = "free_events"
_MOST: Final = 10_000
_LEAST: Final = 0.01
_SPENT: Final = "highmobility.spent"


_PRICES: Final = {_WEBHOOK_PRICE: 0.0, _CALL_PRICE: 0.0, _CAP: _LEAST, _LIMIT: _LEAST}
"""Amounts of money, and the least that each may be."""

_USUAL: Final = Prices()
_CURRENCIES: Final = SelectSelector(
    {"options": sorted(ACTIVE_CURRENCIES), "mode": SelectSelectorMode.DROPDOWN}
)
_FLAGS: Final = (_LOCAL_MONTH, _FASTER, _SHA1)
FIELDS: Final = vol.Schema(
    {
        vol.Required(_CURRENCY, default=_USUAL.currency): _CURRENCIES,
        **{
            vol.Optional(name): NumberSelector(
                NumberSelectorConfig(min=least, max=_MOST, step="any", mode=NumberSelectorMode.BOX)
            )
            for name, least in _PRICES.items()
        },
        vol.Required(_FREE, default=sorted(_USUAL.free)): SelectSelector(
            SelectSelectorConfig(
                options=list(EventKind), multiple=True, translation_key="highmobility_event"
            )
        ),
        **{vol.Required(name, default=False): BooleanSelector() for name in _FLAGS},
    }
)


async def _build(hass: HomeAssistant, entry: ConfigEntry, redactor: Redactor) -> HighMobilitySource:
    store = TokenStore(hass, entry, SOURCE, HighMobilityTokens.load, redactor)
    await store.async_begin()
    account = entry.data[CONF_SOURCES][SOURCE]
    options = entry.options.get(SOURCE, {})
    source = connect(
        get_async_client(hass),
        application(account),
        places(account),
        fleet=account[CONF_FLEET],
        vins=account.get(CONF_VINS),
        webhook_secret=account[CONF_WEBHOOK_SECRET],
        weak_signatures=options.get(_SHA1, False),
        costs=_costs(options),
        faster=options.get(_FASTER, False),
        tokens=store.load(),
        save=store.save,
        load=store.load,
        redactor=redactor,
    )
    spent = SpentStore(hass, entry.entry_id, _SPENT)
    source.keep(spent.save, await spent.load())
    return source


def _costs(options: Mapping[str, Any]) -> Costs:
    """Return what counts; a price that the user did not set is none."""

    def amount(name: str) -> Decimal | None:
        return None if options.get(name) is None else Decimal(str(options[name]))

    prices = Prices(
        webhook=amount(_WEBHOOK_PRICE) or Decimal(),
        request=amount(_CALL_PRICE) or Decimal(),
        cap=amount(_CAP) or _USUAL.cap,
        currency=options.get(_CURRENCY, _USUAL.currency),
        free=frozenset(options.get(_FREE, _USUAL.free)),
    )
    zone = dt_util.get_default_time_zone() if options.get(_LOCAL_MONTH) else UTC
    return Costs(prices, zone, amount(_LIMIT))


async def _ended(hass: HomeAssistant, entry: ConfigEntry, account: Mapping[str, Any]) -> None:
    """Revoke the tokens, as far as that works."""
    await SpentStore(hass, entry.entry_id, _SPENT).remove()
    if await async_revoke(Http(get_async_client(hass), Redactor()), account):
        _LOGGER.info("The tokens of High Mobility were revoked")
    else:
        _LOGGER.warning(
            "The tokens of High Mobility could not be revoked; end the consent in its portal"
        )


SETUP: Final = SourceSetup(
    build=_build,
    steps=HighMobilitySteps,
    account=tolerant(
        {
            vol.Required(CONF_FLEET): bool,
            vol.Required(CONF_CLIENT_ID): NAME,
            vol.Required(CONF_WEBHOOK_ID): NAME,
            vol.Required(CONF_WEBHOOK_SECRET): NAME,
            vol.Optional(CONF_SANDBOX): bool,
            vol.Optional(CONF_VINS): vol.Any(None, [NAME]),
            **{
                vol.Optional(name): OPTIONAL_TEXT
                for name in (
                    CONF_APP_ID,
                    CONF_AUTH_URI,
                    CONF_CLIENT_SECRET,
                    CONF_KEY_ID,
                    CONF_PRIVATE_KEY,
                    CONF_TOKEN_URI,
                )
            },
        }
    ),
    server=lambda entry: places(entry.data[CONF_SOURCES][SOURCE]).api,
    fallback_id=lambda account: f"highmobility-{account[CONF_WEBHOOK_ID]}",
    options={vol.Required(SOURCE): section(FIELDS, {"collapsed": True})},
    stored_options={
        vol.Optional(SOURCE): tolerant(
            {
                **{vol.Optional(name): number(0, _MOST) for name in _PRICES},
                # Currencies come and go, and a newer version may know more events
                vol.Optional(_CURRENCY): vol.Match(r"^[A-Z]{3}$"),
                vol.Optional(_FREE): [str],
                **{vol.Optional(name): bool for name in _FLAGS},
            }
        )
    },
    ended=_ended,
)
