"""Which part of a charge at home came from the roof."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..core.records import Charge
from ..core.value_class import mutable
from .series import QUARTER

HOUR: Final = 4 * QUARTER
_LEAST_KNOWN: Final = 0.95


@mutable
class Flows:
    """What a home got in an hour, in kWh: from the sun, the grid and a battery; and gave back."""

    solar: float = 0.0
    grid: float = 0.0
    battery: float = 0.0
    returned: float = 0.0

    @property
    def share(self) -> float | None:
        """The part of what was used that came from the sun, None if nothing was used."""
        direct = max(self.solar - self.returned, 0.0)
        used = direct + max(self.grid, 0.0) + max(self.battery, 0.0)
        return direct / used if used > 0 else None


def hours_of(item: Charge) -> Iterable[int]:
    """Return the hours of a charge, in s since 1970."""
    return sorted({int(slot.start.timestamp() // HOUR * HOUR) for slot in item.slots})


def solar_share(item: Charge, flows: Mapping[int, Flows]) -> float | None:
    """Return the part of a charge in % that came from the sun, None if too little is known."""
    total = known = solar = 0.0
    for slot in item.slots:
        total += slot.energy
        hour = flows.get(int(slot.start.timestamp() // HOUR * HOUR))
        share = None if hour is None else hour.share
        if share is not None:
            known += slot.energy
            solar += slot.energy * share
    return round(100 * solar / known, 1) if total and known >= _LEAST_KNOWN * total else None
