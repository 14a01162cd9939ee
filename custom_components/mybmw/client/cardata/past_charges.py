"""The charging history before the journal began: read once, little by little, or on request."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ..core.attributes import AnyReading
from ..core.convert import mapping
from ..core.counter import Tally
from ..core.listeners import Listeners
from ..core.source import HistoryRead
from ..core.values import ChargingSession
from .api import CardataApi
from .charging_history import history_start, past_charges
from .clock import saved_time
from .quota import Reason
from .tasks import Decision, Task

MOST_PAGES: Final = 5
"""How many pages of a list are read at once; each takes a call."""

_LONGEST: Final = timedelta(days=365)
_LATER: Final = timedelta(hours=2)
_PUBLISHED: Final = timedelta(minutes=45)
"""How long after a charge its history is read, with half an hour for differences of clocks."""

_SECOND: Final = timedelta(seconds=1)
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


class PastCharges:
    """Reads past charges, and remembers up to where it has got with each car."""

    def __init__(self, api: CardataApi, zone: tzinfo, problems: Tally) -> None:
        """Create it with nothing read; `zone` is the time zone of the cars."""
        self.charges: Listeners[str, Sequence[ChargingSession]] = Listeners()
        self._api = api
        self._zone = zone
        self._problems = problems
        self._until: dict[str, datetime] = {}
        self._newest: dict[str, datetime] = {}
        self._repeated: set[str] = set()

    def wanted(self, vin: str) -> bool:
        """Return whether charges are kept, and there may be more of them."""
        return bool(self.charges) and self._until.get(vin) != _NEVER

    def publish(self, vin: str, newest_first: Sequence[ChargingSession]) -> None:
        """Give charges that were read to the listeners."""
        for item in newest_first[:1]:
            self._newest[vin] = item.end
        self.charges(vin, newest_first)

    def again(self, decision: Decision, now: datetime) -> datetime | None:
        """Return when to read the history again, once, if the last charge is not in it yet."""
        vin = decision.vin
        if decision.task is not Task.SESSIONS or decision.reason is not Reason.CHARGE_END:
            return None
        late = self._newest.get(vin, _NEVER) < decision.at - _PUBLISHED
        if not late or vin in self._repeated:
            self._repeated.discard(vin)
            return None
        self._repeated.add(vin)
        return now + _LATER

    async def step(self, decision: Decision) -> list[AnyReading]:
        """Read one page of the year before what was read, the newest charges first."""
        now, vin = datetime.now(self._zone), decision.vin
        since, until = now - _LONGEST, self._until.get(vin) or history_start(now)
        found, page = await self._page(vin, since, until, decision.reason)
        oldest = min((item.start for item in found), default=until)
        more = page and since < oldest < until
        self._until[vin] = oldest - _SECOND if more else _NEVER
        return []

    async def read(self, vin: str, since: datetime, until: datetime) -> HistoryRead:
        """Read the charges of a period for the user; a long list is not read to its end."""
        page, calls, charges = "", 0, 0
        while calls < MOST_PAGES:
            found, page = await self._page(vin, since, until, Reason.USER, page)
            calls, charges = calls + 1, charges + len(found)
            if not page:
                break
        return HistoryRead(charges, calls, complete=not page)

    async def _page(
        self, vin: str, since: datetime, until: datetime, reason: Reason, page: str = ""
    ) -> tuple[list[ChargingSession], str]:
        times = iso(since), iso(until)
        answer, following = await self._api.charging_history(vin, *times, reason, page)
        found = past_charges(answer, self._problems, until.astimezone(UTC))
        self.charges(vin, found)
        return found, following

    def dump(self) -> dict[str, str]:
        """Return up to where it has got with each car, as JSON."""
        return {vin: until.isoformat() for vin, until in self._until.items()}

    def load(self, saved: object) -> None:
        """Restore a `dump`, without invalid parts."""
        items: Mapping[str, object] = mapping(saved)
        times = ((vin, saved_time(until)) for vin, until in items.items())
        self._until = {vin: until for vin, until in times if until is not None}


def iso(moment: datetime) -> str:
    """Return a time as CarData expects it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
