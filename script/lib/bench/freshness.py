"""Measure the age of CarData's data and the calls needed, compared with fixed intervals."""

from collections.abc import AsyncIterator, Iterator

from custom_components.mybmw.client.cardata.quota import RELEASED
from tests.client.support.cardata_days import Outcome, live, together
from tests.codecs import make_codecs

from .figure import Figure

_SIZES = (1, 2, 4)
_DAYS = 10
_SHARES = {"p50": 0.5, "p95": 0.95}
_FORMER = 228
_GOALS = ((4, RELEASED, 215, 150), (4, 0, None, 175), (1, RELEASED, 45, 45))


async def figures() -> AsyncIterator[Figure]:
    """Measure days of accounts of different sizes."""
    make_codecs()
    for size in _SIZES:
        plural = f"{size} car{'s' if size > 1 else ''}, {_DAYS} days"
        for figure in _figures(await live(size, _DAYS), plural):
            yield figure
    for size, released, first, later in _GOALS:
        silent = await live(size, _DAYS, silent=True, released=released)
        name = f"{size} silent car{'s' if size > 1 else ''}"
        if not released:
            name += ", without the user's reserve"
        yield Figure(f"REST calls a day, {name}", round(silent.calls_a_day, 1), "calls")
        yield _goal(f"age of all data p95, {name}", silent, later)
        if first is not None:
            yield _goal(f"age of all data p95 on the first day, {name}", silent.first_day(), first)


def _goal(name: str, outcome: Outcome, goal: int) -> Figure:
    age = outcome.age(outcome.pictures, 0.95)
    versus = f"goal: {goal} min; bmw-cardata-ha, four cars: {_FORMER} min"
    return Figure(name, round(age, 1), "min", versus, round(age / goal, 2))


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
