"""The context in which responses are read."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from ..core.values import DriveTrain

SOURCE: Final = "mybmw"


@dataclass(frozen=True, slots=True)
class Context:
    """The context of the responses about a car.

    `fetched` is the time of the request (UTC), `zone` the time zone of the car.
    """

    fetched: datetime
    zone: tzinfo
    china: bool = False
    drive_train: DriveTrain | None = None
