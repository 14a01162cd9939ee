"""Explains why a value is current, old or missing, and what is wrong with a car or an account.

Nothing is worked out before somebody asks, and nothing is asked of BMW.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .client import (
    Case,
    Cause,
    Explanation,
    Group,
    Share,
    ValueState,
    Vehicle,
    View,
    account_causes,
    car_causes,
    coverage,
    either,
    explain,
    source_causes,
    text_of,
)
from .client.core.attributes import ATTRIBUTES, JOURNAL, AnyAttribute
from .client.core.descriptors import DESCRIPTORS, PROPERTIES, attribute_of
from .const import DOMAIN
from .coordinator import GarageCoordinator
from .entity import MyBMWDescription, MyBMWEntity
from .runtime.poller import PlannedPoller, SourcePoller
from .sources.registry import SOURCES

type Answer = dict[str, Any]

OK: Final = "ok"
"""The state of what has nothing wrong."""

_OF_THE_CAR: Final = ("data_coverage", "data_state", "image_", "refresh")
"""The beginnings of keys of entities that depend on the car's state, not on one attribute."""

_TEXTS: Final = f"component.{DOMAIN}.exceptions.explanation_"


class SourceHealth(NamedTuple):
    """How a source has done in the last 24 hours, with its last errors, the newest first.

    `uptime` is how much of that its stream was connected in percent, None if there was none.
    """

    uptime: float | None
    messages: int
    last_error: datetime | None
    errors: list[Answer]


class Texts(NamedTuple):
    """The texts of explanations in one language."""

    texts: Mapping[str, str]

    @property
    def well(self) -> str:
        """The sentence that nothing is wrong."""
        return f"{self.texts['well']}."

    def explain(self, explanation: Explanation) -> str:
        """Return an explanation as a sentence."""
        return text_of(explanation, dt_util.get_default_time_zone(), self.texts, _name)

    def condition(self, causes: tuple[Cause, ...], source: str) -> str:
        """Return what is wrong as a sentence, "" if nothing is."""
        words = {"source": _name(source), "sources": "", "count": "", "code": ""}
        parts = [self.texts.get(cause, cause).format_map(words) for cause in causes[:2]]
        text = either(parts, self.texts) if len(parts) > 1 else "".join(parts)
        return f"{text[:1].upper()}{text[1:]}." if text else ""


async def async_texts(hass: HomeAssistant, language: str | None = None) -> Texts:
    """Return the texts in a language, else that of Home Assistant; English where there are none."""
    language = language or hass.config.language
    found = await async_get_translations(hass, language, "exceptions", {DOMAIN})
    keys = (key for key in found if key.startswith(_TEXTS))
    return Texts({key.removeprefix(_TEXTS).removesuffix(".message"): found[key] for key in keys})


@callback
def case_of(coordinator: GarageCoordinator, vehicle: Vehicle) -> Case:
    """Return a car with all that explanations about it rely on."""
    waiting = coordinator.data.unconfirmed.waiting(vehicle.vin)
    return Case(
        vehicle,
        [_view(poller, vehicle.vin) for poller in coordinator.pollers.values()],
        dt_util.utcnow(),
        coordinator.data.policy,
        frozenset(attribute for sent in waiting for attribute in sent.attributes),
    )


@callback
def _view(poller: SourcePoller, vin: str) -> View:
    """Return a source as a car sees it."""
    view = View(
        poller.source.name,
        poller.status,
        poller.has(vin),
        poller.unreadable(vin),
        _error(poller, vin),
    )
    tracing = poller.can.tracing
    if tracing is None:
        return view
    return view._replace(trace=partial(tracing.trace, vin), streams=tracing.streams(vin))


def _error(poller: SourcePoller, vin: str) -> Any:
    """Return the error of the last request for the values of a car, or of all."""
    return poller.error or poller.unanswered.get(vin)


@callback
def async_car_causes(coordinator: GarageCoordinator, vehicle: Vehicle) -> tuple[Cause, ...]:
    """Return why a car sends nothing new, the most certain cause first; nothing if it does."""
    return car_causes(case_of(coordinator, vehicle))


@callback
def async_source_causes(poller: SourcePoller) -> tuple[Cause, ...]:
    """Return what is wrong with a source, the most certain cause first; nothing if all is well."""
    pollers: Mapping[str, SourcePoller] = poller.config_entry.runtime_data.pollers
    views = {name: _view(item, _worst(item)) for name, item in pollers.items()}
    return source_causes(views[poller.source.name], [*views.values()])


@callback
def async_health(poller: SourcePoller) -> SourceHealth:
    """Return how a source has done lately."""
    now, health = dt_util.utcnow(), poller.health
    poller.note_health(now)
    errors = health.recent()
    last = health.failures[-1].last if errors else None
    return SourceHealth(health.uptime(now), health.messages(now), last, errors)


def _worst(poller: SourcePoller) -> str:
    """Return a car whose values could not be read, "" if there is none."""
    return next(iter(poller.unanswered), "") if isinstance(poller, PlannedPoller) else ""


def _name(source: str) -> str:
    spec = SOURCES.get(source)
    return source if spec is None else f"{spec.manufacturer} {spec.model}"


@callback
def async_condition(coordinator: GarageCoordinator, vehicle: Vehicle, texts: Texts) -> Answer:
    """Return the state of a car and of its account, with texts."""
    case = case_of(coordinator, vehicle)
    source = next((view.name for view in case.views if view.has), "")
    parts = {"car": car_causes(case), "account": account_causes(case.views)}
    return {
        part: {
            "state": causes[0].value if causes else OK,
            "causes": [cause.value for cause in causes],
            "text": texts.condition(causes, source),
        }
        for part, causes in parts.items()
    }


@callback
def async_explain_car(coordinator: GarageCoordinator, vehicle: Vehicle, texts: Texts) -> Answer:
    """Return the state of a car, its coverage, and an explanation of each attribute by key."""
    case = case_of(coordinator, vehicle)
    return {
        **async_condition(coordinator, vehicle, texts),
        "coverage": async_coverage(case),
        "values": {
            attribute.key: _answer(explain(case, attribute), texts) for attribute in attributes()
        },
    }


@callback
def async_summary(coordinator: GarageCoordinator, vehicle: Vehicle) -> Answer:
    """Return the causes without texts, for diagnostics."""
    case = case_of(coordinator, vehicle)
    found = {attribute.key: explain(case, attribute) for attribute in attributes()}
    return {
        "car": car_causes(case),
        "account": account_causes(case.views),
        "coverage": async_coverage(case),
        "values": {
            key: " ".join((item.state, *item.causes))
            for key, item in found.items()
            if Cause.NEEDS_SOURCE not in item.causes
        },
    }


@callback
def async_shares(coordinator: GarageCoordinator, vehicle: Vehicle) -> Mapping[Group, Share]:
    """Return what was received of what such a car can send, by group."""
    return coverage(case_of(coordinator, vehicle))


@callback
def async_covered(coordinator: GarageCoordinator, vehicle: Vehicle) -> float | None:
    """Return the part that was received in percent, None if nothing is known of such cars."""
    shares = async_shares(coordinator, vehicle).values()
    possible = sum(share.of for share in shares)
    return 100 * sum(share.received for share in shares) / possible if possible else None


@callback
def async_coverage(case: Case) -> Answer:
    """Return what was received of what such a car can send, by group."""
    return {group.value: share._asdict() for group, share in coverage(case).items()}


@callback
def async_explain_entity(
    coordinator: GarageCoordinator, vehicle: Vehicle, entry: er.RegistryEntry, texts: Texts
) -> Answer:
    """Return why an entity of a car has its state."""
    condition = async_condition(coordinator, vehicle, texts)
    key = entry.unique_id.removeprefix(f"{vehicle.vin}-")
    attribute = async_attribute(coordinator.hass, vehicle, entry.entity_id, key)
    if entry.disabled:
        disabled = Explanation(ValueState.MISSING, (Cause.ENTITY_DISABLED,))
        return {**_answer(disabled, texts), **condition}
    if attribute is None:
        return {"text": condition["car"]["text"] or texts.well, **condition}
    case = case_of(coordinator, vehicle)
    return {**_answer(explain(case, attribute), texts), **condition}


@callback
def async_attribute(
    hass: HomeAssistant, vehicle: Vehicle, entity_id: str, key: str
) -> AnyAttribute | None:
    """Return the attribute that an entity shows, None if it has none or is not known."""
    for platform in async_get_platforms(hass, DOMAIN):
        entity = platform.entities.get(entity_id)
        if isinstance(entity, MyBMWEntity):
            return _shown(vehicle, entity.entity_description)
    try:
        return attribute_of(key)
    except KeyError:
        return None


def _shown(vehicle: Vehicle, description: MyBMWDescription) -> AnyAttribute | None:
    """Return the main attribute of an entity: a record, else one with a value, else the first."""
    if description.key.startswith(_OF_THE_CAR):
        return None
    known = [item for item in description.attributes if vehicle.value(item) is not None]
    return next((item for item in known if item in JOURNAL), None) or next(
        iter((*known, *description.attributes)), None
    )


def _answer(explanation: Explanation, texts: Texts) -> Answer:
    time = explanation.time
    return {
        "text": texts.explain(explanation),
        "state": explanation.state.value,
        "causes": [cause.value for cause in explanation.causes],
        "time": time and time.isoformat(),
        "source": explanation.source,
        "way": explanation.way and explanation.way.value,
    }


def attributes() -> Iterable[AnyAttribute]:
    """Yield all attributes, descriptors and properties."""
    yield from ATTRIBUTES.values()
    yield from (item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values()))
