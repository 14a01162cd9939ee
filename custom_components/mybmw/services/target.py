"""The car that an action targets, found by its device."""

from typing import NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.device_registry import DeviceEntryType
from homeassistant.helpers.service import async_get_device_and_config_entry

from ..client import CommandKind, Vehicle
from ..const import DOMAIN
from ..coordinator import GarageCoordinator, MyBMWConfigEntry
from ..runtime.errors import translated_error


class Target(NamedTuple):
    """A car, its account, and the name of its device."""

    coordinator: GarageCoordinator
    vehicle: Vehicle
    name: str


@callback
def async_car(call: ServiceCall) -> Target:
    """Return the targeted car. Raises `ServiceValidationError`."""
    return async_car_of(call.hass, call.data[ATTR_DEVICE_ID])


@callback
def async_car_of(hass: HomeAssistant, device_id: str) -> Target:
    """Return the car of a device. Raises `ServiceValidationError`."""
    entry: MyBMWConfigEntry
    device, entry = async_get_device_and_config_entry(
        hass, DOMAIN, device_id, include_child_devices=False
    )
    name = device.name_by_user or device.name or ""
    if device.entry_type is DeviceEntryType.SERVICE:
        raise translated_error(ServiceValidationError, "not_a_car", device=name)
    vehicles = entry.runtime_data.vehicles
    for domain, vin in device.identifiers:
        if domain == DOMAIN and vin in vehicles:
            return Target(entry.runtime_data, vehicles[vin], name)
    raise translated_error(ServiceValidationError, "car_unknown", car=name)


@callback
def async_commanded_car(call: ServiceCall, *kinds: CommandKind) -> Target:
    """Return the targeted car, which supports all these commands.

    Raises `ServiceValidationError`, also if the account is read-only.
    """
    target = async_car(call)
    coordinator = target.coordinator
    if coordinator.data.policy.read_only:
        account = coordinator.config_entry.title
        raise translated_error(ServiceValidationError, "read_only", account=account)
    if not coordinator.data.commands(target.vehicle).issuperset(kinds):
        raise translated_error(ServiceValidationError, "not_offered", car=target.name)
    return target


def nothing_recorded(coordinator: GarageCoordinator) -> ServiceValidationError:
    """Return the error to raise if no answer was received since the start."""
    account = coordinator.config_entry.title
    return translated_error(ServiceValidationError, "nothing_recorded", account=account)
