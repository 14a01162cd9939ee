"""What the charges of a month, or another period, show of the battery."""

from collections.abc import Sequence
from statistics import median

from ..core.records import Charge
from ..core.value_class import record
from .battery import grid_samples


@record
class CapacityRow:
    """The capacity in kWh by so many charges, beside what the car says, and the odometer in km.

    `by_grid` means that it was calculated from the energy from the grid, with losses assumed.
    """

    capacity: float | None
    charges: int
    by_grid: bool
    reported: float | None
    health: float | None
    odometer: float | None


def capacity_row(charges: Sequence[Charge]) -> CapacityRow | None:
    """Return what charges show of the battery, None if they show nothing."""
    ordered = sorted(charges, key=lambda item: item.end)
    figures = [item.battery for item in ordered if item.battery is not None]
    shown = [item.shown for item in figures if item.shown is not None]
    known = shown or [sample.capacity for sample in grid_samples(ordered)]
    reported = [item.reported for item in figures if item.reported is not None]
    health = [item.health for item in figures if item.health is not None]
    if not (known or reported or health):
        return None
    return CapacityRow(
        round(median(known), 1) if known else None,
        len(known),
        bool(known) and not shown,
        reported[-1] if reported else None,
        health[-1] if health else None,
        max((item.odometer for item in ordered if item.odometer is not None), default=None),
    )
