"""The hours in which the user wants fewer calls."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple


class Night(NamedTuple):
    """The hours in which scheduled calls for values are made at a quarter of the usual rate."""

    start: time
    end: time
    zone: tzinfo

    def contains(self, moment: datetime) -> bool:
        """Return whether a time is within these hours, which may include midnight."""
        clock = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def end_after(self, moment: datetime) -> datetime:
        """Return the end (UTC) of the night that contains a time."""
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return datetime.combine(day, self.end, self.zone).astimezone(UTC)
