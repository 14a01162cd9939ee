"""The time zone of this machine."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import override


class LocalZone(tzinfo):
    """The time zone of this machine, with the offset that it has or had at each time.

    The operating system knows the offsets, also where its zone has no name that Python can find.
    """

    @override
    def utcoffset(self, dt: datetime | None, /) -> timedelta | None:
        """Return the offset at a local time, None without one."""
        if dt is None:
            return None
        local = dt.replace(tzinfo=None)
        return local - local.astimezone(UTC).replace(tzinfo=None)

    @override
    def dst(self, dt: datetime | None, /) -> None:
        """Return None: whether it is summer time is not known, and not needed."""

    @override
    def tzname(self, dt: datetime | None, /) -> str | None:
        """Return the name of the zone at a local time, None without one."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    @override
    def fromutc(self, dt: datetime, /) -> datetime:
        """Return the local time of a time in UTC."""
        local = dt.replace(tzinfo=UTC).astimezone()
        first = local.replace(tzinfo=self, fold=0)
        return first.replace(fold=int(first.utcoffset() != local.utcoffset()))
