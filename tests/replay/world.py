"""The shared state of the simulation: cars, time and tokens."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Self
from uuid import UUID

from .fingerprints import Json, RecordedCar
from .wire import Inbound, RefusedError, Region


def utcnow() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Format a time as the API does: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def part(parent: Json, *names: str) -> Json:
    """Return the live object under these keys; empty when one is missing or no object."""
    for name in names:
        child = parent.get(name)
        parent = child if isinstance(child, dict) else {}
    return parent


@dataclass(slots=True)
class Car:
    """A live car: its responses, which commands and tests may change."""

    vin: str
    brand: str
    profile: Json
    state: Json
    charging: Json | None
    clock: Callable[[], datetime]
    climate_until: datetime | None = None
    parked_at: Json | None = None
    held: tuple[Json, Json | None] | None = None

    @classmethod
    def of(cls, car: RecordedCar, clock: Callable[[], datetime]) -> Self:
        """Copy a recording, so that simulations do not share state."""
        answers = deepcopy((car.profile, car.state, car.charging))
        return cls(car.vin.upper(), car.brand, *answers, clock)

    @property
    def answers(self) -> tuple[Json, Json | None]:
        """The state and charging that the service returns, which may be older than the car's."""
        return self.held or (self.state, self.charging)

    def hold(self) -> None:
        """Let the service return the current state from now on, whatever happens to the car."""
        self.held = deepcopy((self.state, self.charging))

    @property
    def status(self) -> Json:
        """The inner object `state`."""
        status: Json = self.state["state"]
        return status

    def part(self, name: str) -> Json:
        """A live object in `state`; empty when it is missing or no object."""
        return part(self.status, name)

    def can(self, capability: str) -> bool:
        """Return whether a capability exists and is true."""
        return part(self.state, "capabilities").get(capability) is True

    def freshen(self) -> None:
        """Move lastFetched to now and lastUpdatedAt by the same amount, unless before 1970."""
        now = self.clock()
        if (fetched := _parse(self.status.get("lastFetched"))) is None:
            return
        self.status["lastFetched"] = timestamp(now)
        if updated := _parse(self.status.get("lastUpdatedAt")):
            self.status["lastUpdatedAt"] = timestamp(updated + (now - fetched))

    def reported(self) -> None:
        """Set the times as if the car just sent its state; year 1 ("never") is kept."""
        now = self.clock()
        self.status["lastFetched"] = timestamp(now)
        if _parse(self.status.get("lastUpdatedAt")):
            self.status["lastUpdatedAt"] = timestamp(now)

    def run_climate(self) -> None:
        """Update the remaining time of the climate control that a command has started."""
        now = self.clock()
        climate = self.part("climateControlState")
        if self.climate_until is None or not climate:
            return
        if (remaining := round((self.climate_until - now).total_seconds())) > 0:
            climate["remainingSeconds"] = remaining
            self.status["lastFetched"] = timestamp(now)
            return
        self.climate_until = None
        climate["activity"] = "STANDBY"
        climate.pop("remainingSeconds", None)
        self.reported()


def _parse(value: Any) -> datetime | None:
    """Return a time after 1970, None for the sentinel and what is no time."""
    try:
        moment = datetime.fromisoformat(value)
    except TypeError, ValueError:
        return None
    if moment.year < 1970:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(slots=True)
class World:
    """The state shared by all endpoints; `random` is seeded, so replays are reproducible."""

    region: Region
    username: str
    password: str
    gcid: str
    clock: Callable[[], datetime]
    random: Random
    cars: dict[str, Car] = field(default_factory=dict)

    def word(self, length: int = 32) -> str:
        """Return random text for codes and tokens."""
        return "".join(self.random.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRST", k=length))

    def uuid(self) -> str:
        """Return a random UUID."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def car(self, inbound: Inbound) -> Car:
        """Return the car of the path or the header bmw-vin; raise Refused (400 or 404).

        The brand in x-user-agent must be the car's.
        """
        if not (vin := inbound.path.get("vin") or inbound.header("bmw-vin")):
            raise RefusedError(400, "Header bmw-vin is missing")
        if (car := self.cars.get(vin)) is None:
            raise RefusedError(404, f"Vehicle {vin} is not known")
        if car.brand != inbound.brand:
            raise RefusedError(400, f"Header x-user-agent names {inbound.brand}, not {car.brand}")
        return car


@dataclass(slots=True)
class Tokens:
    """The tokens; access tokens are valid for `lifetime` seconds, refresh tokens until used."""

    world: World
    lifetime: int
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)

    def issue(self, access: str | None = None) -> Json:
        """Return a new pair in the shape of the token endpoint (mybmw-app.md#login)."""
        access = access or f"access-{self.world.word()}"
        refresh = f"refresh-{self.world.word()}"
        self.access[access] = self.world.clock() + timedelta(seconds=self.lifetime)
        self.refresh.add(refresh)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "refresh_token": refresh,
            "gcid": self.world.gcid,
            "usid": "DUMMY",
        }

    def redeem(self, refresh: str) -> bool:
        """Invalidate a refresh token; return whether it was valid."""
        if refresh not in self.refresh:
            return False
        self.refresh.remove(refresh)
        return True

    def check(self, inbound: Inbound) -> None:
        """Raise Refused (401) unless the bearer token is valid."""
        expires = self.access.get(inbound.header("authorization").removeprefix("Bearer "))
        if expires is None or expires <= self.world.clock():
            message = "Access token is missing or invalid."
            raise RefusedError(401, {"statusCode": 401, "message": message})
