"""Cars that are driven, charged, locked and sent places: what they answer follows.

Times of day in charging plans are in UTC here.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

type Json = dict[str, Any]

MINUTES_PER_PERCENT: Final = 4
_CONSUMPTION: Final = 16.0
_PERCENT_PER_KM: Final = 0.5
_LITRES_PER_KM: Final = 0.06
_MINUTE: Final = timedelta(minutes=1)
_MOST_MINUTES: Final = 7 * 24 * 60


@dataclass
class LegacyCar:
    """One car: its entry in the list, and its answers by the name of the recorded file."""

    vin: str
    entry: Json
    answers: dict[str, Json] = field(default_factory=dict)
    _lived: datetime | None = None
    _level: float = 0.0
    _by_window: bool = False

    @property
    def status(self) -> Json:
        """The inner object of the status, to read or to change."""
        return self._inner("status", "vehicleStatus")

    def _inner(self, name: str, key: str) -> Json:
        """Return an object inside an answer, made if it is missing."""
        return _object(self.answers.setdefault(name, {}), key)

    @property
    def plan(self) -> Json:
        """The inner object of the charging plan, {} if there is none."""
        whole = self.answers.get("charging_profile", {})
        found = (whole.get(name) for name in ("weeklyPlanner", "twoTimesTimer"))
        return next((dict(plan) for plan in found if isinstance(plan, dict)), {})

    def report(self, now: datetime, reason: str | None = None) -> None:
        """Send the state at `now`."""
        local = now.astimezone(UTC).replace(microsecond=0)
        self.status["updateTime"] = f"{local:%Y-%m-%dT%H:%M:%S}+0000"
        self.status["internalDataTimeUTC"] = f"{local:%Y-%m-%dT%H:%M:%S}"
        if reason is not None:
            self.status["updateReason"] = reason

    def live(self, now: datetime, local: datetime) -> None:
        """Do until `local`, the car's own time, what follows from its plan; report it at `now`."""
        begun = self._lived or local
        minutes = int((local - begun) / _MINUTE)
        for passed in range(max(0, minutes - _MOST_MINUTES), minutes):
            self._live_a_minute(now, begun + passed * _MINUTE)
        self._lived = begun + minutes * _MINUTE

    def _live_a_minute(self, now: datetime, local: datetime) -> None:
        status = self.status
        if status.get("connectionStatus") != "CONNECTED":
            return
        if status.get("chargingStatus") == "WAITING_FOR_CHARGING" and self._may_charge(local):
            self.charge(now)
            self._by_window = True
        if status.get("chargingStatus") != "CHARGING":
            return
        if self._by_window and not self._may_charge(local):
            self.follow_plan(now)
        else:
            self._charge_a_minute(now)

    def _may_charge(self, local: datetime) -> bool:
        """Return whether the plan lets the car charge at a time of day."""
        plan = self.plan
        delayed = plan.get("chargingMode") == "DELAYED_CHARGING"
        window = _object(plan, "preferredChargingWindow")
        try:
            start, end = (time.fromisoformat(window[key]) for key in ("startTime", "endTime"))
        except KeyError, TypeError, ValueError:
            return True
        if not delayed or plan.get("chargingPreferences") == "NO_PRESELECTION" or start == end:
            return True
        inside = start <= local.time() < end
        return inside if start < end else not end <= local.time() < start

    def _charge_a_minute(self, now: datetime) -> None:
        level = _number(self.status.get("chargingLevelHv"), 50)
        if round(self._level) != round(level):
            self._level = level
        left = _number(self.status.get("chargingTimeRemaining"), 0)
        left = left or max(1, (100 - self._level) * MINUTES_PER_PERCENT)
        if left <= 1:
            self.finish_charging(now)
            return
        self._set_level(self._level + (100 - self._level) / left)
        self.status["chargingTimeRemaining"] = round(left - 1)
        self.report(now)

    def _set_level(self, level: float) -> None:
        """Charge the battery to a level in %, with what else follows from it."""
        self._level = min(100.0, max(0.0, level))
        self.status["chargingLevelHv"] = round(self._level)
        full = self.status.get("maxRangeElectric")
        if "remainingRangeElectric" in self.status and isinstance(full, (int, float)):
            self.status["remainingRangeElectric"] = round(full * self._level / 100)
        energy = self.answers.get("navigation", {})
        most = energy.get("socmax", energy.get("socMax"))
        if "soc" in energy and isinstance(most, (int, float)):
            energy["soc"] = round(most * self._level / 100, 2)

    def lock(self, now: datetime, *, locked: bool) -> None:
        """Lock or unlock all doors from afar."""
        self.status["doorLockState"] = "LOCKED" if locked else "UNLOCKED"
        self.report(now, "VEHICLE_SECURED" if locked else "VEHICLE_UNSECURED")

    def plug(self, now: datetime) -> None:
        """Connect a charger; whether the car charges then follows from the plan."""
        self.status["connectionStatus"] = "CONNECTED"
        self.follow_plan(now)

    def unplug(self, now: datetime) -> None:
        """Disconnect the charger."""
        self.status.update(connectionStatus="DISCONNECTED", chargingStatus="INVALID")
        self.status.pop("chargingTimeRemaining", None)
        self.report(now, "DISCONNECTED")

    def follow_plan(self, now: datetime) -> None:
        """Charge at once or wait for the window, as the plan says."""
        if self.status.get("connectionStatus") != "CONNECTED":
            self.report(now)
        elif self.plan.get("chargingMode") == "DELAYED_CHARGING":
            self.status["chargingStatus"] = "WAITING_FOR_CHARGING"
            self.status.pop("chargingTimeRemaining", None)
            self.report(now, "CHARGING_PAUSED")
        else:
            self.charge(now)

    def charge(self, now: datetime) -> None:
        """Begin to charge, whatever the plan says."""
        missing = 100 - _number(self.status.get("chargingLevelHv"), 50)
        self.status["chargingStatus"] = "CHARGING"
        self.status["chargingTimeRemaining"] = round(missing * MINUTES_PER_PERCENT)
        self._by_window = False
        self.report(now, "CHARGIN_STARTED")

    def finish_charging(self, now: datetime) -> None:
        """End the charge with a full battery, and begin to count the way on one charge."""
        self._set_level(100)
        self.status.update(
            chargingStatus="FINISHED_FULLY_CHARGED",
            lastChargingEndReason="CHARGING_GOAL_REACHED",
            lastChargingEndResult="SUCCESS",
        )
        self.status.pop("chargingTimeRemaining", None)
        if "all_trips" in self.answers:
            cycle = _object(self._inner("all_trips", "allTrips"), "chargecycleRange")
            cycle["userCurrentChargeCycle"] = 0
        self.report(now, "CHARGING_DONE")

    def drive(self, now: datetime, kilometers: float, minutes: float) -> None:
        """Complete a trip: odometer, charge or fuel, the last trip and all trips change."""
        status = self.status
        if status.get("connectionStatus") == "CONNECTED":
            self.unplug(now)
        status["mileage"] = _number(status.get("mileage"), 0) + round(kilometers)
        electric = "chargingLevelHv" in status
        if electric:
            level = _number(status["chargingLevelHv"], 50) - kilometers * _PERCENT_PER_KM
            self._set_level(round(level))
        elif "remainingFuel" in status:
            left = _number(status["remainingFuel"], 0) - kilometers * _LITRES_PER_KM
            status["remainingFuel"] = round(max(0, left), 1)
        position = status.get("position")
        if isinstance(position, dict) and position.get("status") == "VEHICLE_ACTIVE":
            position["status"] = "OK"
        trip = self._inner("last_trip", "lastTrip")
        trip["date"] = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"
        trip.update(duration=round(minutes), totalDistance=kilometers)
        if electric:
            consumption = {"avgElectricConsumption": _CONSUMPTION, "electricDistanceRatio": 100}
            trip.update(electricDistance=kilometers, **consumption)
            self._count(kilometers)
        self.report(now, "VEHICLE_SHUTDOWN_SECURED")

    def _count(self, kilometers: float) -> None:
        """Add a trip to the figures of all trips."""
        trips = self._inner("all_trips", "allTrips")
        total = _object(trips, "totalElectricDistance")
        before = _number(total.get("userTotal"), 0)
        total["userTotal"] = round(before + kilometers, 2)
        used = _object(trips, "avgElectricConsumption")
        mean = _number(used.get("userAverage"), _CONSUMPTION) * before + _CONSUMPTION * kilometers
        used["userAverage"] = round(mean / max(before + kilometers, 0.1), 2)
        cycle = _object(trips, "chargecycleRange")
        current = _number(cycle.get("userCurrentChargeCycle"), 0) + kilometers
        highest = max(_number(cycle.get("userHigh"), 0), current)
        cycle.update(userCurrentChargeCycle=current, userHigh=highest)

    def add_destination(self, poi: Json, now: datetime) -> None:
        """Remember a place that was sent."""
        place = {
            "lat": poi.get("lat"),
            "lon": poi.get("lon"),
            "country": poi.get("country", ""),
            "city": poi.get("city", ""),
            "street": poi.get("street", ""),
            "type": "DESTINATION",
            "createdAt": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000",
        }
        whole = self.answers.setdefault("last_destinations", {})
        known = whole.get("destinations")
        whole["destinations"] = [place, *(known if isinstance(known, list) else ())]

    def freshen(self, now: datetime) -> None:
        """Move the time of the state to a minute ago."""
        if "updateTime" in self.status:
            self.report(now - timedelta(minutes=1))

    def copy(self) -> LegacyCar:
        """Return a car of its own with the same answers."""
        return LegacyCar(self.vin, deepcopy(self.entry), deepcopy(self.answers))


def _object(node: Json, key: str) -> Json:
    """Return an object inside another one; what is none is replaced."""
    inner = node.get(key)
    if not isinstance(inner, dict):
        inner = node[key] = {}
    return inner


def _number(value: object, default: float) -> float:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if plain and isinstance(value, (int, float)) else default


type Effect = Callable[[LegacyCar, datetime], None]
