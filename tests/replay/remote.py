"""Remote commands: accepted, executed step by step, with an effect on the car.

See mybmw-app.md#commands.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx

from .charging import Effect, plan_profile, plan_settings
from .poi import check_places
from .wire import Inbound, RefusedError
from .world import Car, World, part, timestamp

CLIMATE_RUN: Final = timedelta(seconds=1800)
EXECUTED: Final = ("PENDING", "DELIVERED", "EXECUTED")
IGNORED: Final = ("PENDING", "IGNORED")

type Plan = Callable[[Car, Inbound], Effect | None]


def _error_details(title: str, text: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": text,
        "presentationType": "DIALOG",
        "iconId": 60217,
        "isRetriable": False,
        "errorDetails": "<no error returned>",
    }


def _need(car: Car, service: str, *, allowed: bool) -> None:
    if not allowed:
        text = f"{service} is not available for {car.vin}"
        raise RefusedError(403, {"statusCode": 403, "message": text})


def _nothing(car: Car) -> None:
    """Do not change the car."""


def _lock_state(value: str) -> Effect:
    def effect(car: Car) -> None:
        if doors := car.part("doorsState"):
            doors["combinedSecurityState"] = value

    return effect


def _charging_state(value: str) -> Effect:
    def effect(car: Car) -> None:
        car.part("electricChargingState")["chargingStatus"] = value

    return effect


def _start_climate(car: Car) -> None:
    if climate := car.part("climateControlState"):
        seconds = int(CLIMATE_RUN.total_seconds())
        climate.update(activity="COOLING", remainingSeconds=seconds)
        car.climate_until = car.clock() + CLIMATE_RUN


def _stop_climate(car: Car) -> None:
    car.climate_until = None
    car.status["climateControlState"] = {"activity": "STANDBY"}


def _find(car: Car) -> None:
    """Set the position in the state, if it contains one."""
    if car.parked_at is None or not car.part("location"):
        return
    place = car.parked_at
    coordinates = {key: place[key] for key in ("latitude", "longitude")}
    address = {"formatted": place["formattedAddress"]}
    car.status["location"] = {
        "coordinates": coordinates,
        "heading": place["heading"],
        "address": address,
    }


def _plan_simple(capability: str, effect: Effect, car: Car, inbound: Inbound) -> Effect:
    _need(car, inbound.path["service"], allowed=car.can(capability))
    return effect


def _plan_climate(car: Car, inbound: Inbound) -> Effect:
    inbound.expect_params(action="START|STOP")
    if inbound.params["action"] == "START":
        _need(car, "climate-now START", allowed=car.can("climateNow"))
        return _start_climate
    _need(car, "climate-now STOP", allowed=bool(car.part("climateControlState")))
    return _stop_climate


def _plan_find(car: Car, inbound: Inbound) -> Effect:
    return _find


def _plan_charging(action: str, car: Car, inbound: Inbound) -> Effect | None:
    """Start or stop charging; ignored if the car cannot do it in its current state."""
    actions = part(car.state, "capabilities", "remoteChargingCommands").get("chargingControl")
    _need(car, inbound.path["service"], allowed=action in (actions or ()))
    charging = car.part("electricChargingState")
    if not charging.get("isChargerConnected"):
        return None
    if action == "START":
        return _charging_state("CHARGING")
    if charging.get("chargingStatus") != "CHARGING":
        return None
    return _charging_state("PLUGGED_IN")


PLANS: Final[dict[str, Plan]] = {
    "light-flash": partial(_plan_simple, "lights", _nothing),
    "horn-blow": partial(_plan_simple, "horn", _nothing),
    "door-lock": partial(_plan_simple, "lock", _lock_state("LOCKED")),
    "door-unlock": partial(_plan_simple, "unlock", _lock_state("UNLOCKED")),
    "climate-now": _plan_climate,
    "vehicle-finder": _plan_find,
    "start-charging": partial(_plan_charging, "START"),
    "stop-charging": partial(_plan_charging, "STOP"),
}
SETTINGS: Final = {"charging-settings": plan_settings, "charging-profile": plan_profile}


@dataclass(slots=True)
class Event:
    """A command in progress; the last status remains."""

    id: str
    car: Car
    service: str
    effect: Effect
    statuses: deque[str]
    executed: Callable[[Car], object]
    done: bool = False

    def advance(self) -> str:
        """Return the next status; the first EXECUTED applies the effect."""
        status = self.statuses.popleft() if len(self.statuses) > 1 else self.statuses[0]
        if status == "EXECUTED" and not self.done:
            self.execute()
        return status

    def execute(self) -> None:
        """Execute the command."""
        self.done = True
        self.effect(self.car)
        self.car.reported()
        self.executed(self.car)


@dataclass(slots=True)
class Remote:
    """Accepts commands and returns their status; `outcomes` are those of the next commands.

    `listeners` are called with the VIN of a car that has executed a command.
    """

    world: World
    outcomes: deque[Sequence[str]] = field(default_factory=deque)
    events: dict[str, Event] = field(default_factory=dict)
    sent_pois: list[dict[str, Any]] = field(default_factory=list)
    listeners: list[Callable[[str], object]] = field(default_factory=list)

    def command(self, inbound: Inbound) -> httpx.Response:
        """Accept a command; one with an empty outcome is executed at once, without event."""
        car, service = self.world.car(inbound), inbound.path["service"]
        effect = self._plan(car, inbound)
        usual = EXECUTED if effect else IGNORED
        statuses = self.outcomes.popleft() if self.outcomes else usual
        event = Event(
            self.world.uuid(), car, service, effect or _nothing, deque(statuses), self._executed
        )
        if not statuses:
            event.execute()
            return httpx.Response(200)
        self.events[event.id] = event
        answer = {"eventId": event.id, "creationTime": timestamp(self.world.clock())}
        return httpx.Response(200, json=answer)

    def _plan(self, car: Car, inbound: Inbound) -> Effect | None:
        service = inbound.path["service"]
        body = inbound.json()
        if plan_setting := SETTINGS.get(service):
            return plan_setting(car, body)
        if body != {}:
            raise RefusedError(400, "An empty JSON object is expected")
        return PLANS[service](car, inbound)

    def status(self, inbound: Inbound) -> httpx.Response:
        """Return the next status of an event."""
        inbound.empty()
        event = self._event(inbound)
        answer: dict[str, Any] = {"eventStatus": event.advance()}
        if answer["eventStatus"] == "ERROR":
            text = "The vehicle could not carry out the command."
            answer["errorDetails"] = _error_details("Something went wrong", text)
        return httpx.Response(200, json=answer)

    def position(self, inbound: Inbound) -> httpx.Response:
        """Return the position that the vehicle finder found; the observer's is required."""
        inbound.expect(dict.fromkeys(("latitude", "longitude"), r"-?\d+(\.\d+)?"))
        inbound.empty()
        event = self._event(inbound)
        if event.service != "vehicle-finder":
            raise RefusedError(400, f"Event {event.id} belongs to {event.service}")
        if not event.done:
            details = _error_details("Vehicle not found", "The position is not known yet.")
            return httpx.Response(200, json={"positionData": None, "errorDetails": details})
        place = _place(event.car, inbound)
        answer = {"positionData": {"status": "OK", "position": place}, "errorDetails": None}
        return httpx.Response(200, json=answer)

    def send_poi(self, inbound: Inbound) -> httpx.Response:
        """Send places to a car: 201 without a body."""
        car = self.world.car(inbound)
        if inbound.path["gcid"] != self.world.gcid:
            raise RefusedError(404, "The path must name the GCID of the tokens")
        _need(car, "send-to-car", allowed=car.can("sendPoi"))
        self.sent_pois.extend(check_places(inbound.json(), car.vin))
        return httpx.Response(201)

    def _executed(self, car: Car) -> None:
        for listener in self.listeners:
            listener(car.vin)

    def _event(self, inbound: Inbound) -> Event:
        inbound.expect_params(eventId=".+")
        if (event := self.events.get(inbound.params["eventId"])) is None:
            raise RefusedError(404, "The event is not known")
        if event.car.brand != inbound.brand:
            raise RefusedError(400, f"Header x-user-agent names {inbound.brand}")
        return event


def _place(car: Car, inbound: Inbound) -> dict[str, Any]:
    """Return the parking place, or the known one, or one near the observer."""
    if car.parked_at:
        return car.parked_at
    place = {"formattedAddress": "some_formatted_address", "heading": 121}
    if coordinates := part(car.status, "location", "coordinates"):
        heading = car.part("location").get("heading", place["heading"])
        return {**place, **coordinates, "heading": heading}
    observer = {key: float(inbound.header(key)) for key in ("latitude", "longitude")}
    return {**place, **{key: round(value + 0.001, 6) for key, value in observer.items()}}
