"""Cars that are driven, charged, locked and sent places: what they answer follows."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

type Json = dict[str, Any]

MINUTES_PER_PERCENT: Final = 4
_CONSUMPTION: Final = 16.0
_PERCENT_PER_KM: Final = 0.5


@dataclass
class LegacyCar:
    """One car: its entry in the list, and its answers by the name of the recorded file."""

    vin: str
    entry: Json
    answers: dict[str, Json] = field(default_factory=dict)

    @property
    def status(self) -> Json:
        """The inner object of the status, to read or to change."""
        status: Json = self.answers.setdefault("status", {"vehicleStatus": {}})["vehicleStatus"]
        return status

    @property
    def plan(self) -> Json:
        """The inner object of the charging plan, {} if there is none."""
        whole = self.answers.get("charging_profile", {})
        found = whole.get("weeklyPlanner") or whole.get("twoTimesTimer") or {}
        return dict(found)

    def report(self, now: datetime, reason: str | None = None) -> None:
        """Send the state at `now`."""
        local = now.astimezone(UTC).replace(microsecond=0)
        self.status["updateTime"] = f"{local:%Y-%m-%dT%H:%M:%S}+0000"
        self.status["internalDataTimeUTC"] = f"{local:%Y-%m-%dT%H:%M:%S}"
        if reason is not None:
            self.status["updateReason"] = reason

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
        """Begin to charge."""
        missing = 100 - float(self.status.get("chargingLevelHv", 50))
        self.status["chargingStatus"] = "CHARGING"
        self.status["chargingTimeRemaining"] = round(missing * MINUTES_PER_PERCENT)
        self.report(now, "CHARGIN_STARTED")

    def finish_charging(self, now: datetime) -> None:
        """End the charge with a full battery."""
        self.status.update(
            chargingStatus="FINISHED_FULLY_CHARGED",
            chargingLevelHv=100,
            lastChargingEndReason="CHARGING_GOAL_REACHED",
            lastChargingEndResult="SUCCESS",
        )
        self.status.pop("chargingTimeRemaining", None)
        self.report(now, "CHARGING_DONE")

    def drive(self, now: datetime, kilometers: float, minutes: float) -> None:
        """Complete a trip: odometer, charge, the last trip and all trips change."""
        status = self.status
        status["mileage"] = status.get("mileage", 0) + round(kilometers)
        if "chargingLevelHv" in status:
            left = status["chargingLevelHv"] - kilometers * _PERCENT_PER_KM
            status["chargingLevelHv"] = max(0, round(left))
        status["position"] = {**status.get("position", {}), "status": "OK"}
        trip = {
            **self.answers.get("last_trip", {}).get("lastTrip", {}),
            "date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000",
            "duration": round(minutes),
            "totalDistance": kilometers,
            "electricDistance": kilometers,
            "electricDistanceRatio": 100,
            "avgElectricConsumption": _CONSUMPTION,
        }
        self.answers["last_trip"] = {"lastTrip": trip}
        self._count(kilometers)
        self.report(now, "VEHICLE_SHUTDOWN_SECURED")

    def _count(self, kilometers: float) -> None:
        trips = self.answers.setdefault("all_trips", {"allTrips": {}})["allTrips"]
        total = trips.setdefault("totalElectricDistance", {})
        total["userTotal"] = round(total.get("userTotal", 0) + kilometers, 2)
        cycle = trips.setdefault("chargecycleRange", {})
        cycle["userCurrentChargeCycle"] = cycle.get("userCurrentChargeCycle", 0) + kilometers

    def add_destination(self, poi: Json, now: datetime) -> None:
        """Remember a place that was sent."""
        places = self.answers.setdefault("last_destinations", {"destinations": []})
        place = {
            "lat": poi.get("lat"),
            "lon": poi.get("lon"),
            "country": poi.get("country", ""),
            "city": poi.get("city", ""),
            "street": poi.get("street", ""),
            "type": "DESTINATION",
            "createdAt": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000",
        }
        places["destinations"].insert(0, place)

    def freshen(self, now: datetime) -> None:
        """Move the time of the state to a minute ago."""
        if "updateTime" in self.status:
            self.report(now - timedelta(minutes=1))

    def copy(self) -> LegacyCar:
        """Return a car of its own with the same answers."""
        return LegacyCar(self.vin, deepcopy(self.entry), deepcopy(self.answers))


type Effect = Callable[[LegacyCar, datetime], None]
