"""Explain the value of an attribute, or why there is none, from what is known without asking.

What cannot be known for sure has two causes: either the first, or the second.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from . import attributes as a
from .attributes import AnyAttribute, AnyReading
from .condition import (
    Case,
    View,
    connection_causes,
    hides_place,
    request_causes,
    source_causes,
    stream_causes,
    unreadable_causes,
)
from .coverage import Group, group_of, sources_of
from .descriptors import DESCRIPTORS, PROPERTIES
from .explanation import Cause, Explanation, ValueState, Way
from .source import Origin
from .values import StreamState
from .vehicle import Vehicle

CURRENT: Final = timedelta(minutes=15)
"""How old a streamed value may be to count as current."""

_CONSTANT: Final = frozenset(
    {
        a.BRAND,
        a.MODEL,
        a.MODEL_YEAR,
        a.BODY_TYPE,
        a.COLOR,
        a.COUNTRY,
        a.DRIVE_TRAIN,
        a.HEADUNIT_TYPE,
        a.TELEMATICS_UNIT,
        a.LEFT_HAND_DRIVE,
        a.TANK_CAPACITY,
    }
)


class Share(NamedTuple):
    """How many attributes were received of how many that a car can send."""

    received: int
    of: int


def explain(case: Case, attribute: AnyAttribute) -> Explanation:
    """Return why an attribute of a car has its value, or none."""
    reading = case.vehicle[attribute]
    return _missing(case, attribute) if reading is None else _held(case, reading)


def coverage(case: Case) -> Mapping[Group, Share]:
    """Return what was received of what such a car can send, by group.

    It can send what it has sent, and what similar cars were seen streaming; nothing is known of
    cars without a stream.
    """
    received, possible = Counter[Group](), Counter[Group]()
    for attribute in _ALL:
        traces = (view.trace(attribute) for view in case.views if view.has and view.streams)
        found = [trace for trace in traces if trace is not None]
        has = bool(found) and attribute in case.vehicle
        possible[group_of(attribute.key)] += has or any(map(_expected, found))
        received[group_of(attribute.key)] += has
    return {group: Share(received[group], count) for group, count in possible.items() if count}


def _expected(trace: Origin) -> bool:
    return trace.fitted and trace.wanted and trace.seen


def _held(case: Case, reading: AnyReading) -> Explanation:
    """Explain a value that is there."""
    attribute = reading.attribute
    view = _view(case, reading.source)
    trace = None if view is None else view.trace(attribute)
    way = None if trace is None else Way.STREAM if trace.streamed else Way.REQUEST
    way = Way.JOURNAL if attribute in _RECORDED else way
    state, causes = _age(case, reading, view, trace)
    details = {"code": trace.refused} if trace is not None else {}
    return Explanation(state, causes, reading.time, reading.source, way, details)


def _age(
    case: Case, reading: AnyReading, view: View | None, trace: Origin | None
) -> tuple[ValueState, tuple[Cause, ...]]:
    """Return whether a value is current, and if not why."""
    if reading.attribute in _CONSTANT:
        return ValueState.CONSTANT, ()
    if reading.attribute in _OWN or not reading.source:
        return ValueState.FRESH, ()
    if view is None:
        return ValueState.OLD, (Cause.SOURCE_REMOVED,)
    if lasting := unreadable_causes(case, view):
        return ValueState.OLD, lasting
    if case.now - reading.time <= CURRENT or trace is None:
        problems = () if trace is not None else source_causes(view, case.views)
        return (ValueState.OLD, problems) if problems else (ValueState.FRESH, ())
    return ValueState.OLD, _why_old(case, view, trace)


def _why_old(case: Case, view: View, trace: Origin) -> tuple[Cause, ...]:
    """Return why a value is not newer."""
    if trace.polled:
        return _why_not_newer(case, view, trace)
    fixed = _first(
        (trace.at_trip_end, Cause.TRIP_END),
        (not trace.streamable, Cause.ON_REQUEST),
        (view.status.stream is None, Cause.STREAM_OFF),
        (not view.streams, Cause.MOTORCYCLE),
    )
    if fixed or (fixed := _stream_problems(case, view)):
        return fixed
    if trace.streamed:
        return (Cause.UNCHANGED,)
    return _not_streamed(trace) if trace.group_streamed else (Cause.ON_REQUEST,)


def _why_not_newer(case: Case, view: View, trace: Origin) -> tuple[Cause, ...]:
    """Return why a value of a service that is asked at intervals is not newer."""
    asked, reported = trace.asked, trace.reported
    if trace.cause is None and (problems := source_causes(view, case.views)):
        return problems
    return _first(
        (trace.cause, trace.cause or Cause.FAILED),
        (asked is None or case.now - asked > CURRENT, Cause.SELDOM_ASKED),
        (reported is None or case.now - reported > CURRENT, Cause.NOT_REPORTED),
        (True, Cause.UNCHANGED),
    )


def _first(*rules: tuple[object, Cause]) -> tuple[Cause, ...]:
    """Return the first cause that holds, nothing if none does."""
    return next(((cause,) for holds, cause in rules if holds), ())


def _stream_problems(case: Case, view: View) -> tuple[Cause, ...]:
    """Return why nothing comes by stream now, nothing if something does."""
    if problems := stream_causes(view.status):
        return problems
    if view.status.stream is not StreamState.CONNECTED:
        return (Cause.STREAM_LOST,)
    return connection_causes(case, view)


def _not_streamed(trace: Origin) -> tuple[Cause, ...]:
    """Return the causes of what a car does not stream though it streams others of its group."""
    likely = (Cause.NOT_SELECTED, Cause.NOT_SENT)
    return likely if trace.seen else likely[::-1]


def _missing(case: Case, attribute: AnyAttribute) -> Explanation:
    """Explain why there is no value."""
    policy = case.policy
    own = _first(
        (attribute in policy.ignored, Cause.OPTION_OFF),
        (not policy.keeps(attribute), Cause.POSITION_OFF),
        (attribute in case.unconfirmed, Cause.UNCONFIRMED),
        (attribute in _COMMANDS and _commanded(case), Cause.NO_COMMAND),
        (attribute in _PLACES and hides_place(case.vehicle), Cause.PRIVACY),
        (attribute in case.vehicle, Cause.ENDED),
        (attribute in _RECORDED and not _fits(case.vehicle, attribute), Cause.NOT_FITTED),
        (attribute in _RECORDED and _has_records(case.vehicle), Cause.NOT_ENOUGH),
        (attribute in _RECORDED, Cause.NO_RECORDS),
    )
    if own:
        return _none(*own)
    names = sources_of(a.COMMANDS if attribute in _COMMANDS else attribute)
    views = [view for view in case.views if view.name in names]
    if not views:
        return _none(Cause.NEEDS_SOURCE, sources=" ".join(names))
    return _unsent(case, min(views, key=lambda view: _rank(case, view)), attribute)


def _fits(vehicle: Vehicle, attribute: AnyAttribute) -> bool:
    """Return whether a record can be made of a car with this drive, as far as it is known."""
    train = vehicle.drive_train
    return train is None or (
        (train.plugs_in or attribute not in _OF_BATTERY)
        and (train.burns_fuel or attribute not in _OF_TANK)
    )


def _has_records(vehicle: Vehicle) -> bool:
    trip, charge = vehicle.value(a.JOURNAL_TRIP), vehicle.value(a.JOURNAL_CHARGE)
    return trip is not None or charge is not None


def _commanded(case: Case) -> bool:
    """Return whether a source that sends commands has the car."""
    return any(view.has for view in case.views if view.name in sources_of(a.COMMANDS))


def _rank(case: Case, view: View) -> int:
    """Return how far a source is from having a value: one that reads the car is nearest."""
    return 0 if view.has and not unreadable_causes(case, view) else 1 if view.has else 2


def _unsent(case: Case, view: View, attribute: AnyAttribute) -> Explanation:
    """Explain why a source that may have an attribute has no value of it."""
    if lasting := unreadable_causes(case, view):
        return _none(*lasting, source=view.name)
    if not view.has:
        return _none(Cause.NOT_LISTED, source=view.name)
    dropped = case.vehicle.dropped[f"{attribute.key}: implausible"]
    trace = view.trace(attribute)
    if trace is None:
        if dropped:
            return _none(Cause.IMPLAUSIBLE, count=str(dropped))
        causes = source_causes(view, case.views)
        asked = Cause.NO_VALUE if view.status.last_poll else Cause.NOT_ASKED
        return _none(*(causes or (asked,)), source=view.name)
    return _untraced(case, view, trace._replace(unusable=trace.unusable + dropped))


def _untraced(case: Case, view: View, trace: Origin) -> Explanation:
    """Explain why nothing came of what a source knows all about."""
    causes = _first(
        (not trace.fitted, Cause.NOT_FITTED),
        (trace.cause, trace.cause or Cause.FAILED),
        (trace.refused, Cause.REFUSED),
        (not trace.wanted, Cause.OPTION_OFF),
        (trace.unusable, Cause.IMPLAUSIBLE),
        (trace.came, Cause.UNUSABLE),
        (trace.asked, Cause.NO_VALUE),
    )
    count, code = str(trace.unusable), trace.refused
    causes = causes or _not_asked(case, view, trace)
    return _none(*causes, source=view.name, count=count, code=code)


def _not_asked(case: Case, view: View, trace: Origin) -> tuple[Cause, ...]:
    """Return why nothing came by stream of what the service was not asked for."""
    streams = trace.streamable and view.status.stream is not None and view.streams
    problems = _stream_problems(case, view) if streams else ()
    if streams and trace.group_streamed and problems in _QUIET:
        return _not_streamed(trace)
    if view.status.container_missing and problems in _QUIET:
        return (Cause.NO_CONTAINER,)
    problems = problems if streams else source_causes(view, case.views)
    return request_causes(view, case.views) or problems or (Cause.NOT_ASKED,)


_QUIET: Final = ((), (Cause.ASLEEP,), (Cause.NOT_REPORTED,))
"""What a car may have when it has already sent what it sends."""


def _view(case: Case, name: str) -> View | None:
    return next((view for view in case.views if view.name == name), None)


def _none(*causes: Cause, **details: str) -> Explanation:
    return Explanation(ValueState.MISSING, causes, details=details)


_ALL: Final = (
    *a.ATTRIBUTES.values(),
    *(item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values())),
)
_COMMANDS: Final = frozenset[AnyAttribute](a.LAST_COMMAND.values())
_PLACES: Final = frozenset[AnyAttribute]((a.POSITION, a.HEADING, a.ADDRESS))
_RECORDED: Final = a.JOURNAL | {a.CHARGED_THIS_MONTH}
_OF_TANK: Final = frozenset[AnyAttribute](
    {
        *a.FUEL_COST.values(),
        a.FUEL_COST_PER_DISTANCE,
        a.FUEL_MONTH,
        a.FUEL_CONSUMPTION_MONTH,
    }
)
_OF_BATTERY: Final = frozenset[AnyAttribute](
    {
        a.JOURNAL_CHARGE,
        a.CHARGED_THIS_MONTH,
        a.CHARGED_HOME,
        a.CHARGED_AWAY,
        *a.COSTS - a.FUEL_COSTS,
        a.ESTIMATED_CAPACITY,
        a.ESTIMATED_HEALTH,
        *a.EFFICIENCY.values(),
        a.PROJECTED_RANGE,
        a.STANDBY_LOSS,
        *a.CHARGED.values(),
        *a.CONSUMPTION.values(),
        a.ELECTRIC_SHARE_MONTH,
        a.SOLAR_SHARE_MONTH,
        a.SOLAR_SHARE_NOW,
        a.PREDICTED_SOC,
    }
)
_OWN: Final = _RECORDED | _COMMANDS | {a.CONNECTION, a.COMMANDS, a.ACCESS}
"""The attributes that are worked out here, and current whatever the sources do."""
