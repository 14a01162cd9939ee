"""Units as BMW spells them, in lower case, and their conversion to the units of attributes."""

from collections.abc import Mapping
from typing import Final

from .attributes import Unit

KILOMETERS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("", "km", "kms", "kilometer", "kilometers", "kilometre", "kilometres"), 1.0),
    **dict.fromkeys(("mi", "mls", "mile", "miles"), 1.609344),
    **dict.fromkeys(("meter", "meters", "metre", "metres"), 0.001),
}
MINUTES: Final[Mapping[str, float]] = {
    **dict.fromkeys(("", "min", "mins", "m", "minute", "minutes"), 1.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1 / 60),
}
_SAME: Final = (1.0, 0.0)
FACTORS: Final[Mapping[Unit, Mapping[str, tuple[float, float]]]] = {
    Unit.KILOMETERS: {unit: (factor, 0.0) for unit, factor in KILOMETERS.items()},
    Unit.METERS: {
        **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), _SAME),
        **dict.fromkeys(("ft", "foot", "feet"), (0.3048, 0.0)),
    },
    Unit.KILOMETERS_PER_HOUR: {
        **dict.fromkeys(("km/h", "kmh", "kph"), _SAME),
        **dict.fromkeys(("mph", "mi/h"), (1.609344, 0.0)),
    },
    Unit.CELSIUS: {
        **dict.fromkeys(("°c", "c", "celsius", "degc", "degrees celsius"), _SAME),
        **dict.fromkeys(("°f", "f", "fahrenheit", "degf", "degrees fahrenheit"), (5 / 9, -160 / 9)),
        **dict.fromkeys(("k", "kelvin"), (1.0, -273.15)),
    },
    Unit.KILOPASCAL: {
        **dict.fromkeys(("kpa", "kilopascal"), _SAME),
        "bar": (100.0, 0.0),
        **dict.fromkeys(("mbar", "hpa"), (0.1, 0.0)),
        "pa": (0.001, 0.0),
        "psi": (6.894757, 0.0),
    },
    Unit.KILOWATT: {
        **dict.fromkeys(("kw", "kilowatt"), _SAME),
        **dict.fromkeys(("w", "watt", "watts"), (0.001, 0.0)),
    },
    Unit.KILOWATT_HOURS: {"kwh": _SAME, "wh": (0.001, 0.0), "mwh": (1000.0, 0.0)},
    Unit.LITERS: {
        **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), _SAME),
        **dict.fromkeys(("gal", "gallon", "gallons"), (3.785412, 0.0)),
        "ml": (0.001, 0.0),
    },
    Unit.AMPERE: {
        **dict.fromkeys(("a", "amp", "amps", "ampere", "amperes"), _SAME),
        "ma": (0.001, 0.0),
    },
    Unit.VOLT: {**dict.fromkeys(("v", "volt", "volts"), _SAME), "mv": (0.001, 0.0)},
    Unit.SECONDS: {unit: (factor * 60, 0.0) for unit, factor in MINUTES.items() if unit},
    Unit.MINUTES: {unit: (factor, 0.0) for unit, factor in MINUTES.items()},
}
"""Factor and offset, by target unit and received unit."""

_DIGITS: Final = 6


def converted(amount: float, unit: str, wanted: Unit) -> float:
    """Return an amount converted to the target unit; raise ValueError for an unknown unit."""
    known = FACTORS[wanted].get(unit)
    if known is None:
        raise ValueError("not a known unit")
    factor, offset = known
    return amount if factor == 1 and not offset else round(amount * factor + offset, _DIGITS)
