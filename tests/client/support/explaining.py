"""Explanations of everything about a car that one source has."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol

from custom_components.mybmw.client import Case, Explanation, View, explain, text_of
from custom_components.mybmw.client.core import attributes as a
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, PROPERTIES
from custom_components.mybmw.client.core.explanation import LONGEST, ValueState
from custom_components.mybmw.client.core.source import Source, Tracing
from custom_components.mybmw.client.core.vehicle import Vehicle

ALL: Final = (
    *a.ATTRIBUTES.values(),
    *(item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values())),
)
OWN: Final = {
    *a.JOURNAL,
    a.CHARGED_THIS_MONTH,
    *a.LAST_COMMAND.values(),
    a.CONNECTION,
    a.COMMANDS,
    a.ACCESS,
}
"""What does not come from a car, or is current whatever happens."""


class TracingSource(Source, Tracing, Protocol):
    """A source that explains its values."""


def explained(
    source: TracingSource, vehicle: Vehicle, polled: datetime | None
) -> Iterator[tuple[a.AnyAttribute, Explanation]]:
    """Return an explanation of everything, each with a text of the right length."""
    vin = vehicle.vin
    view = View(
        source.name,
        source.status._replace(last_poll=polled),
        source.has(vin),
        trace=partial(source.trace, vin),
        streams=source.streams(vin),
    )
    case = Case(vehicle, [view], datetime.now(UTC))
    for attribute in ALL:
        found = explain(case, attribute)
        text = text_of(found, UTC)
        assert 10 < len(text) <= LONGEST, (attribute.key, text)
        assert "{" not in text, (attribute.key, text)
        assert len(found.causes) <= 2, attribute.key
        has = vehicle.value(attribute) is not None
        assert (found.state is not ValueState.MISSING) is has, attribute.key
        assert bool(found.causes) is (found.state in (ValueState.OLD, ValueState.MISSING))
        yield attribute, found


def inside(node: object, path: str) -> Iterable[object]:
    """Yield what is at a path of a JSON object, nothing if there is nothing."""
    for step in path.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    if node not in (None, "", [], {}):
        yield node
