"""Diagnostics: everything that helps to find a fault, and nothing that tells who or where."""

from collections.abc import Mapping
from typing import Final, cast

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .client import HIDDEN, Vehicle, encode
from .const import CONF_CA, CONF_SOURCES, DOMAIN
from .coordinator import GarageCoordinator, MyBMWConfigEntry

type Report = dict[str, object]

_HIDDEN_OPTIONS: Final = {CONF_CA, CONF_HOST, CONF_PASSWORD, CONF_USERNAME}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MyBMWConfigEntry
) -> Report:
    """Report on the account and all its cars."""
    coordinator = entry.runtime_data
    return _report(coordinator, list(coordinator.vehicles.values()))


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MyBMWConfigEntry, device: DeviceEntry
) -> Report:
    """Report on one car."""
    coordinator = entry.runtime_data
    vins = {value for domain, value in device.identifiers if domain == DOMAIN}
    return _report(
        coordinator, [coordinator.vehicles[vin] for vin in vins if vin in coordinator.vehicles]
    )


def _report(coordinator: GarageCoordinator, vehicles: list[Vehicle]) -> Report:
    redactor = coordinator.redactor
    entry = coordinator.config_entry
    report = {
        "options": async_redact_data(dict(entry.options), _HIDDEN_OPTIONS),
        "sources": {
            name: _source(coordinator, name, vehicles) for name in entry.data[CONF_SOURCES]
        },
        "vehicles": {vehicle.vin: _vehicle(vehicle) for vehicle in vehicles},
        "in_another_entry": sorted(coordinator.elsewhere),
    }
    return cast("Report", redactor.data(report))


def _vehicle(vehicle: Vehicle) -> Report:
    return {
        "readings": {
            reading.attribute.key: {
                "value": HIDDEN if reading.attribute.private else encode(reading),
                "time": reading.time.isoformat(),
                "source": reading.source,
            }
            for reading in vehicle
        },
        "dropped": dict(vehicle.dropped),
    }


def _source(coordinator: GarageCoordinator, name: str, vehicles: list[Vehicle]) -> Report:
    poller = coordinator.pollers.get(name)
    if poller is None:
        return {}
    report = dict(poller.source.diagnostics())
    answers = report.get("answers")
    if isinstance(answers, Mapping):
        every = {coordinator.redactor.alias(vin) for vin in coordinator.vehicles}
        others = every - {coordinator.redactor.alias(vehicle.vin) for vehicle in vehicles}
        report["answers"] = {
            file: text
            for file, text in answers.items()
            if not any(alias in file for alias in others)
        }
    return {
        "next_poll": poller.due or None,
        "last_error": str(poller.error) if poller.error else None,
        "cannot_be_read": sorted(poller.failed),
        **report,
    }
