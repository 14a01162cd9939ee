"""The action that corrects a charge."""

from dataclasses import replace

from homeassistant.components.zone import ENTITY_ID_HOME
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..client.core.records import Charge, How, Money, PlaceKind, RecordPlace
from ..client.journal.export import as_data
from ..client.journal.log import Log
from ..runtime.errors import translated_error
from .journal import async_journal
from .target import Target, async_car


async def async_set_charge(call: ServiceCall) -> ServiceResponse:
    """Set what a charge cost, where it was, or its note; an empty note removes it."""
    target = async_car(call)
    journal = async_journal(target)
    charge = _charge(target, journal.log, call.data.get("charge"))
    if "zone" in call.data:
        place = _place(call.hass, call.data["zone"])
        charge = replace(charge, place=place, place_set=True)
    if "note" in call.data:
        charge = replace(charge, note=call.data["note"].strip() or None)
    if call.data.get("recalculate"):
        journal.journal.costs.reset(charge.id)
        charge = replace(charge, cost=charge.billed, costs=())
    if "cost" in call.data:
        cost = Money(call.data["cost"], target.coordinator.journals.currency, How.USER)
        charge = replace(charge, cost=cost, costs=())
    journal.log.put(charge)
    journal.look()
    await journal.async_wait()
    return {"charge": as_data(journal.log.charges[charge.id], dt_util.get_default_time_zone())}


def _charge(target: Target, log: Log, wanted: str | None) -> Charge:
    """Return the wanted charge, else the last one."""
    last = max(log.charges.values(), key=lambda item: item.end, default=None)
    found = last if wanted is None else log.charges.get(wanted)
    if found is None:
        raise translated_error(ServiceValidationError, "charge_unknown", car=target.name)
    return found


def _place(hass: HomeAssistant, zone: str) -> RecordPlace:
    state = hass.states.get(zone)
    kind = PlaceKind.HOME if zone == ENTITY_ID_HOME else PlaceKind.ZONE
    return RecordPlace(kind, zone, None if state is None else state.name)
