"""The units of prices of energy."""

from collections.abc import Mapping
from typing import Final

_ENERGIES: Final[Mapping[str, float]] = {
    "wh": 1000.0,
    "kwh": 1.0,
    "mwh": 0.001,
    "gwh": 0.000001,
    "mj": 3.6,
    "gj": 0.0036,
}
_CENTS: Final = frozenset({"ct", "cent", "cents", "c", "¢", "p", "öre", "øre", "rp", "gr"})
_SYMBOLS: Final[Mapping[str, frozenset[str]]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "fr": frozenset({"CHF"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    "ft": frozenset({"HUF"}),
}
_MINOR: Final = 0.01


def price_factor(unit: object, currency: str) -> float | None:
    """Return by what a price is multiplied to be per kWh in a currency, None for another unit.

    A price without a unit is taken to be per kWh.
    """
    if unit is None:
        return 1.0
    money, _, energy = str(unit).strip().lower().replace(" ", "").partition("/")
    factor = _ENERGIES.get(energy)
    if factor is None:
        return None
    if money in _CENTS:
        return factor * _MINOR
    is_currency = money == currency.lower() or currency in _SYMBOLS.get(money, frozenset())
    return factor if is_currency else None
