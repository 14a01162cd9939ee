"""A day with an hour of driving and four of charging, as the stream and REST tell it."""

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
from tests.ha.cardata import push, say
from tests.replay.carstate import LOCK, STATUS
from tests.replay.writes import Written, disk_writes

HOUR: Final = timedelta(hours=1)
DAY: Final = 24 * HOUR
STEP: Final = timedelta(minutes=1)
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
    """What was written in a day, by kind of file: how often, and how many bytes."""

    writes: Counter[str]
    size: Counter[str]


def disk_of(written: Written, entry: MockConfigEntry) -> Disk:
    """Add up what was written for an account."""
    writes: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for key, length in written:
        if key.startswith(f"{DOMAIN}.{entry.entry_id}"):
            kind = key.removeprefix(f"{DOMAIN}.{entry.entry_id}").split(".")[1:2]
            writes["".join(kind)] += 1
            size["".join(kind)] += length
    return Disk(writes, size)


def sent(keys: Sequence[str]) -> Iterator[tuple[timedelta, dict[str, Any]]]:
    """Yield when the car sends what: some of `keys`, which are percentages, and what happens."""
    chance = random.Random(1)
    for begin, end, every in (_DRIVING, _CHARGING):
        time = begin
        while time < end:
            yield time, {key: chance.randrange(101) for key in chance.sample(keys, 4)}
            time += every
    yield from _TURNS


async def live(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    vins: Sequence[str],
    keys: Sequence[str],
) -> Disk:
    """Let these cars live such a day, at different times; return what was written."""
    start = datetime.now(UTC)
    messages = sorted(
        (
            (time + number * timedelta(minutes=17), vin, values)
            for number, vin in enumerate(vins)
            for time, values in sent(keys)
        ),
        key=lambda message: message[0],
    )
    with disk_writes() as written:
        at = 0
        for minute in range(DAY // STEP):
            until = (minute + 1) * STEP
            while at < len(messages) and messages[at][0] < until:
                time, vin, values = messages[at]
                freezer.move_to(start + time)
                push(entry, say(vin, values))
                at += 1
            freezer.move_to(start + until)
            async_fire_time_changed(hass)
            await hass.async_block_till_done()
    return disk_of(written, entry)
