"""The cars of an account: one list per brand, each with its own time to be read again."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
import logging
import re
from typing import Final

from ..core.convert import mapping
from ..core.errors import AnswerError, ApiError, ClientError
from ..core.values import Brand
from ..core.vehicle import Vehicle
from .api import BRANDS, Api, CarAddress

_LOGGER = logging.getLogger(__name__)

LIST_INTERVAL: Final = timedelta(hours=6)
_RETRY: Final = timedelta(hours=1)
_VIN: Final = re.compile(r"[A-Z0-9]{17}", re.IGNORECASE | re.ASCII)


class VehicleList:
    """The cars of an account, by VIN.

    If the list of a brand cannot be read, its cars are kept.
    """

    def __init__(self, api: Api, problems: Counter[str]) -> None:
        self.cars: dict[str, CarAddress] = {}
        self._api = api
        self._problems = problems
        self._due: dict[Brand, datetime] = {}
        self._read: set[Brand] = set()
        self._unconfirmed: set[Brand] = set()

    def know(self, vehicles: Iterable[Vehicle]) -> None:
        """Restore cars from before a restart, so that they can be read without a list."""
        self.cars |= {vehicle.vin: self.address(vehicle) for vehicle in vehicles}

    def address(self, vehicle: Vehicle) -> CarAddress:
        """Return the address of a car, whether it is listed or not."""
        brand = vehicle.brand if vehicle.brand in BRANDS else Brand.BMW
        return self.cars.get(vehicle.vin) or CarAddress(vehicle.vin, brand)

    async def refresh(self) -> frozenset[str] | None:
        """Read the lists that are due; return the VINs of all cars, or None if uncertain.

        It is uncertain until a list in which a car is missing has been read again. Raises errors
        of the account, and any `ClientError` if no car is known yet.
        """
        now = datetime.now(UTC)
        due = [brand for brand in BRANDS if self._due.get(brand, now) <= now]
        read: set[Brand] = set()
        failed: ClientError | None = None
        cars = self.cars
        if due:
            # Log in first, so that a failing login is tried once, not for each list
            await self._api.login.token()
        for brand in due:
            try:
                found = self._vins(await self._api.vehicles(brand))
            except (ApiError, AnswerError) as error:
                _LOGGER.debug("A list of vehicles cannot be read: %s", error)
                failed = failed or error
                self._due[brand] = now + _RETRY if self.cars else now
                continue
            read.add(brand)
            self._due[brand] = now + LIST_INTERVAL
            others = {vin: car for vin, car in cars.items() if car.brand is not brand}
            cars = others | {vin: CarAddress(vin, brand) for vin in found if vin not in others}
        self._read |= read
        if failed is not None and not cars:
            raise failed
        return self._update(cars, read) if due else None

    def _update(self, cars: dict[str, CarAddress], read: set[Brand]) -> frozenset[str] | None:
        if self.cars and not cars:
            self._problems["mappingInfos: empty"] += 1
            return None
        certain = self._unconfirmed <= read and self._read.issuperset(BRANDS)
        missed = {car.brand for vin, car in self.cars.items() if vin not in cars}
        self._unconfirmed = missed | (self._unconfirmed - read)
        self.cars = cars
        return frozenset(cars) if certain else None

    def _vins(self, answer: object) -> list[str]:
        listed = mapping(answer).get("mappingInfos")
        if not isinstance(listed, list):
            self._problems["mappingInfos"] += 1
            raise AnswerError("list vehicles: the answer contains no list")
        found = [mapping(item).get("vin") for item in listed]
        vins = [vin.upper() for vin in found if isinstance(vin, str) and _VIN.fullmatch(vin)]
        if len(vins) < len(found):
            self._problems["mappingInfos.vin"] += len(found) - len(vins)
            if not vins:
                raise AnswerError("list vehicles: the answer contains no valid VIN")
        return vins
