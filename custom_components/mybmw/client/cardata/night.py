"""The hours in which a user wants fewer calls to be spent."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple


class Night(NamedTuple):
    """The hours in which a car that says nothing is asked four times less often."""

    start: time
    end: time
    zone: tzinfo

    def holds(self, moment: datetime) -> bool:
        """Tell whether a time is within the night, which may go past midnight."""
        clock = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def over(self, moment: datetime) -> datetime:
        """Return when the night ends that a time is within."""
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return datetime.combine(day, self.end, self.zone).astimezone(UTC)
