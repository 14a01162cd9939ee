"""The prices that the user has set: their fields in the options, and what is wrong with them."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.generated.currencies import ACTIVE_CURRENCIES
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client.journal.prices import Price, PriceAt, PriceList, PricePeriod, fixed, time_of_use
from ..const import (
    HIGHEST_PRICE,
    OPTION_CURRENCY,
    OPTION_FUEL_PRICE,
    OPTION_FUEL_PRICE_ENTITY,
    OPTION_PLACE_PRICES,
    OPTION_PRICE,
    OPTION_PRICE_ENTITY,
    OPTION_PRICE_PERIODS,
    OPTION_PUBLIC_AC,
    OPTION_PUBLIC_DC,
    OPTION_PUBLIC_FEE,
    OPTION_TARIFF,
    TARIFF_ENTITY,
    TARIFF_FIXED,
    TARIFF_NONE,
    TARIFF_TIMES,
    WEEKDAYS,
)
from ..runtime.files import mapping_of, sequence_of
from .price_units import price_factor

MOST_PERIODS: Final = 6
MOST_PLACES: Final = 5
_UNKNOWN: Final = frozenset({"unknown", "unavailable"})


def amount_field(unit: str, low: float = 0.0) -> NumberSelector:
    """Return a field for an amount of money."""
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=HIGHEST_PRICE,
            step="any",
            unit_of_measurement=unit,
            mode=NumberSelectorMode.BOX,
        )
    )


def _rows(key: str, label: str, fields: Mapping[str, Selector[Any]]) -> ObjectSelector:
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                name: {"selector": field, "required": name not in {"days", "fee"}}
                for name, field in fields.items()
            },
            multiple=True,
            label_field=label,
            description_field="price",
            translation_key=key,
        )
    )


def tariff_fields(currency: str) -> dict[vol.Marker, Any]:
    """Return the fields of prices for the options, in a currency that can be changed."""
    price, fee = amount_field(f"{currency}/kWh", -HIGHEST_PRICE), amount_field(currency)
    periods: dict[str, Selector[Any]] = {
        "start": TimeSelector(),
        "end": TimeSelector(),
        "days": SelectSelector(
            SelectSelectorConfig(options=WEEKDAYS, translation_key="weekday", multiple=True)
        ),
        "price": price,
    }
    zone = EntitySelector(EntitySelectorConfig(domain="zone"))
    entity = EntitySelector(EntitySelectorConfig(domain=["sensor", "input_number", "number"]))
    return {
        vol.Required(OPTION_CURRENCY, default=currency): SelectSelector(
            SelectSelectorConfig(
                options=sorted({*ACTIVE_CURRENCIES, currency}), mode=SelectSelectorMode.DROPDOWN
            )
        ),
        vol.Optional(OPTION_TARIFF): SelectSelector(
            SelectSelectorConfig(
                options=[TARIFF_NONE, TARIFF_FIXED, TARIFF_TIMES, TARIFF_ENTITY],
                translation_key="tariff",
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Optional(OPTION_PRICE): price,
        vol.Optional(OPTION_PRICE_PERIODS): _rows(OPTION_PRICE_PERIODS, "start", periods),
        vol.Optional(OPTION_PRICE_ENTITY): entity,
        vol.Optional(OPTION_PUBLIC_AC): price,
        vol.Optional(OPTION_PUBLIC_DC): price,
        vol.Optional(OPTION_PUBLIC_FEE): fee,
        vol.Optional(OPTION_PLACE_PRICES): _rows(
            OPTION_PLACE_PRICES, "zone", {"zone": zone, "price": price, "fee": fee}
        ),
    }


def currency_of(hass: HomeAssistant, options: Mapping[str, Any]) -> str:
    """Return the currency of the prices, that of Home Assistant as long as there are none.

    It is kept with the prices, so that another currency of Home Assistant does not change them.
    """
    kept: str = options.get(OPTION_CURRENCY, hass.config.currency)
    return kept


def without_idle_currency(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return options without a currency that no price is in."""
    priced = has_prices(options) or has_fuel_price(options)
    idle = frozenset[str]() if priced else {OPTION_CURRENCY}
    return {key: value for key, value in options.items() if key not in idle}


def tariff_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the translation key of what is wrong with prices, None if nothing is."""
    checks = {
        TARIFF_FIXED: _fixed_error,
        TARIFF_TIMES: _periods_error,
        TARIFF_ENTITY: _entity_error,
    }
    check = checks.get(options.get(OPTION_TARIFF, TARIFF_NONE))
    if check is not None and (error := check(hass, options)) is not None:
        return error
    places = [row["zone"] for row in options.get(OPTION_PLACE_PRICES, [])]
    if len(places) > MOST_PLACES or len(set(places)) < len(places):
        return "place_prices_invalid"
    return None


def _fixed_error(_hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    return None if OPTION_PRICE in options else "price_missing"


def _periods_error(_hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    rows = options.get(OPTION_PRICE_PERIODS, [])
    return None if 0 < len(rows) <= MOST_PERIODS else "price_periods_invalid"


def _entity_error(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the entity; one that has no state now cannot be checked."""
    if OPTION_PRICE_ENTITY not in options:
        return "price_entity_missing"
    state = hass.states.get(options[OPTION_PRICE_ENTITY])
    if state is None or state.state in _UNKNOWN:
        return None
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return None if price_factor(unit, currency_of(hass, options)) else "price_entity_unit"


def prices_of(
    hass: HomeAssistant, options: Mapping[str, Any], of_entity: PriceAt | None
) -> PriceList | None:
    """Return the prices in the options, None if there are none."""
    fee, currency = options.get(OPTION_PUBLIC_FEE, 0.0), currency_of(hass, options)
    found = PriceList(
        currency,
        _home(options, of_entity),
        {
            row["zone"]: Price(fixed(row["price"]), row.get("fee") or 0.0)
            for row in map(mapping_of, sequence_of(options.get(OPTION_PLACE_PRICES)))
        },
        _public(options.get(OPTION_PUBLIC_AC), fee),
        _public(options.get(OPTION_PUBLIC_DC), fee),
    )
    return found if found != PriceList(currency) else None


def has_prices(options: Mapping[str, Any]) -> bool:
    """Return whether the user has set a price of charging."""
    keys = (OPTION_PUBLIC_AC, OPTION_PUBLIC_DC, OPTION_PLACE_PRICES)
    set_alone = any(options.get(key) not in (None, []) for key in keys)
    return set_alone or options.get(OPTION_TARIFF, TARIFF_NONE) != TARIFF_NONE


def has_fuel_price(options: Mapping[str, Any]) -> bool:
    """Return whether the user has set a price of fuel."""
    return any(
        options.get(key) is not None for key in (OPTION_FUEL_PRICE, OPTION_FUEL_PRICE_ENTITY)
    )


def _public(price: float | None, fee: float) -> Price | None:
    return None if price is None else Price(fixed(price), fee)


def _home(options: Mapping[str, Any], of_entity: PriceAt | None) -> Price | None:
    base = options.get(OPTION_PRICE)
    makers: Mapping[str, Callable[[], PriceAt | None]] = {
        TARIFF_FIXED: lambda: None if base is None else fixed(base),
        TARIFF_TIMES: lambda: time_of_use(base, _rules(options), dt_util.get_default_time_zone()),
        TARIFF_ENTITY: lambda: of_entity,
    }
    at = makers.get(options.get(OPTION_TARIFF, TARIFF_NONE), lambda: None)()
    return None if at is None else Price(at)


def _rules(options: Mapping[str, Any]) -> list[PricePeriod]:
    return [
        PricePeriod(
            frozenset(map(WEEKDAYS.index, row.get("days") or WEEKDAYS)),
            time.fromisoformat(row["start"]),
            time.fromisoformat(row["end"]),
            row["price"],
        )
        for row in options.get(OPTION_PRICE_PERIODS, [])
    ]
