"""The units of the Auto API, and those of the vocabulary that they mean."""

from collections.abc import Mapping
from typing import Final

from ..core.attributes import Unit

type Factor = tuple[float, float]
"""What to multiply with, and what to add then."""

_SAME: Final = (1.0, 0.0)

_METERS: Final[Mapping[str, float]] = {
    "meters": 1.0,
    "millimeters": 0.001,
    "centimeters": 0.01,
    "decimeters": 0.1,
    "kilometers": 1_000.0,
    "megameters": 1_000_000.0,
    "inches": 0.0254,
    "feet": 0.3048,
    "yards": 0.9144,
    "miles": 1_609.344,
    "scandinavian_miles": 10_000.0,
    "nautical_miles": 1_852.0,
}
_SECONDS: Final[Mapping[str, float]] = {
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3_600.0,
    "days": 86_400.0,
    "weeks": 604_800.0,
}
_MONTH: Final = 365.25 / 12 * _SECONDS["days"]
_LONG: Final[Mapping[str, float]] = {**_SECONDS, "months": _MONTH}
_GALLON: Final = 3.785411784
_IMPERIAL_GALLON: Final = 4.54609


def _scaled(units: Mapping[str, float], divisor: float) -> dict[str, Factor]:
    return {unit: (factor / divisor, 0.0) for unit, factor in units.items()}


FACTORS: Final[Mapping[Unit, Mapping[str, Factor]]] = {
    Unit.KILOMETERS: _scaled(_METERS, 1_000),
    Unit.METERS: _scaled(_METERS, 1),
    Unit.KILOMETERS_PER_HOUR: {
        "meters_per_second": (3.6, 0.0),
        "kilometers_per_hour": _SAME,
        "miles_per_hour": (1.609344, 0.0),
        "knots": (1.852, 0.0),
    },
    Unit.CELSIUS: {
        "celsius": _SAME,
        "kelvin": (1.0, -273.15),
        "fahrenheit": (5 / 9, -160 / 9),
    },
    Unit.KILOPASCAL: {
        "pascals": (0.001, 0.0),
        "kilopascals": _SAME,
        "inches_of_mercury": (3.386389, 0.0),
        "bars": (100.0, 0.0),
        "millibars": (0.1, 0.0),
        "millimeters_of_mercury": (0.133322, 0.0),
        "pounds_force_per_square_inch": (6.894757, 0.0),
    },
    Unit.KILOWATT: {
        "watts": (0.001, 0.0),
        "milliwatts": (0.000001, 0.0),
        "kilowatts": _SAME,
        "megawatts": (1_000.0, 0.0),
        "horsepower": (0.745699872, 0.0),
    },
    Unit.KILOWATT_HOURS: {
        "joules": (1 / 3_600_000, 0.0),
        "kilojoules": (1 / 3_600, 0.0),
        "watt_hours": (0.001, 0.0),
        "kilowatt_hours": _SAME,
    },
    Unit.LITERS: {
        "liters": _SAME,
        "milliliters": (0.001, 0.0),
        "centiliters": (0.01, 0.0),
        "deciliters": (0.1, 0.0),
        "cubic_millimeters": (0.000001, 0.0),
        "cubic_centimeters": (0.001, 0.0),
        "cubic_decimeters": _SAME,
        "cubic_meters": (1_000.0, 0.0),
        "cubic_inches": (0.016387064, 0.0),
        "cubic_feet": (28.316846592, 0.0),
        "fluid_ounces": (_GALLON / 128, 0.0),
        "gallons": (_GALLON, 0.0),
        "imperial_fluid_ounces": (_IMPERIAL_GALLON / 160, 0.0),
        "imperial_gallons": (_IMPERIAL_GALLON, 0.0),
    },
    Unit.AMPERE: {"amperes": _SAME, "milliamperes": (0.001, 0.0), "kiloamperes": (1_000.0, 0.0)},
    Unit.VOLT: {"volts": _SAME, "millivolts": (0.001, 0.0), "kilovolts": (1_000.0, 0.0)},
    Unit.SECONDS: _scaled(_SECONDS, 1),
    Unit.MINUTES: _scaled(_SECONDS, 60),
    Unit.DAYS: _scaled(_LONG, _SECONDS["days"]),
    Unit.WEEKS: _scaled(_LONG, _SECONDS["weeks"]),
    Unit.DEGREES: {
        "degrees": _SAME,
        "radians": (57.29577951308232, 0.0),
        "revolutions": (360.0, 0.0),
    },
    Unit.KILOWATT_HOURS_PER_100_KILOMETERS: {"kwh_per_100_kilometers": _SAME},
}
"""By the unit that is wanted, the unit that comes; what depends on voltage is not there."""

INVERSE: Final[Mapping[str, float]] = {"miles_per_kwh": 1.609344, "kilometers_per_kwh": 1.0}
"""Efficiencies that are sent as distance per energy, in kilometres per kWh."""
