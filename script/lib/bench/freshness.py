"""How old data of CarData are, and what that costs in calls, beside asking at fixed intervals."""

from collections.abc import AsyncIterator, Iterator

from tests.client.cardata_days import Outcome, live, together
from tests.codecs import make_codecs

from .figure import Figure

_SIZES = (1, 2, 4)
_DAYS = 10
_SHARES = {"p50": 0.5, "p95": 0.95}
_FORMER = 228


async def figures() -> AsyncIterator[Figure]:
    """Measure days of accounts of different sizes."""
    make_codecs()
    for size in _SIZES:
        plural = f"{size} car{'s' if size > 1 else ''}, {_DAYS} days"
        for figure in _figures(await live(size, _DAYS), plural):
            yield figure
    silent, name = await live(_SIZES[-1], _DAYS, silent=True), f"{_SIZES[-1]} silent cars"
    yield Figure(f"REST calls a day, {name}", round(silent.calls_a_day, 1), "calls")
    age, versus = silent.age(silent.pictures, 0.95), f"bmw-cardata-ha: {_FORMER} min"
    ratio = round(age / _FORMER, 2)
    yield Figure(f"age of all data p95, {name}", round(age, 1), "min", versus, ratio)


def _figures(outcome: Outcome, plural: str) -> Iterator[Figure]:
    yield Figure(f"REST calls a day, {plural}", round(outcome.calls_a_day, 1), "calls")
    evenly = outcome.evenly()
    heard, evenly_heard = (together(known, outcome.heard) for known in (outcome.pictures, evenly))
    for name, share in _SHARES.items():
        only_rest = outcome.age(outcome.pictures, share), outcome.age(evenly, share)
        yield _minutes(f"age of REST-only data {name}, {plural}", *only_rest)
        every = outcome.age(heard, share), outcome.age(evenly_heard, share)
        yield _minutes(f"age of all data {name}, {plural}", *every)
        delay = outcome.delay(outcome.pictures, share), outcome.delay(evenly, share)
        yield _minutes(f"REST-only data after a trip or charge {name}, {plural}", *delay)


def _minutes(name: str, ours: float, fixed: float) -> Figure:
    versus = f"fixed interval, same budget: {fixed:.0f} min"
    return Figure(name, round(ours, 1), "min", versus, round(ours / fixed, 2))
