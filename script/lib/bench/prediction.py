"""Measure how wrong predicted states of charge are, beside the rules of two other integrations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.client.support.simulated_charges import (
    CASES,
    Battery,
    Predictor,
    Report,
    errors_of,
    taught,
    untaught,
)

from .figure import Figure

_CAPACITY: Final = 80.0
_CHARGES: Final = 60
_LONGEST: Final = 10
_EFFICIENCY: Final = 0.9
_FULL: Final = 100.0


@dataclass
class _Peer:
    """Adds power x time to the last value; `longest` are the minutes that a power counts."""

    efficiency: float = 1.0
    longest: float = float("inf")
    falls: bool = True
    soc: float = 0.0
    power: float = 0.0
    since: int = 0

    def begin(self) -> None:
        """Begin with a charge."""

    def report(self, minute: int, said: Report) -> None:
        """Take the value, a smaller one only if it `falls`."""
        now = self.at(minute)
        self.soc = said.soc if self.falls else max(said.soc, now)
        self.power = self.power if said.power is None else said.power
        self.since = minute

    def at(self, minute: int) -> float:
        """Return the state of charge."""
        hours = min(minute - self.since, self.longest) / 60
        return min(_FULL, self.soc + self.power * self.efficiency * hours / _CAPACITY * _FULL)


def _bavarian_data(_battery: Battery) -> Predictor:
    return _Peer()


def _bmw_cardata_ha(_battery: Battery) -> Predictor:
    return _Peer(_EFFICIENCY, _LONGEST, falls=False)


def _taught_dc(battery: Battery) -> Predictor:
    return taught(battery, 150.0)


_PEERS: Final[dict[str, Callable[[Battery], Predictor]]] = {
    "BavarianData": _bavarian_data,
    "bmw-cardata-ha": _bmw_cardata_ha,
}


def figures() -> Iterator[Figure]:
    """Measure the mean errors and those of the worst moments, in points."""
    for case in CASES:
        others = {name: errors_of(case, made, _CHARGES) for name, made in _PEERS.items()}
        ours = {"": errors_of(case, untaught, _CHARGES)}
        if "DC" in case.name:
            ours[", after some charges"] = errors_of(case, _taught_dc, _CHARGES // 4)
        for also, found in ours.items():
            for kind in ("mean", "worst"):
                peers = {name: getattr(item, kind) for name, item in others.items()}
                versus = "; ".join(f"{name}: {value:.1f}" for name, value in peers.items())
                value = getattr(found, kind)
                name = f"{kind} error of the predicted state of charge, {case.name}{also}"
                ratio = round(value / max(min(peers.values()), 0.1), 2)
                yield Figure(name, round(value, 1), "points", versus, ratio)
