"""Past charges as the services list them."""

from datetime import datetime

from .travel import Position
from .value_class import record


@record
class ChargingBlock:
    """A part of a charge and its mean power from the grid in kW."""

    start: datetime
    end: datetime
    power: float


@record
class ChargingSession:
    """One past charge: energy from the grid in kWh, states of charge in %, mileage in km.

    `place` is an address, `public` who runs a public charging point. `cost` is in `currency`
    (ISO 4217). `blocks` are the power over time.
    """

    start: datetime
    end: datetime
    energy: float | None = None
    start_soc: float | None = None
    end_soc: float | None = None
    mileage: float | None = None
    place: str | None = None
    position: Position | None = None
    public: str | None = None
    preconditioned: bool | None = None
    cost: float | None = None
    currency: str | None = None
    blocks: tuple[ChargingBlock, ...] = ()
