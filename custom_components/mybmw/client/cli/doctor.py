"""What the sub-commands `doctor` put out: why values are old or missing."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from ..core.attributes import ATTRIBUTES, AnyAttribute
from ..core.condition import Case, View, car_causes
from ..core.descriptors import DESCRIPTORS, PROPERTIES
from ..core.doctor import coverage, explain
from ..core.errors import AuthError, BlockedError, ClientError, RefusedError
from ..core.explanation import TEXTS, Explanation, either, text_of
from ..core.source import Explaining, Poll, Source, Tracing
from ..core.values import Unreadable
from ..core.vehicle import Vehicle
from .output import say, say_json


class _Traced(Source, Tracing, Protocol):
    """A source that knows how its attributes come."""


def explain_cars(
    source: _Traced, vehicles: Iterable[Vehicle], poll: Poll | None, *, as_json: bool
) -> None:
    """Put out an explanation of each attribute of each car, after a poll if there was one."""
    cases = [_case(source, vehicle, poll) for vehicle in vehicles]
    if as_json:
        say_json([_as_json(case) for case in cases])
    else:
        _say(cases)


def _case(source: _Traced, vehicle: Vehicle, poll: Poll | None) -> Case:
    vin, now, status = vehicle.vin, datetime.now(UTC), source.status
    error = None if poll is None else poll.error or poll.errors.get(vin)
    if poll is not None:
        cause = _cause(poll.error) or status.cause
        status = status._replace(cause=cause, last_poll=None if poll.error else now)
    unreadable = source.unreadable(vin) if isinstance(source, Explaining) else None
    view = View(
        source.name,
        status,
        source.has(vin),
        unreadable or (Unreadable.FAILED if error is not None else None),
        error,
        trace=partial(source.trace, vin),
        streams=source.streams(vin),
    )
    return Case(vehicle, [view], now)


def _cause(error: ClientError | None) -> Unreadable | None:
    """Return why a source as a whole cannot be read."""
    if isinstance(error, AuthError) and not isinstance(error, RefusedError):
        return Unreadable.LOGIN_NEEDED
    return Unreadable.BLOCKED if isinstance(error, BlockedError) else None


def _explained(case: Case) -> Iterable[tuple[AnyAttribute, Explanation]]:
    others = (item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values()))
    for attribute in (*ATTRIBUTES.values(), *others):
        yield attribute, explain(case, attribute)


def _condition(case: Case) -> str:
    texts = [TEXTS[cause].format(source=case.views[0].name) for cause in car_causes(case)[:2]]
    return either(texts) or "nothing is wrong"


def _as_json(case: Case) -> dict[str, object]:
    return {
        "vin": case.vehicle.vin,
        "condition": [cause.value for cause in car_causes(case)],
        "coverage": {group.value: share._asdict() for group, share in coverage(case).items()},
        "values": {
            attribute.key: {
                "state": found.state.value,
                "causes": [cause.value for cause in found.causes],
                "text": text_of(found),
            }
            for attribute, found in _explained(case)
        },
    }


def _say(cases: Iterable[Case]) -> None:
    for case in cases:
        say(f"{case.vehicle.name}: {_condition(case)}")
        for group, share in coverage(case).items():
            say(f"  {group}: {share.received} of {share.of} received")
        for attribute, found in _explained(case):
            say(f"    {attribute.key}: {text_of(found)}")
