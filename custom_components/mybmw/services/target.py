"""What an action is meant for: one car, by its device, or a whole account."""

from typing import NamedTuple

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.device_registry import DeviceEntryType
from homeassistant.helpers.service import async_get_device_and_config_entry

from ..client import CommandKind, Vehicle
from ..const import DOMAIN
from ..coordinator import GarageCoordinator, MyBMWConfigEntry


class Target(NamedTuple):
    """A car and its account; `name` is what the user calls the car."""

    coordinator: GarageCoordinator
    vehicle: Vehicle
    name: str


@callback
def async_car(call: ServiceCall) -> Target:
    """Return the car that an action is meant for; raise `ServiceValidationError`."""
    entry: MyBMWConfigEntry
    device, entry = async_get_device_and_config_entry(
        call.hass, DOMAIN, call.data[ATTR_DEVICE_ID], include_child_devices=False
    )
    name = device.name_by_user or device.name or ""
    if device.entry_type is DeviceEntryType.SERVICE:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_car",
            translation_placeholders={"device": name},
        )
    vehicles = entry.runtime_data.vehicles
    for domain, vin in device.identifiers:
        if domain == DOMAIN and vin in vehicles:
            return Target(entry.runtime_data, vehicles[vin], name)
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="car_unknown",
        translation_placeholders={"car": name},
    )


@callback
def async_commanded_car(call: ServiceCall, *kinds: CommandKind) -> Target:
    """Return the car, if it may be commanded and can do all of this.

    Raises `ServiceValidationError`.
    """
    target = async_car(call)
    coordinator = target.coordinator
    if coordinator.data.policy.read_only:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="read_only",
            translation_placeholders={"account": coordinator.config_entry.title},
        )
    offered = coordinator.data.commands(target.vehicle)
    if not offered.issuperset(kinds):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_offered",
            translation_placeholders={"car": target.name},
        )
    return target


def nothing_known(name: str) -> ServiceValidationError:
    """Return what to raise when no source has told what is asked for."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="nothing_known",
        translation_placeholders={"car": name},
    )


def nothing_recorded(coordinator: GarageCoordinator) -> ServiceValidationError:
    """Return what to raise when no answer has come since the start."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="nothing_recorded",
        translation_placeholders={"account": coordinator.config_entry.title},
    )
