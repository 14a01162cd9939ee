"""The requests of the service: their paths, and what they are for."""

from enum import StrEnum, auto
import re
from typing import Final

import httpx

LOGINS: Final = (
    "/webapi/oauth/token/",
    "/gcdm/oauth/token",
    "/nlp/oauth/token",
    "/gcdm/oauth/authenticate",
)
"""Where clients logged in: in 2015, in 2018, in the USA of 2019, and by redirect in 2020."""
_CARS: Final = "/webapi/v1/user/vehicles"
_VIN: Final = r"(?P<vin>[^/]+)"


class Endpoint(StrEnum):
    """The requests of a client, named by purpose."""

    TOKEN = auto()
    VEHICLES = auto()
    STATUS = auto()
    LAST_TRIP = auto()
    ALL_TRIPS = auto()
    CHARGING_PROFILE = auto()
    LAST_DESTINATIONS = auto()
    RANGE_MAPS = auto()
    NAVIGATION = auto()
    EFFICIENCY = auto()
    IMAGE = auto()
    EXECUTE = auto()
    EXECUTION = auto()
    POI = auto()
    ANY = auto()


_ROUTES: Final = tuple(
    (method, re.compile(path), endpoint)
    for method, path, endpoint in (
        ("POST", f"({'|'.join(LOGINS)})", Endpoint.TOKEN),
        ("GET", f"{_CARS}/?", Endpoint.VEHICLES),
        ("GET", f"{_CARS}/{_VIN}/status", Endpoint.STATUS),
        ("GET", f"{_CARS}/{_VIN}/statistics/lastTrip", Endpoint.LAST_TRIP),
        ("GET", f"{_CARS}/{_VIN}/statistics/allTrips", Endpoint.ALL_TRIPS),
        ("GET", f"{_CARS}/{_VIN}/chargingprofile", Endpoint.CHARGING_PROFILE),
        ("GET", f"{_CARS}/{_VIN}/destinations", Endpoint.LAST_DESTINATIONS),
        ("GET", f"{_CARS}/{_VIN}/rangemap", Endpoint.RANGE_MAPS),
        ("GET", f"{_CARS}/{_VIN}/image", Endpoint.IMAGE),
        ("POST", f"{_CARS}/{_VIN}/executeService", Endpoint.EXECUTE),
        ("GET", f"{_CARS}/{_VIN}/serviceExecutionStatus", Endpoint.EXECUTION),
        ("POST", f"{_CARS}/{_VIN}/sendpoi", Endpoint.POI),
        ("GET", f"/api/vehicle/navigation/v1/{_VIN}", Endpoint.NAVIGATION),
        ("GET", f"/api/vehicle/efficiency/v1/{_VIN}", Endpoint.EFFICIENCY),
    )
)


def route(request: httpx.Request) -> tuple[Endpoint, str | None]:
    """Return what a request is for, and the VIN in its path."""
    for method, path, endpoint in _ROUTES:
        if request.method == method and (match := path.fullmatch(request.url.path)):
            return endpoint, match.groupdict().get("vin")
    return Endpoint.ANY, None
