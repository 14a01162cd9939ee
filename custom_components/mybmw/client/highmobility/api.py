"""The endpoints of High Mobility, as functions (docs/protocols/highmobility.md#vehicle-data)."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol
from urllib.parse import quote

import httpx

from ..core.convert import mapping
from ..core.errors import AnswerError, NetworkError
from ..transport.http import Http, Request, json_of
from ..transport.tokens import TokenKeeper
from .endpoints import Endpoints
from .http_errors import check
from .tokens import HighMobilityTokens

MOST: Final = 4_000_000
"""Bytes that the answer about a car may have."""

_VIN_LENGTH: Final = 17
_RECORDS: Final = "highmobility"


class _ApiCall(NamedTuple):
    what: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    json: object = None
    vin: str | None = None
    recorded: bool = True
    paid: bool = False

    @property
    def record(self) -> str | None:
        """Return the name of the answer in recordings."""
        if not self.recorded:
            return None
        path = self.path.removesuffix(f"/{self.vin}").strip("/").replace("/", "_")
        return "_".join(filter(None, (f"{_RECORDS}-{path}", self.vin)))


class Spending(Protocol):
    """Counts requests that cost something."""

    async def spend(self, vin: str) -> None:
        """Count a request before it is made."""
        ...

    def take_back(self, vin: str) -> None:
        """Uncount a request that cannot have reached the service."""
        ...


class HighMobilityApi:
    """Calls High Mobility with the tokens of one login; the JSON is returned as it is."""

    def __init__(
        self,
        http: Http,
        login: TokenKeeper[HighMobilityTokens],
        where: Endpoints,
    ) -> None:
        """Initialize the API; set `spending` to count requests that cost something."""
        self.http = http
        self.login = login
        self.where = where
        self.spending: Spending | None = None

    async def vehicle_data(self, vin: str) -> object:
        """Read everything about a car; it costs a request."""
        path = f"/v1/vehicle-data/autoapi-13/{quote(vin, safe='')}"
        answer = await self._json(_ApiCall("read a car", "GET", path, vin=vin, paid=True))
        told = mapping(answer).get("vin", vin)
        if not isinstance(answer, dict) or not isinstance(told, str) or told.upper() != vin:
            raise AnswerError("read a car: the answer is not about the car")
        return answer

    async def vehicle_info(self) -> str:
        """Return the VIN that the token of a driver is for."""
        answer = await self._json(
            _ApiCall("ask for the car", "GET", "/v1/vehicleinfo", recorded=False)
        )
        vin = mapping(answer).get("vin")
        if not isinstance(vin, str) or len(vin) != _VIN_LENGTH or not vin.isalnum():
            raise AnswerError("ask for the car: vin is missing in the answer")
        return vin.upper()

    async def eligibility(self, vin: str, brand: str) -> object:
        """Read whether a car is eligible."""
        body = {"vin": vin, "brand": brand}
        return await self._json(
            _ApiCall("check a car", "POST", "/v1/eligibility", body, vin=vin, recorded=False)
        )

    async def request_clearance(self, cars: Sequence[tuple[str, str]]) -> object:
        """Request clearance for cars, given by VIN and brand."""
        body = {"vehicles": [{"vin": vin, "brand": brand} for vin, brand in cars]}
        return await self._json(
            _ApiCall("ask for clearance", "POST", "/v1/fleets/vehicles", body, recorded=False)
        )

    async def clearances(self) -> object:
        """List the cars of the fleet."""
        return await self._json(_ApiCall("list the cars", "GET", "/v1/fleets/vehicles"))

    async def clearance(self, vin: str) -> object:
        """Read the state of the clearance of a car."""
        path = f"/v1/fleets/vehicles/{quote(vin, safe='')}"
        return await self._json(_ApiCall("look at a clearance", "GET", path, vin=vin))

    async def revoke_clearance(self, vin: str) -> object:
        """Revoke the clearance of a car."""
        path = f"/v1/fleets/vehicles/{quote(vin, safe='')}"
        call = _ApiCall("revoke a clearance", "DELETE", path, vin=vin, recorded=False)
        response = await self._send(call)
        return json_of(response, call.what) if response.content else None

    async def _json(self, call: _ApiCall) -> object:
        return json_of(await self._send(call), call.what)

    async def _send(self, call: _ApiCall) -> httpx.Response:
        """Send a request; if the token is refused, send it once more with a new one."""
        return await self.login.send(lambda token: self._fetch(call, token))

    async def _fetch(self, call: _ApiCall, token: str) -> httpx.Response:
        costs = self.spending if call.paid else None
        if costs is not None and call.vin is not None:
            await costs.spend(call.vin)
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        request = Request(
            call.what,
            call.method,
            f"{self.where.api}{call.path}",
            headers=headers,
            json=call.json,
            record=call.record,
            max_size=MOST,
        )
        try:
            response = await self.http.fetch(request)
        except NetworkError as error:
            if costs is not None and call.vin is not None and not error.sent:
                costs.take_back(call.vin)
            raise
        check(response, call.what, self.http.redactor)
        return response
