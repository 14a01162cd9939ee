"""The endpoints of the My BMW app's service.

See docs/protocols/mybmw-app.md#headers and #endpoints.
"""

from collections.abc import Mapping
from copy import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import httpx

from ..core.errors import AnswerError, ApiError, NetworkError
from ..core.values import Brand
from ..transport.http import MAX_PICTURE_SIZE, MAX_SIZE, Http, Request, json_of
from .auth import Authenticator
from .http_errors import ask
from .regions import SERVERS

BRANDS: Final = (Brand.BMW, Brand.MINI, Brand.TOYOTA)
"""The brands of cars; each has its own request for the list of vehicles."""

VIEWS: Final = (
    "VehicleStatus",
    "FrontView",
    "SideViewLeft",
    "Dashboard",
    "Driverdoor",
    "AngleSideViewForty",
    "AngleSideViewSixty",
    "FrontLeft",
    "FrontRight",
    "RearLeft",
    "RearRight",
    "RearView",
)
"""The views of a car that there are pictures of."""

_UNITS: Final = "d=KM;v=L;p=B;ec=KWH100KM;fc=L100KM;em=GKM;"
_SERVER_ERROR: Final = 500
_VRCCS: Final = "presentation/remote-commands"


class CarAddress(NamedTuple):
    """The VIN and the brand of a car; both are needed in requests."""

    vin: str
    brand: Brand


class _Call(NamedTuple):
    what: str
    method: Literal["GET", "POST"]
    path: str
    brand: Brand
    headers: Mapping[str, str] = MappingProxyType({})
    params: Mapping[str, str] | None = None
    json: object = None
    vin: str | None = None
    max_size: int = MAX_SIZE

    @property
    def record(self) -> str:
        parts = [f"{self.brand.lower()}-{self.path.strip('/').replace('/', '_')}"]
        return "_".join(parts + ([self.vin] if self.vin else []))


class Api:
    """Calls the endpoints for one account; returns their JSON."""

    def __init__(self, http: Http, login: Authenticator) -> None:
        """Create it; calls use tokens of `login`."""
        self.http = http
        self.login = login
        self._server = SERVERS[login.account.region]

    async def vehicles(self, brand: Brand) -> object:
        """Return the cars of one brand."""
        path = "/eadrax-vcs/v5/vehicle-list"
        return await self._json(_Call("list vehicles", "POST", path, brand))

    async def profile(self, car: CarAddress) -> object:
        """Return the profile of a car: data that do not change."""
        path = "/eadrax-vcs/v5/vehicle-data/profile"
        return await self._json(self._about(car, "read a profile", "GET", path))

    async def state(self, car: CarAddress, now: datetime) -> object:
        """Return the state and the capabilities of a car."""
        params = {"apptimezone": "0", "appDateTime": f"{int(now.timestamp())}000"}
        path = "/eadrax-vcs/v4/vehicles/state"
        return await self._json(self._about(car, "read a state", "GET", path, params=params))

    async def charging(self, car: CarAddress, now: datetime, *, settings: bool) -> object:
        """Return the charging plan, and the charging settings if the car has any."""
        params = {
            "fields": "charging-profile",
            "has_charging_settings_capabilities": str(settings).lower(),
        }
        date = now.astimezone(UTC).replace(microsecond=0).isoformat()
        return await self._json(
            self._about(
                car,
                "read charging details",
                "GET",
                "/eadrax-crccs/v2/vehicles",
                params=params,
                headers={"bmw-current-date": date},
            )
        )

    async def image(self, car: CarAddress, view: str) -> bytes:
        """Return one of the `VIEWS` as PNG."""
        call = self._about(
            car,
            "get a picture",
            "GET",
            "/eadrax-ics/v5/presentation/vehicles/images",
            params={"carView": view, "toCrop": "true"},
            headers={"accept": "image/png", "bmw-app-vehicle-type": "connected"},
        )
        return (await self._send(replace(call, max_size=MAX_PICTURE_SIZE))).content

    async def command(self, car: CarAddress, service: str, action: str | None = None) -> object:
        """Start a remote service; return the response with the id of its event."""
        params = None if action is None else {"action": action}
        path = f"/eadrax-vrccs/v4/{_VRCCS}/{service}"
        call = self._about(car, f"ask for {service}", "POST", path, params=params, json={})
        return await self._json(call)

    async def change_charging(self, car: CarAddress, what: str, body: object) -> object:
        """Start, stop or set up charging; here the VIN is in the path."""
        path = f"/eadrax-crccs/v1/vehicles/{quote(car.vin, safe='')}/{what}"
        return await self._json(_Call(f"ask for {what}", "POST", path, car.brand, json=body))

    async def send_poi(self, car: CarAddress, gcid: str, body: object) -> None:
        """Send a destination to the car."""
        path = f"/eadrax-dcs/v2/user/{quote(gcid, safe='')}/send-to-car"
        await self._send(self._about(car, "send a destination", "POST", path, json=body))

    async def event_status(self, car: CarAddress, event: str) -> object:
        """Return the status of a command."""
        path = f"/eadrax-vrccs/v3/{_VRCCS}/eventStatus"
        params = {"eventId": event}
        return await self._json(
            _Call("ask about a command", "POST", path, car.brand, params=params)
        )

    async def event_position(
        self, car: CarAddress, event: str, observer: tuple[float, float]
    ) -> object:
        """Return the position that the vehicle finder found; BMW demands the observer's too."""
        latitude, longitude = map(str, observer)
        return await self._json(
            _Call(
                "ask for the position",
                "POST",
                f"/eadrax-vrccs/v4/{_VRCCS}/eventPosition",
                car.brand,
                params={"eventId": event},
                headers={"latitude": latitude, "longitude": longitude},
            )
        )

    def _about(
        self,
        car: CarAddress,
        what: str,
        method: Literal["GET", "POST"],
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> _Call:
        headers = {"bmw-vin": car.vin, **(headers or {})}
        return _Call(what, method, path, car.brand, headers, params, json, car.vin)

    async def _json(self, call: _Call) -> object:
        response = await self._send(call)
        try:
            return json_of(response, call.what) if response.content else None
        except AnswerError as error:
            error.unconfirmed = True
            raise

    async def _send(self, call: _Call) -> httpx.Response:
        return await self.login.send(lambda token: self._ask(call, token))

    async def _ask(self, call: _Call, token: str) -> httpx.Response:
        """Send a request; errors are `unconfirmed` if the service may have accepted it."""
        try:
            return await ask(self.http, self._request(call, token))
        except NetworkError as error:
            error.unconfirmed = error.sent
            raise
        except ApiError as error:
            error.unconfirmed = error.status >= _SERVER_ERROR
            raise
        except AnswerError as error:
            error.unconfirmed = True
            raise

    def _request(self, call: _Call, token: str) -> Request:
        correlation = str(uuid4())
        headers = {
            "accept": "application/json",
            "accept-language": "en",
            "x-raw-locale": "en-US",
            **self.login.account.headers(call.brand.lower()),
            "x-identity-provider": "gcdm",
            "x-correlation-id": correlation,
            "bmw-correlation-id": correlation,
            "bmw-units-preferences": _UNITS,
            "24-hour-format": "true",
            "authorization": f"Bearer {token}",
            "bmw-session-id": self.login.session_id,
            **call.headers,
        }
        return Request(
            call.what,
            call.method,
            self._server.url(call.path),
            headers=headers,
            params=call.params,
            json=call.json,
            record=call.record,
            max_size=call.max_size,
        )
