"""A day with an hour of driving and four of charging, as the stream and REST report it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import random
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.mybmw.const import DOMAIN
from tests.ha.support.cardata import MILEAGE_KEY, SOC_KEY, push, say
from tests.replay.carstate import LOCK, STATUS
from tests.replay.timeline import LATITUDE, LONGITUDE
from tests.replay.writes import Written, disk_writes

HOUR: Final = timedelta(hours=1)
DAY: Final = 24 * HOUR
STEP: Final = timedelta(minutes=1)
_APART: Final = timedelta(minutes=17)
_DRIVING: Final = (8 * HOUR, 9 * HOUR, timedelta(seconds=10))
_CHARGING: Final = (18 * HOUR, 22 * HOUR, timedelta(minutes=1))
_TURNS: Final[Sequence[tuple[timedelta, dict[str, Any]]]] = (
    (8 * HOUR, {LOCK: "UNLOCKED"}),
    (9 * HOUR, {LOCK: "SECURED"}),
    (18 * HOUR, {STATUS: "CHARGINGACTIVE"}),
    (22 * HOUR, {STATUS: "CHARGINGENDED"}),
)


@dataclass(frozen=True)
class Disk:
    """What was written, by kind of file: how often, and how many bytes."""

    writes: Counter[str]
    size: Counter[str]


def disk_of(written: Written, entry: MockConfigEntry) -> Disk:
    """Add up what was written for an account."""
    writes: Counter[str] = Counter()
    size: Counter[str] = Counter()
    name = f"{DOMAIN}.{entry.entry_id}"
    for key, length in written:
        if key.startswith(name):
            kind = "".join(key.removeprefix(name).split(".")[1:2]) or "plan"
            writes[kind] += 1
            size[kind] += length
    return Disk(writes, size)


def _sent() -> Iterator[tuple[timedelta, dict[str, Any]]]:
    """Yield when a car sends what."""
    chance = random.Random(1)
    for begin, end, every in (_DRIVING, _CHARGING):
        for number in range((end - begin) // every):
            place = {LATITUDE: 48 + chance.random(), LONGITUDE: 11 + chance.random()}
            charge = {SOC_KEY: chance.randrange(101)}
            yield begin + number * every, charge | (place if begin is _DRIVING[0] else {})
    yield 9 * HOUR, {MILEAGE_KEY: 40_000}
    yield from _TURNS


async def live(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory, vins: Sequence[str]
) -> Disk:
    """Let these cars live such a day, one a little later than the other."""
    start = datetime.now(UTC)
    messages = sorted(
        (
            (start + time + number * _APART, vin, values)
            for number, vin in enumerate(vins)
            for time, values in _sent()
        ),
        key=lambda message: message[0],
        reverse=True,
    )
    with disk_writes() as written:
        for minute in range(DAY // STEP):
            until = start + (minute + 1) * STEP
            while messages and messages[-1][0] < until:
                time, vin, values = messages.pop()
                freezer.move_to(time)
                push(entry, say(vin, values))
            freezer.move_to(until)
            async_fire_time_changed(hass)
            await hass.async_block_till_done()
    return disk_of(written, entry)
