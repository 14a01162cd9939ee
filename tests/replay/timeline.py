"""Timelines of stream messages, recorded or generated, and their replay.

See cardata.md#stream-messages.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import json
import logging
import math
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Self

from .cardata.cars import StreamMessage, parse_time
from .fingerprints import Json
from .world import timestamp, utcnow

_LOGGER = logging.getLogger(__name__)

LATITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE: Final = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
TRIP_END: Final = "vehicle.trip.segment.end.time"

_TEXT_TIME: Final = "%d.%m.%Y %H:%M:%S UTC"
_BURST: Final = 2.0

type Value = float | str | bool | timedelta | None


@dataclass(frozen=True, slots=True)
class Change:
    """A value of one descriptor that arrives `at` seconds from the start of the timeline.

    It was measured `delay` seconds before. A timedelta as value is a time, counted as `at` is.
    """

    at: float
    descriptor: str
    value: Value
    unit: str | None = None
    delay: float = 0.0

    @property
    def measured(self) -> float:
        """The time of measurement, in seconds from the start of the timeline."""
        return self.at - self.delay

    def later(self, seconds: float) -> Self:
        """Return the same measurement with a later arrival."""
        return replace(self, at=self.at + seconds, delay=self.delay + seconds)


def duplicates(changes: Iterable[Change], every: int = 4, delay: float = 0.4) -> Iterator[Change]:
    """Send every n-th change a second time, seconds later."""
    once = list(changes)
    return _in_order(once + [change.later(delay) for change in once[every - 1 :: every]])


def out_of_order(
    changes: Iterable[Change], every: int = 5, delay: float = 200.0
) -> Iterator[Change]:
    """Delay every n-th change so that newer ones arrive before it."""
    some = list(changes)
    some[every - 1 :: every] = [change.later(delay) for change in some[every - 1 :: every]]
    return _in_order(some)


def half_positions(
    changes: Iterable[Change], every: int = 3, delay: float | None = None
) -> Iterator[Change]:
    """Lose every n-th longitude, or let it arrive seconds after its latitude."""
    rest: list[Change] = []
    longitudes: list[Change] = []
    for change in changes:
        (longitudes if change.descriptor == LONGITUDE else rest).append(change)
    if delay is None:
        del longitudes[every - 1 :: every]
        return _in_order(rest + longitudes)
    return _in_order([*rest, *out_of_order(longitudes, every, delay)])


def _in_order(changes: Iterable[Change]) -> Iterator[Change]:
    return iter(sorted(changes, key=attrgetter("at")))


def messages(
    changes: Iterable[Change], *, vin: str, gcid: str, start: datetime, together: int = 1
) -> Iterator[StreamMessage]:
    """Combine changes into messages, up to `together` values of a burst in one."""
    waiting: list[Change] = []
    for change in changes:
        names = {held.descriptor for held in waiting}
        if waiting and (
            len(waiting) == together
            or change.at - waiting[0].at > _BURST
            or change.descriptor in names
        ):
            yield _message(waiting, vin, gcid, start)
            waiting = []
        waiting.append(change)
    if waiting:
        yield _message(waiting, vin, gcid, start)


def _message(changes: list[Change], vin: str, gcid: str, start: datetime) -> StreamMessage:
    time = start + _milliseconds(changes[-1].at)
    data = {change.descriptor: _item(change, start) for change in changes}
    payload = {
        "vin": vin,
        "entityId": gcid,
        "topic": vin,
        "timestamp": timestamp(time),
        "data": data,
    }
    return StreamMessage(time, f"{gcid}/{vin}", payload)


def _item(change: Change, start: datetime) -> Json:
    value = change.value
    if isinstance(value, timedelta):
        value = (start + value).astimezone(UTC).strftime(_TEXT_TIME)
    item: Json = {"timestamp": timestamp(start + _milliseconds(change.measured))}
    item["value"] = value
    return item if change.unit is None else {**item, "unit": change.unit}


def _milliseconds(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(1000 * seconds))


def load(path: Path) -> list[StreamMessage]:
    """Return the messages of a `stream.jsonl`; a broken line is logged and left out."""
    recorded = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line) if line.strip() else None
                if row:
                    time = parse_time(row["time"])
                    recorded.append(StreamMessage(time, row["topic"], row["payload"]))
            except (KeyError, TypeError, ValueError) as error:
                _LOGGER.warning("%s:%d: %r", path, number, error)
    return recorded


def lines(recording: Iterable[StreamMessage]) -> Iterator[str]:
    """Yield the lines of a `stream.jsonl`."""
    for message in recording:
        row = {"time": timestamp(message.time), "topic": message.topic, "payload": message.payload}
        yield json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n"


def shifted(
    recording: Iterable[StreamMessage],
    start: datetime,
    speed: float = 1.0,
    gcid: str | None = None,
) -> Iterator[StreamMessage]:
    """Move all times so that the first message is at `start` and the rest follow `speed` as fast.

    The order of all times stays. With `gcid`, it is put in place of the recorded one.
    """
    begin: datetime | None = None

    def moved(time: datetime) -> datetime:
        assert begin
        return start + (time - begin) / speed

    for message in recording:
        begin = begin or message.time
        owner, _, vin = message.topic.rpartition("/")
        payload = _moved_payload(message.payload, moved, gcid)
        yield StreamMessage(moved(message.time), f"{gcid or owner}/{vin}", payload)


def _moved_payload(payload: Any, moved: Callable[[datetime], datetime], gcid: str | None) -> Any:
    """Move the times of a payload; anything else is not changed."""
    if not isinstance(payload, dict):
        return payload
    changed = _moved_item(payload, moved)
    if gcid and "entityId" in payload:
        changed["entityId"] = gcid
    if isinstance(data := payload.get("data"), dict):
        changed["data"] = {
            name: _moved_item(item, moved) if isinstance(item, dict) else item
            for name, item in data.items()
        }
        with suppress(KeyError, TypeError, ValueError):
            item = changed["data"][TRIP_END]
            ended = datetime.strptime(item["value"], _TEXT_TIME).replace(tzinfo=UTC)
            item["value"] = moved(ended).astimezone(UTC).strftime(_TEXT_TIME)
    return changed


def _moved_item(item: Json, moved: Callable[[datetime], datetime]) -> Json:
    changed = dict(item)
    with suppress(KeyError, TypeError, ValueError):
        changed["timestamp"] = timestamp(moved(parse_time(item["timestamp"])))
    return changed


async def play(
    recording: Iterable[StreamMessage],
    publish: Callable[[str, Any], Awaitable[object]],
    *,
    speed: float = 1.0,
    gcid: str | None = None,
    clock: Callable[[], datetime] = utcnow,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> int:
    """Publish (VIN, payload) from now on; return how many.

    With the speed `math.inf` all is sent at once, with times that end now.
    """
    loop = asyncio.get_running_loop()
    begin, count = loop.time(), 0
    start = clock()
    if at_once := math.isinf(speed):
        recording = list(recording)
        if recording:
            start -= max(message.time for message in recording) - recording[0].time
    for message in shifted(recording, start, 1.0 if at_once else speed, gcid):
        wait = begin + (message.time - start).total_seconds() - loop.time()
        if wait > 0 and not at_once:
            await sleep(wait)
        await publish(message.topic.rpartition("/")[2], message.payload)
        count += 1
    return count
