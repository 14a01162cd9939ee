"""Explain the value of an attribute, or why there is none, from what is known without asking.

What cannot be known for sure has two causes: either the first, or the second.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from . import attributes as a
from .attributes import AnyAttribute, AnyReading
from .coverage import Group, group_of, sources_of
from .descriptors import DESCRIPTORS, PROPERTIES
from .errors import ApiError, ClientError, NetworkError, QuotaError
from .explanation import Cause, Explanation, ValueState, Way
from .policy import Policy
from .source import Origin, Status
from .values import Access, Connection, PositionStatus, StreamState, Unreadable
from .vehicle import Vehicle

CURRENT: Final = timedelta(minutes=15)
"""How old a streamed value may be to count as current."""

_SERVER_ERROR: Final = 500
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
_UNREADABLE: Final[Mapping[Unreadable, Cause]] = {
    Unreadable.LOGIN_NEEDED: Cause.LOGIN_NEEDED,
    Unreadable.BLOCKED: Cause.BLOCKED,
    Unreadable.NOT_ALLOWED: Cause.NOT_ALLOWED,
    Unreadable.NOT_LISTED: Cause.NOT_LISTED,
    Unreadable.SILENT: Cause.SILENT,
    Unreadable.FAILED: Cause.FAILED,
    Unreadable.WAITING: Cause.WAITING,
}


class View(NamedTuple):
    """A source of an account as one of its cars sees it.

    `error` is that of the last request. `trace` returns how an attribute comes, None if the source
    cannot tell; `streams` is whether the service streams such a car at all.
    """

    name: str
    status: Status
    has: bool = True
    unreadable: Unreadable | None = None
    error: ClientError | None = None
    trace: Callable[[AnyAttribute], Origin | None] = lambda _attribute: None
    streams: bool = True


class Case(NamedTuple):
    """A car, and all that explanations about it rely on.

    `unconfirmed` are the attributes that a command has changed without a confirmation so far.
    """

    vehicle: Vehicle
    views: Sequence[View]
    now: datetime
    policy: Policy = Policy()
    unconfirmed: frozenset[AnyAttribute] = frozenset()


class Share(NamedTuple):
    """How many attributes were received of how many that a car can send."""

    received: int
    of: int


def explain(case: Case, attribute: AnyAttribute) -> Explanation:
    """Return why an attribute of a car has its value, or none."""
    reading = case.vehicle[attribute]
    return _missing(case, attribute) if reading is None else _held(case, reading)


def account_causes(views: Sequence[View]) -> tuple[Cause, ...]:
    """Return what is wrong with an account, the worst first; nothing if all is well."""
    found = [cause for view in views for cause in _source_causes(view, views)]
    return tuple(dict.fromkeys(found))


def car_causes(case: Case) -> tuple[Cause, ...]:
    """Return why a car does not send now, the most certain cause first; nothing if it does.

    What one source lacks does not matter if another one reads the car.
    """
    views = [view for view in case.views if view.has] or [*case.views]
    found = [_view_causes(case, view) for view in views]
    return () if () in found or not found else found[0]


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


def _view_causes(case: Case, view: View) -> tuple[Cause, ...]:
    """Return why a source has nothing new about a car, nothing if it may have."""
    lasting = _unreadable(case, view)
    if lasting:
        return lasting
    if _is_private(case.vehicle):
        return (Cause.PRIVACY,)
    if view.status.stream is not None and not view.streams:
        return (Cause.MOTORCYCLE,)
    if _sends(case, view):
        return ()
    return _source_causes(view, case.views) or _connection(case, view)


def _sends(case: Case, view: View) -> bool:
    """Return whether a car is sending by stream, so that failing requests matter little."""
    active = case.vehicle.value(a.CONNECTION) is Connection.ACTIVE
    return active and view.status.stream is StreamState.CONNECTED


def _connection(case: Case, view: View) -> tuple[Cause, ...]:
    """Return whether a connected car is asleep or has never sent."""
    if view.status.stream is not StreamState.CONNECTED:
        return ()
    match case.vehicle.value(a.CONNECTION):
        case Connection.ASLEEP:
            return (Cause.ASLEEP,)
        case Connection.NEVER_SENT:
            return (Cause.NEVER_SENT,)
    return ()


def _unreadable(case: Case, view: View) -> tuple[Cause, ...]:
    """Return why a source cannot read a car at all, nothing if it can."""
    if view.unreadable is None:
        return ()
    if view.unreadable is Unreadable.NOT_ALLOWED:
        access = case.vehicle[a.ACCESS]
        secondary = access is not None and access.source == view.name
        if secondary and access is not None and access.value is Access.SECONDARY:
            return (Cause.NOT_MAIN_USER,)
    if view.unreadable in (Unreadable.FAILED, Unreadable.SILENT):
        return _source_causes(view, case.views) or (_UNREADABLE[view.unreadable],)
    return (_UNREADABLE[view.unreadable],)


def _is_private(vehicle: Vehicle) -> bool:
    return vehicle.value(a.PRIVACY_MODE) is True


def _hides_place(vehicle: Vehicle) -> bool:
    """Return whether a car keeps its position private."""
    disabled = vehicle.value(a.POSITION_STATUS) is PositionStatus.DRIVER_DISABLED
    return disabled or _is_private(vehicle)


def _source_causes(view: View, views: Iterable[View]) -> tuple[Cause, ...]:
    """Return what is wrong with a source as a whole: its login, its requests, its stream."""
    status = view.status
    whole = {
        Unreadable.LOGIN_NEEDED: Cause.LOGIN_NEEDED,
        Unreadable.BLOCKED: Cause.BLOCKED,
        Unreadable.WAITING: Cause.WAITING,
    }
    if status.cause in whole:
        return (whole[status.cause],)
    if status.private:
        return (Cause.PRIVACY,)
    return _stream_causes(status) or _request_causes(view, views)


def _request_causes(view: View, views: Iterable[View]) -> tuple[Cause, ...]:
    """Return why requests fail; another server that works makes an outage more likely."""
    error = view.error
    if isinstance(error, NetworkError):
        works = any(_works(other) for other in views if other is not view)
        works |= view.status.stream is StreamState.CONNECTED
        either = (Cause.OUTAGE, Cause.NETWORK)
        return either if works else either[::-1]
    if isinstance(error, ApiError) and error.status >= _SERVER_ERROR:
        return (Cause.OUTAGE,)
    if isinstance(error, QuotaError) or view.status.calls_left_for_user == 0:
        return (Cause.QUOTA,)
    return ()


def _works(view: View) -> bool:
    return view.error is None and view.status.cause is None and view.status.last_poll is not None


def _stream_causes(status: Status) -> tuple[Cause, ...]:
    """Return why the stream does not work, nothing if it does or there is none."""
    if status.stream is StreamState.LOGIN_NEEDED:
        return (Cause.LOGIN_NEEDED,)
    if status.not_subscribed and status.stream is not StreamState.CONNECTED:
        return (Cause.NOT_SUBSCRIBED,)
    if status.disputed or status.stream is StreamState.TAKEN:
        return (Cause.STREAM_TAKEN,)
    if status.refused or status.stream is StreamState.REFUSED:
        return (Cause.STREAM_REFUSED,)
    return ()


def _held(case: Case, reading: AnyReading) -> Explanation:
    """Explain a value that is there."""
    attribute = reading.attribute
    view = _view(case, reading.source)
    trace = None if view is None else view.trace(attribute)
    way = None if trace is None else Way.STREAM if trace.streamed else Way.REQUEST
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
    if lasting := _unreadable(case, view):
        return ValueState.OLD, lasting
    if case.now - reading.time <= CURRENT or trace is None:
        problems = () if trace is not None else _source_causes(view, case.views)
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
    if trace.cause is None and (problems := _source_causes(view, case.views)):
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
    if problems := _stream_causes(view.status):
        return problems
    if view.status.stream is not StreamState.CONNECTED:
        return (Cause.STREAM_LOST,)
    return _connection(case, view)


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
        (attribute in _COMMANDS, Cause.NO_COMMAND),
        (attribute in _RECORDED, Cause.NO_RECORDS),
        (attribute in _PLACES and _hides_place(case.vehicle), Cause.PRIVACY),
        (attribute in case.vehicle, Cause.ENDED),
    )
    if own:
        return _none(*own)
    names = sources_of(attribute)
    views = [view for view in case.views if view.name in names]
    if not views:
        return _none(Cause.NEEDS_SOURCE, sources=" ".join(names))
    return _unsent(case, min(views, key=lambda view: _rank(case, view)), attribute)


def _rank(case: Case, view: View) -> int:
    """Return how far a source is from having a value: one that reads the car is nearest."""
    return 0 if view.has and not _unreadable(case, view) else 1 if view.has else 2


def _unsent(case: Case, view: View, attribute: AnyAttribute) -> Explanation:
    """Explain why a source that may have an attribute has no value of it."""
    if lasting := _unreadable(case, view):
        return _none(*lasting, source=view.name)
    if not view.has:
        return _none(Cause.NOT_LISTED, source=view.name)
    dropped = case.vehicle.dropped[f"{attribute.key}: implausible"]
    trace = view.trace(attribute)
    if trace is None:
        if dropped:
            return _none(Cause.IMPLAUSIBLE, count=str(dropped))
        causes = _source_causes(view, case.views)
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
    if streams and not problems and trace.group_streamed:
        return _not_streamed(trace)
    problems = problems if streams else _source_causes(view, case.views)
    return _request_causes(view, case.views) or problems or (Cause.NOT_ASKED,)


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
_OWN: Final = _RECORDED | _COMMANDS | {a.CONNECTION, a.COMMANDS, a.ACCESS}
"""The attributes that are worked out here, and current whatever the sources do."""
