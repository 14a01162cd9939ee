"""Realistic days: the messages of cars that are parked, driven and charged.

See cardata.md#stream-messages, #stale-values.

Each part yields the values that a car sends from `at` in seconds, and returns its final state.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
import math
from typing import Final

from .carstate import (
    AMPERE,
    CAPACITY,
    DC_PLUG,
    DRIVER_DOOR,
    ENERGY_TO_FULL,
    FIX,
    HV_STATUS,
    LOCK,
    LOCKED,
    METHOD,
    PHASES,
    PLUG,
    PLUG_COUNT,
    PLUGGED,
    POWER,
    SHUT,
    STARTER_BATTERY,
    STATUS,
    TARGET,
    TARGET_PRESSURES,
    TIME_TO_FULL,
    UNLOCKED,
    UNPLUGGED,
    VOLTAGE,
    CarState,
    Drivetrain,
    Facts,
    tyres,
)
from .timeline import Change

type Part = Generator[Change, None, CarState]
type Step = Callable[[CarState, float], Part]
type Place = tuple[float, float]

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
LEAVING: Final = 60.0
"""How long it takes from unlocking a car to driving it off."""

_KM_PER_DEGREE: Final = 111.2
_DETOUR: Final = 1.3
_BEND: Final = 0.1
_NEAR: Final = 0.3
_SPEED: Final = 45.0
_FIX_EVERY: Final = 150.0
_COLD: Final = 250
_WARM: Final = 270
_AC_POWER: Final = {Drivetrain.BEV: 11.0, Drivetrain.PHEV: 3.7}
_ONE_PHASE: Final = 7.4
_MAINS: Final = 230
_EFFICIENCY: Final = 0.92
_LOW_FUEL: Final = 0.2


def night(car: CarState, at: float = 0.0, hours: float = 7.5) -> Part:
    """Lock and park the car; it sends the state of its 12 V battery once."""
    yield from car.say(at, LOCKED)
    yield from car.say(at + hours * HOUR / 2, STARTER_BATTERY)
    return car


def burst(car: CarState, at: float = 0.0) -> Part:
    """Yield all values of a parked car, measured at once, as when the app is opened."""
    charging = {
        **(PLUGGED if car.plugged else UNPLUGGED),
        STATUS: "NOCHARGING",
        PLUG_COUNT: car.plug_count,
        TARGET: car.target,
        CAPACITY: car.capacity,
    }
    plug: Facts = charging if car.electric else {}
    body = {**SHUT, **LOCKED, FIX: "GPS_FIX_3D"}
    pressures = {**tyres(_COLD), **TARGET_PRESSURES}
    yield from car.say(at, body, car.where(), car.energy(), plug, pressures, STARTER_BATTERY)
    return car


def refuel(car: CarState, at: float = 0.0) -> Part:
    """Fill the tank."""
    car = replace(car, fuel=car.tank)
    yield from car.say(at, car.energy())
    return car


def commute(car: CarState, at: float = 0.0) -> Part:
    """Drive from home to work, or home from anywhere else, and lock the car."""
    goal = _offset(car) if _distance(car.position, car.home) < _NEAR else car.home
    return (yield from drive(car, at, goal))


def drive(car: CarState, at: float, goal: Place) -> Part:
    """Drive to a place, and lock the car."""
    start = car.position
    km = _DETOUR * _distance(start, goal)
    seconds = km / _SPEED * HOUR
    parked = car
    yield from _leave(car, at)
    begin = at + LEAVING
    for fraction in _fixes(seconds) if car.live else ():
        car = _on_the_way(parked, start, goal, km, fraction)
        yield from car.say(begin + fraction * seconds, car.where(), car.energy())
    car = _on_the_way(parked, start, goal, km, 1.0)
    burnt_km = 100 * (parked.fuel - car.fuel) / car.fuel_consumption
    yield from _arrive(car, begin + seconds, 100 * (1 - burnt_km / km))
    return car


def _leave(car: CarState, at: float) -> Iterator[Change]:
    yield from car.say(at, UNLOCKED)
    if car.plugged:
        yield from car.say(at + 10, UNPLUGGED)
    yield from car.say(at + 25, {DRIVER_DOOR: "OPEN"})
    yield from car.say(at + 35, {DRIVER_DOOR: "CLOSED"}, car.where(), car.engine(running=True))
    yield from car.say(at + 60, {LOCK: "SELECTIVELOCKED"})


def _arrive(car: CarState, at: float, electric_share: float) -> Iterator[Change]:
    yield from car.say(at, car.where(), car.energy())
    yield from car.say(at + 5, {LOCK: "UNLOCKED"}, car.engine(running=False))
    yield from car.say(at + 10, {DRIVER_DOOR: "OPEN"})
    yield from car.say(at + 20, {DRIVER_DOOR: "CLOSED"})
    trip = car.trip(at, electric_share)
    yield from car.say(at + 30, LOCKED, trip, car.energy(), tyres(_WARM))


def _fixes(seconds: float) -> Iterator[float]:
    """Yield the parts of a drive after which the car sends its position."""
    return (step * _FIX_EVERY / seconds for step in range(1, math.ceil(seconds / _FIX_EVERY)))


def _on_the_way(car: CarState, start: Place, goal: Place, km: float, fraction: float) -> CarState:
    """Return the car after a part of its route, which is a curve and ends at the destination."""
    north, east = goal[0] - start[0], goal[1] - start[1]
    aside = _BEND * math.sin(math.pi * fraction)
    place = (
        start[0] + fraction * north + aside * east,
        start[1] + fraction * east - aside * north,
    )
    return replace(
        car.driven(km * fraction),
        away=goal if fraction == 1.0 else place,
        heading=round(math.degrees(math.atan2(east * _narrowing(start), north))) % 360,
        plugged=False,
    )


def _distance(one: Place, other: Place) -> float:
    """Return a distance in km, with an approximation for short distances."""
    east = (other[1] - one[1]) * _narrowing(one)
    return _KM_PER_DEGREE * math.hypot(other[0] - one[0], east)


def _offset(car: CarState) -> Place:
    """Return the position of the workplace."""
    straight = car.work_km / _DETOUR / _KM_PER_DEGREE
    bearing = math.radians(car.bearing)
    north, east = straight * math.cos(bearing), straight * math.sin(bearing)
    return car.home[0] + north, car.home[1] + east / _narrowing(car.home)


def _narrowing(place: Place) -> float:
    """Return the ratio of a degree of longitude to one of latitude."""
    return math.cos(math.radians(place[0]))


def ac_charge(car: CarState, at: float = 0.0, kw: float | None = None) -> Part:
    """Charge to the target without unplugging; raise ValueError if the car has no plug."""
    if not car.electric:
        raise ValueError("no plug")
    power = kw or _AC_POWER[car.drivetrain]
    phases = 1 if power <= _ONE_PHASE else 3
    how: Facts = {
        METHOD: "AC_TYPE2PLUG",
        PHASES: f"{phases}-PHASES",
        VOLTAGE: _MAINS,
        AMPERE: round(1000 * power / _MAINS / phases),
    }
    # BMW sets the phases to 1 at the end (cardata.md#stale-values)
    end: Facts = {POWER: 0, AMPERE: 0, PHASES: "1-PHASES"}
    car, _ = yield from _charge(car, at, how, end, lambda _: power, every=600)
    return car


def dc_charge(car: CarState, at: float = 0.0, kw: float = 150.0) -> Part:
    """Fast-charge a BEV to the target and unplug; the last power stays. Raises ValueError."""
    if car.drivetrain is not Drivetrain.BEV:
        raise ValueError("no fast charging")

    def power(soc: float) -> float:
        return kw * min(1.0, 1.75 - 1.5 * soc / 100)

    how: Facts = {METHOD: "AC_TYP2COMBO", DC_PLUG: "CONNECTED"}
    car, end = yield from _charge(car, at, how, {}, power, every=60)
    yield from car.say(end + 60, UNPLUGGED, {DC_PLUG: "DISCONNECTED"})
    return replace(car, plugged=False)


def _charge(
    car: CarState, at: float, how: Facts, end: Facts, power: Callable[[float], float], every: float
) -> Generator[Change, None, tuple[CarState, float]]:
    """Plug in, charge to the target with a message every `step` seconds; return the end."""
    car = replace(car, plugged=True, plug_count=car.plug_count + 1)
    plugged = {**PLUGGED, PLUG_COUNT: car.plug_count, TARGET: car.target}
    yield from car.say(at, plugged, {STATUS: "INITIALIZATION"})
    time = at + 40
    if car.soc < car.target:
        active: Facts = {STATUS: "CHARGINGACTIVE", HV_STATUS: "CHARGING"}
        yield from car.say(time, active, how, _charging(car, power(car.soc)))
    while car.soc < car.target:
        kw = power(car.soc)
        seconds = min(every, _hours(car, kw) * HOUR)
        gained = 100 * kw * _EFFICIENCY * seconds / HOUR / car.capacity
        reached = car.target if seconds < every else min(car.target, car.soc + gained)
        car, time = replace(car, soc=reached), time + seconds
        yield from car.say(time, _charging(car, kw))
    full = "FINISHED_FULLY_CHARGED" if car.soc >= 100 else "FINISHED_NOT_FULL"
    ended: Facts = {STATUS: "CHARGINGENDED", HV_STATUS: full, PLUG: "CONNECTED"}
    yield from car.say(time + 20, ended, end, car.energy())
    return car, time + 20


def _charging(car: CarState, kw: float) -> Facts:
    return {
        **car.energy(charging=True),
        POWER: round(1000 * kw),
        TIME_TO_FULL: round(60 * _hours(car, kw)),
        ENERGY_TO_FULL: round((100 - car.soc) * car.capacity / 100, 1),
    }


def _hours(car: CarState, kw: float) -> float:
    """Return the hours to reach the target with this power."""
    missing = max(0.0, car.target - car.soc) / 100 * car.capacity
    return missing / (kw * _EFFICIENCY)


def plan(car: CarState, steps: Iterable[tuple[float, Step]], at: float = 0.0) -> Part:
    """Run the parts at their times, but each after the previous one has ended."""
    free = at
    for time, step in steps:
        part = step(car, max(at + time, free))
        while True:
            try:
                change = next(part)
            except StopIteration as end:
                car = end.value
                break
            free = change.at + 60
            yield change
    return car


def workday(car: CarState, at: float = 0.0) -> Part:
    """A day from midnight: to work and home, then charging, or refuelling if needed."""
    steps: list[tuple[float, Step]] = [
        (0.0, night),
        (7.5 * HOUR, commute),
        (12 * HOUR, burst),
        (17 * HOUR, commute),
        (18 * HOUR, _provide),
    ]
    return (yield from plan(car, steps, at))


def _provide(car: CarState, at: float) -> Part:
    if car.burns and car.fuel < _LOW_FUEL * car.tank:
        car = yield from refuel(car, at)
    if car.electric and car.soc < car.target:
        car = yield from ac_charge(car, at + 60)
    return car


def days(car: CarState, count: int, at: float = 0.0) -> Part:
    """Several consecutive days."""
    return (yield from plan(car, [(day * DAY, workday) for day in range(count)], at))
