"""The units of prices of energy and fuel."""

from collections.abc import Mapping
from typing import Final

from homeassistant.const import UnitOfVolume
from homeassistant.util.unit_conversion import VolumeConverter

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
_VOLUMES: Final[Mapping[str, str]] = {
    **{unit.lower().replace(" ", ""): unit for unit in VolumeConverter.VALID_UNITS if unit},
    **dict.fromkeys(("", "liter", "litre"), UnitOfVolume.LITERS),
    "gallon": UnitOfVolume.GALLONS,
}
"""The units of volume; a price of fuel that is only in a currency is taken to be per litre."""


def price_factor(unit: object, currency: str) -> float | None:
    """Return by what a price is multiplied to be per kWh in a currency, None for another unit.

    A price without a unit is taken to be per kWh.
    """
    if unit is None:
        return 1.0
    money, energy = _parts(unit)
    factor, scale = _ENERGIES.get(energy), _scale(money, currency)
    return None if factor is None or scale is None else factor * scale


def fuel_price_factor(unit: object, currency: str) -> float | None:
    """Return by what a price is multiplied to be per litre in a currency, None for another unit.

    A price without a unit is taken to be per litre; gallons are those of the USA.
    """
    if unit is None:
        return 1.0
    money, volume = _parts(unit)
    known, scale = _VOLUMES.get(volume), _scale(money, currency)
    if known is None or scale is None:
        return None
    return scale * VolumeConverter.convert(1.0, UnitOfVolume.LITERS, known)


def _parts(unit: object) -> tuple[str, str]:
    """Return the unit of money and the one that it is for."""
    money, _, amount = str(unit).strip().lower().replace(" ", "").partition("/")
    return money, amount


def _scale(money: str, currency: str) -> float | None:
    """Return the worth of a unit of money in a currency, None if it is of another one."""
    if money in _CENTS:
        return _MINOR
    is_currency = money == currency.lower() or currency in _SYMBOLS.get(money, frozenset())
    return 1.0 if is_currency else None
