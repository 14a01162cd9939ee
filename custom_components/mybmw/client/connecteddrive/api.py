"""The endpoints of the service, as functions (docs/protocols/connecteddrive.md#endpoints)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

import httpx

from ..core.errors import AnswerError, ApiError, NetworkError
from ..transport.http import MAX_PICTURE_SIZE, MAX_SIZE, Http, Request, json_of
from .http_errors import check
from .login import PasswordAuthenticator

VIEWS: Final[Mapping[str, str]] = {
    "VehicleStatus": "FRONTSIDE",
    "FrontView": "FRONT",
    "SideViewLeft": "SIDE",
    "Dashboard": "DASHBOARD",
    "Driverdoor": "DRIVERDOOR",
    "RearLeft": "REARSIDE",
    "RearView": "REAR",
}
"""The pictures of a car, by the names that they have everywhere else."""

_CARS: Final = "/webapi/v1/user/vehicles"
_WIDTH: Final = "1200"
_HEIGHT: Final = "675"
_SERVER_ERROR: Final = 500
_AGAIN: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""The seconds to wait before what all else depends on is asked for once more."""


class _Call(NamedTuple):
    what: str
    method: Literal["GET", "POST"]
    path: str
    params: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    record: str | None = None
    max_size: int = MAX_SIZE
    accept: str = "application/json"
    pauses: tuple[float, ...] = ()


class ConnectedDriveApi:
    """Calls the service as one logged-in user; the JSON is returned as it is."""

    def __init__(
        self,
        http: Http,
        login: PasswordAuthenticator,
        observer: tuple[float, float] | None = None,
    ) -> None:
        """Initialize with `login`, which has the token; `observer` is latitude and longitude."""
        self.http = http
        self.login = login
        self._observer = observer

    def observed(self, now: datetime) -> Mapping[str, str]:
        """Return the time and place of the observer, {} if there is none."""
        if self._observer is None:
            return {}
        latitude, longitude = map(str, self._observer)
        return {"deviceTime": f"{now:%Y-%m-%dT%H:%M:%S}", "dlat": latitude, "dlon": longitude}

    async def vehicles(self) -> object:
        """List the cars and what they can do."""
        record = "connecteddrive-vehicles"
        return await self._json(
            _Call("list vehicles", "GET", f"{_CARS}/", record=record, pauses=_AGAIN)
        )

    async def status(self, vin: str, now: datetime) -> object:
        """Read the state of a car; its position is only sent to an observer nearby."""
        path, record = f"{_path(vin)}/status", f"connecteddrive-status_{vin}"
        params = self.observed(now)
        return await self._json(
            _Call("read a state", "GET", path, params, record=record, pauses=_AGAIN)
        )

    async def last_trip(self, vin: str) -> object:
        """Read the statistics of the last trip."""
        return await self._about(vin, "read the last trip", "statistics/lastTrip", "last_trip")

    async def all_trips(self, vin: str) -> object:
        """Read the statistics of all trips."""
        return await self._about(vin, "read all trips", "statistics/allTrips", "all_trips")

    async def charging_profile(self, vin: str) -> object:
        """Read the charging plan."""
        return await self._about(
            vin, "read the charging plan", "chargingprofile", "charging_profile"
        )

    async def destinations(self, vin: str) -> object:
        """Read the destinations."""
        return await self._about(vin, "read destinations", "destinations", "last_destinations")

    async def range_map(self, vin: str) -> object:
        """Read the range map."""
        return await self._about(vin, "read the range map", "rangemap", "range_maps")

    async def navigation(self, vin: str) -> object:
        """Read the charge in kWh; the path was the web portal's."""
        path = f"/api/vehicle/navigation/v1/{quote(vin, safe='')}"
        return await self._json(
            _Call("read the energy", "GET", path, record=f"connecteddrive-navigation_{vin}")
        )

    async def image(self, vin: str, view: str) -> bytes:
        """Return one of the `VIEWS` as PNG."""
        params = {"width": _WIDTH, "height": _HEIGHT, "view": VIEWS[view]}
        path = f"{_path(vin)}/image"
        call = _Call(
            "get a picture", "GET", path, params, max_size=MAX_PICTURE_SIZE, accept="image/png"
        )
        return (await self._send(call)).content

    async def execute(self, vin: str, form: Mapping[str, str]) -> object:
        """Start a remote service."""
        path = f"{_path(vin)}/executeService"
        return await self._json(_Call("send a command", "POST", path, form=form))

    async def execution(self, vin: str, service: str) -> object:
        """Read the state of a remote service."""
        path = f"{_path(vin)}/serviceExecutionStatus"
        return await self._json(_Call("ask about a command", "GET", path, {"serviceType": service}))

    async def send_poi(self, vin: str, form: Mapping[str, str]) -> None:
        """Send a place or a message to the car; success has no content."""
        await self._send(_Call("send to the car", "POST", f"{_path(vin)}/sendpoi", form=form))

    async def _about(self, vin: str, what: str, name: str, record: str) -> object:
        return await self._json(
            _Call(what, "GET", f"{_path(vin)}/{name}", record=f"connecteddrive-{record}_{vin}")
        )

    async def _json(self, call: _Call) -> object:
        response = await self._patient(call)
        try:
            return json_of(response, call.what)
        except AnswerError as error:
            error.unconfirmed = True
            raise

    async def _patient(self, call: _Call) -> httpx.Response:
        """Send a request, and repeat it after pauses while the server reports an error (500)."""
        for pause in call.pauses:
            try:
                return await self._send(call)
            except ApiError as error:
                if error.status != _SERVER_ERROR:
                    raise
            await self.http.pause(pause)
        return await self._send(call)

    async def _send(self, call: _Call) -> httpx.Response:
        """Send a request; log in once more if the token is refused."""
        return await self.login.send(lambda token: self._ask(call, token))

    async def _ask(self, call: _Call, token: str) -> httpx.Response:
        """Send a request; an error says whether the service may have carried it out."""
        request = Request(
            call.what,
            call.method,
            f"{self.login.account.server}{call.path}",
            headers={"accept": call.accept, "authorization": f"Bearer {token}"},
            params=call.params,
            form=call.form,
            record=call.record,
            max_size=call.max_size,
        )
        try:
            response = await self.http.fetch(request)
            check(response, call.what, self.http.redactor)
        except NetworkError as error:
            error.unconfirmed = error.sent
            raise
        except ApiError as error:
            error.unconfirmed = error.status >= _SERVER_ERROR
            raise
        except AnswerError as error:
            error.unconfirmed = True
            raise
        return response


def _path(vin: str) -> str:
    return f"{_CARS}/{quote(vin, safe='')}"
