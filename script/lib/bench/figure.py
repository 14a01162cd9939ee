"""One measured figure."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Figure:
    """A figure, and the figure of the same run that it is compared with."""

    name: str
    value: float
    unit: str
    versus: str | None = None
    ratio: float | None = None


def best_of(action: Callable[[], object], rounds: int = 7, calls: int = 50) -> float:
    """Return the seconds of one call, as the minimum of several rounds."""
    results = []
    for _ in range(rounds):
        started = perf_counter()
        for _ in range(calls):
            action()
        results.append((perf_counter() - started) / calls)
    return min(results)
