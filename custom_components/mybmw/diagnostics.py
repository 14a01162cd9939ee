"""Diagnostics support for MyBMW; personal data and positions are redacted."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Final, cast

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME, CONF_ZONE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .client import HIDDEN, Recording, Redactor, Vehicle, encode, files, narrow
from .client.journal.anonymous import figures, outline
from .const import CONF_CA, CONF_SOURCES, DOMAIN, OPTION_FUEL_PRICE_ENTITY, OPTION_WORK
from .coordinator import GarageCoordinator, MyBMWConfigEntry
from .doctor import async_health, async_summary

type Report = dict[str, object]

_MESSAGES: Final = 200
_RECORDS: Final = 5
_HIDDEN_OPTIONS: Final = {
    CONF_CA,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_ZONE,
    OPTION_FUEL_PRICE_ENTITY,
    OPTION_WORK,
}
"""The name of an entity with the price of fuel often is the address of the filling station."""


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MyBMWConfigEntry
) -> Report:
    """Return diagnostics for an account and all its cars."""
    return await _report(entry.runtime_data, None)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: MyBMWConfigEntry, device: DeviceEntry
) -> Report:
    """Return diagnostics for one car."""
    vins = {value for domain, value in device.identifiers if domain == DOMAIN}
    return await _report(entry.runtime_data, vins)


async def _report(coordinator: GarageCoordinator, vins: Collection[str] | None) -> Report:
    """Return a redacted report on these cars, or on the whole account."""
    entry = coordinator.config_entry
    report: Report = {
        "options": async_redact_data(dict(entry.options), _HIDDEN_OPTIONS),
        "sources": {name: _source(coordinator, name) for name in entry.data[CONF_SOURCES]},
        "vehicles": {
            vin: _vehicle(vehicle)
            | {"journal": _journal(coordinator, vin)}
            | {"explained": async_summary(coordinator, vehicle)}
            for vin, vehicle in coordinator.vehicles.items()
            if vins is None or vin in vins
        },
        "in_another_entry": sorted(coordinator.in_other_entries),
    }
    recordings = {
        name: poller.source.recording(_MESSAGES) for name, poller in coordinator.pollers.items()
    }
    coordinator.redactor.add_aliases([*coordinator.vehicles, *coordinator.in_other_entries])
    # Redaction takes too long for the event loop; the copy keeps threads from sharing aliases
    redactor = deepcopy(coordinator.redactor)
    return await coordinator.hass.async_add_executor_job(
        _redacted, report, recordings, vins, redactor
    )


def _redacted(
    report: Report,
    recordings: Mapping[str, Recording],
    vins: Collection[str] | None,
    redactor: Redactor,
) -> Report:
    """Return a redacted report that includes the recent answers of the sources, by file name."""
    clean = cast("Report", redactor.data(report))
    for name, source in cast("dict[str, Report]", clean["sources"]).items():
        recording = recordings.get(name, Recording({}))
        contents = files([recording if vins is None else narrow(recording, vins)], redactor)
        source["answers"] = {file: content.decode() for file, content in contents.items()}
    return clean


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


def _journal(coordinator: GarageCoordinator, vin: str) -> Report | None:
    """Return the number of records, what was learned, and the last records without places."""
    journal = coordinator.journals.cars.get(vin)
    if journal is None:
        return None
    return {
        "trips": len(journal.log.trips),
        "charges": len(journal.log.charges),
        "unreadable": journal.files.unreadable_count,
        "learned": figures(journal.journal),
        "last": [outline(item) for item in journal.newest(_RECORDS)],
    }


def _source(coordinator: GarageCoordinator, name: str) -> Report:
    poller = coordinator.pollers.get(name)
    if poller is None:
        return {}
    return {
        "next_poll": poller.due.isoformat() if poller.due else None,
        "last_error": str(poller.error) if poller.error else None,
        "cannot_be_read": sorted(poller.failed),
        "health": async_health(poller)._asdict(),
        **poller.source.diagnostics(),
    }
