"""Days in the life of an account: cars that drive, charge and sleep, a service that fails at
times, another program that spends calls as well, and a source that makes the best of it.

Time goes from event to event: the next message of a car, the next time that the source wants to
work, or something that happens to the account.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Final

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from custom_components.mybmw.client import ClientError
from custom_components.mybmw.client.cardata.pictures import VIEW
from custom_components.mybmw.client.cardata.quota import DAY, LIMIT, RELEASED, RESERVE
from custom_components.mybmw.client.core.attributes import CHECK_CONTROL, SERVICES, AnyAttribute
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS
from custom_components.mybmw.client.core.values import StreamState
from tests.client.support.cardata import Client, simulate, unplug
from tests.replay.cardata import Endpoint, SimulatedCarData, StreamMessage
from tests.replay.carstate import IGNITION, STATUS, CarState
from tests.replay.days import days
from tests.replay.faults import gateway
from tests.replay.timeline import TRIP_END, messages

CARS: Final = ("i4_edrive40", "320i", "x3_30e", "mini_cooper_se")
START: Final = datetime(2026, 11, 10, tzinfo=UTC)
PATIENCE: Final = timedelta(minutes=15)
"""How soon values have to be read after the end of a trip or of a charge."""

ONLY_REST: Final[frozenset[AnyAttribute]] = frozenset(
    {SERVICES, CHECK_CONTROL, *(item.attribute for item in DESCRIPTORS.values() if item.rest)}
)
"""What the stream never reports."""

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_PICTURES: Final = timedelta(minutes=10)
_APART: Final = timedelta(minutes=23)
_OUTAGE: Final = (START + DAY + 9 * _HOUR, START + DAY + 12 * _HOUR, START + DAY + 15 * _HOUR)
_FIRST_RESTART: Final = START + 31 * _HOUR
_RESTARTS: Final = 1.5 * DAY
_OTHERS: Final = 10
_LOGIN: Final = {Endpoint.DEVICE_CODE, Endpoint.TOKEN, Endpoint.REFRESH, Endpoint.ANY}
_ENDS: Final = {TRIP_END: None, IGNITION: "ASN_isFalse", STATUS: "CHARGINGENDED"}

type Times = dict[str, list[datetime]]
type Happening = tuple[datetime, Callable[[], Awaitable[None]]]


@dataclass
class Outcome:
    """What happened: who called when, and when the source learnt something about which car.

    `begin` is when the day of the set-up was over; ages and means are those of the time after it.
    `pictures` are answers of REST, `heard` messages of the stream, `ends` the ends of trips and
    charges that came by the stream. `restarts` are the calls that each restart cost.
    """

    start: datetime
    end: datetime
    begin: datetime
    calls: list[datetime] = field(default_factory=list)
    others: list[datetime] = field(default_factory=list)
    pictures: Times = field(default_factory=dict)
    heard: Times = field(default_factory=dict)
    ends: list[tuple[datetime, str]] = field(default_factory=list)
    restarts: list[int] = field(default_factory=list)

    def first_day(self) -> Outcome:
        """Return the same of the first 24 hours."""
        return replace(self, begin=self.start, end=self.start + DAY)

    @property
    def calls_a_day(self) -> float:
        """How many calls the source made."""
        return len(self._since(self.calls)) / ((self.end - self.begin) / DAY)

    def evenly(self) -> Times:
        """Return the pictures of a poller that makes as many calls, at a fixed interval."""
        calls, vins = len(self._since(self.calls)), list(self.pictures)
        found: Times = {vin: [] for vin in vins}
        for number in range(calls):
            time = self.begin + number * (self.end - self.begin) / calls
            if not _OUTAGE[0] <= time < _OUTAGE[-1]:
                found[vins[number % len(vins)]].append(time)
        return found

    def age(self, learnt: Times, share: float) -> float:
        """Return how old, in minutes, data were at most for this share of the time of all cars."""
        lengths = [
            (later - former) / _MINUTE
            for times in map(self._since, learnt.values())
            for former, later in zip(times, [*times[1:], self.end], strict=True)
        ]
        young, old = 0.0, max(lengths)
        while old - young > 0.01:
            middle = (young + old) / 2
            if sum(min(middle, length) for length in lengths) < share * sum(lengths):
                young = middle
            else:
                old = middle
        return old

    def delay(self, pictures: Times, share: float) -> float:
        """Return within how many minutes values were read after this share of ends."""
        waits = sorted(
            (min((time for time in pictures[vin] if time > end), default=self.end) - end) / _MINUTE
            for end, vin in self.ends
            if end >= self.begin
        )
        return waits[int(share * (len(waits) - 1))]

    def _since(self, times: Iterable[datetime]) -> list[datetime]:
        return [time for time in times if self.begin <= time < self.end]

    def late(self) -> list[tuple[datetime, str]]:
        """Return the ends without a read soon after, although BMW and the quota allowed it."""
        return [end for end in self.ends if not self._seen(*end) and not self._excused(end[0])]

    def _seen(self, end: datetime, vin: str) -> bool:
        return any(end < time <= end + PATIENCE for time in self.pictures[vin])

    def _excused(self, end: datetime) -> bool:
        until = end + PATIENCE
        out = end < _OUTAGE[-1] and until > _OUTAGE[0]
        times = [end, *(call for call in self.calls if end < call <= until)]
        spent = any(in_24_hours(self.calls, time) >= LIMIT - RESERVE for time in times)
        return out or spent or until > self.end


def in_24_hours(calls: Iterable[datetime], until: datetime) -> int:
    """Return how many of these calls were made in the 24 hours up to a time."""
    return sum(until - DAY < call <= until for call in calls)


def together(one: Times, other: Times) -> Times:
    """Return all times by car, in order."""
    return {vin: sorted([*one[vin], *other[vin]]) for vin in one}


async def live(
    cars: int,
    count: int,
    *,
    silent: bool = False,
    hour: int = 0,
    released: int = RELEASED,
    change: Callable[[SimulatedCarData], object] = lambda _sim: None,
) -> Outcome:
    """Live so many days, and a first one for the set-up, with so many cars.

    With `silent`, nothing comes by the stream and nothing goes wrong. `hour` is when it begins,
    `released` how much of the user's reserve others may take in the evening. `change` is called
    with the service before.
    """
    with freeze_time(START + hour * _HOUR) as clock:
        assert isinstance(clock, FrozenDateTimeFactory)
        life = _Life(cars, count + 1, clock, silent=silent)
        life.client.source.ledger.released = released
        change(life.sim)
        return await life.run()


class _Life:
    def __init__(
        self, cars: int, count: int, clock: FrozenDateTimeFactory, *, silent: bool
    ) -> None:
        self._clock = clock
        self.sim = simulate(*CARS[:cars])
        if silent:
            unplug(self.sim)
        self.client = Client.of(self.sim)
        self._messages = [] if silent else list(self._sent(count))
        vins = list(self.sim.cars)
        start = datetime.now(UTC)
        self._outcome = Outcome(
            start,
            start + count * DAY,
            start + DAY,
            pictures={vin: [] for vin in vins},
            heard={vin: [] for vin in vins},
        )
        self._due = start
        self._silent = False
        self._listening = AsyncExitStack()

    def _sent(self, count: int) -> Iterator[StreamMessage]:
        """Yield what the cars send; each sleeps for two days out of six."""
        for number, car in enumerate(self.sim.cars.values()):
            state, begin = CarState.of(car.basic_data, car.telematics), START + number * _APART
            asleep = {(2 + number) % 6, (3 + number) % 6}
            life = days(state, count)
            for message in messages(life, vin=car.vin, gcid=self.sim.gcid, start=begin, together=8):
                if (message.time - begin).days % 6 not in asleep:
                    yield message

    async def run(self) -> Outcome:
        """Live all days."""
        outcome = self._outcome
        async with self._listening:
            await self._listening.enter_async_context(self.client.listening())
            for time, happen in sorted(self._happenings(), key=itemgetter(0)):
                if time < outcome.end:
                    await self._work_until(time)
                    self._clock.move_to(time)
                    await happen()
            await self._work_until(outcome.end)
        outcome.calls += [call.time for call in self.sim.calls if call.counted]
        return outcome

    def _happenings(self) -> Iterator[Happening]:
        yield self._outcome.start + _PICTURES, self._look
        restart = _FIRST_RESTART
        while restart < self._outcome.end:
            yield restart, self._restart
            restart += _RESTARTS
        if not self._messages:
            return
        for message in self._messages:
            yield message.time, partial(self._deliver, message)
        for number in range((self._outcome.end - START).days * _OTHERS):
            yield START + (number + 0.5) * DAY / _OTHERS, self._spend
        yield from zip(_OUTAGE, (self._fail, self._fall_silent, self._heal), strict=True)

    async def _work_until(self, end: datetime) -> None:
        """Let the source work when it is due; check again then, as the plan may have changed."""
        source = self.client.source
        while self._due < end:
            self._clock.move_to(max(self._due, datetime.now(UTC)))
            if source.due() <= datetime.now(UTC):
                await self._work()
            self._due = source.due()

    async def _work(self) -> None:
        poll, now = await self.client.work(), datetime.now(UTC)
        for vin, readings in poll.readings.items():
            if any(reading.attribute in ONLY_REST for reading in readings):
                self._outcome.pictures[vin].append(now)

    async def _deliver(self, message: StreamMessage) -> None:
        vin = message.payload["vin"]
        self.sim.cars[vin].receive(message.payload)
        if self._silent:
            return
        planned = self.client.planned
        self.client.send(vin, message.payload)
        if self.client.planned != planned:
            self._due = self.client.source.due()
        self._outcome.heard[vin].append(message.time)
        values = {key: item["value"] for key, item in message.payload["data"].items()}
        if any(key in values and end in (None, values[key]) for key, end in _ENDS.items()):
            self._outcome.ends.append((message.time, vin))

    async def _look(self) -> None:
        """Fetch the picture of each car, as its image does in Home Assistant."""
        for vin in self.sim.cars:
            with suppress(ClientError):
                await self.client.source.image(self.client.car(vin), VIEW)

    async def _spend(self) -> None:
        self.sim.spend(1)
        self._outcome.others.append(datetime.now(UTC))

    async def _restart(self) -> None:
        before, used = self.client.source.due(), self.sim.used
        await self._listening.aclose()
        released = self.client.source.ledger.released
        self.client = self.client.restart()
        self.client.source.ledger.released = released
        await self._listening.enter_async_context(self.client.listening())
        self._due = self.client.source.due()
        if before > datetime.now(UTC):
            await self._work()
        self._outcome.restarts.append(self.sim.used - used)

    async def _fail(self) -> None:
        for endpoint in set(Endpoint) - _LOGIN:
            self.sim.fail(endpoint, gateway(), times=None)

    async def _fall_silent(self) -> None:
        self._silent = True
        self._become(StreamState.LOST)

    async def _heal(self) -> None:
        self._silent = False
        self.sim.heal()
        self._become(StreamState.CONNECTED)

    def _become(self, state: StreamState) -> None:
        assert self.client.stream is not None
        self.client.stream.become(state)
        self._due = self.client.source.due()
