"""What has to be known to read the answers of the MyBMW service."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from ..core.values import DriveTrain

SOURCE: Final = "mybmw"


@dataclass(frozen=True, slots=True)
class Context:
    """What has to be known to read a car's answers.

    `fetched` is when they were asked for (UTC), `zone` where the car's clock is.
    """

    fetched: datetime
    zone: tzinfo
    china: bool = False
    drive_train: DriveTrain | None = None
