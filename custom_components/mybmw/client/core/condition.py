"""What is wrong with a source, an account or a car, from what is known without asking."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from . import attributes as a
from .attributes import AnyAttribute
from .errors import (
    ApiError,
    CarUnreachableError,
    ClientError,
    NetworkError,
    NotAllowedError,
    QuotaError,
)
from .explanation import Cause
from .policy import Policy
from .reconcile import MOVING
from .source import Contact, Origin, Status
from .values import Access, Connection, PositionStatus, StreamState, Unreadable
from .vehicle import Vehicle

_SERVER_ERROR: Final = 500
_AT_THE_TIME: Final = timedelta(minutes=2)
_RESTING: Final = timedelta(minutes=15)
"""A car whose last report is older than this when a service answers is asleep."""
_UNREADABLE: Final[Mapping[Unreadable, Cause]] = {
    Unreadable.LOGIN_NEEDED: Cause.LOGIN_NEEDED,
    Unreadable.BLOCKED: Cause.BLOCKED,
    Unreadable.NOT_ALLOWED: Cause.NOT_ALLOWED,
    Unreadable.NOT_LISTED: Cause.NOT_LISTED,
    Unreadable.SILENT: Cause.SILENT,
    Unreadable.FAILED: Cause.FAILED,
    Unreadable.WAITING: Cause.WAITING,
}
_TOLD: Final[Mapping[type[ClientError], Cause]] = {
    CarUnreachableError: Cause.NOT_REPORTED,
    NotAllowedError: Cause.NOT_ALLOWED,
}
_REFUSED_TO: Final[Mapping[Access, tuple[Cause, ...]]] = {
    Access.SECONDARY: (Cause.NOT_MAIN_USER,),
    # CU-104 means one or the other, and the role is that of the last list of cars
    Access.PRIMARY: (Cause.NOT_OFFERED, Cause.NOT_MAIN_USER),
}
"""Why a source refuses a car, by the role of the account that the source has reported."""


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


def account_causes(views: Sequence[View]) -> tuple[Cause, ...]:
    """Return what is wrong with an account, the worst first; nothing if all is well."""
    found = [cause for view in views for cause in source_causes(view, views)]
    return tuple(dict.fromkeys(found))


def car_causes(case: Case) -> tuple[Cause, ...]:
    """Return why a car does not send now, the most certain cause first; nothing if it does.

    What one source lacks does not matter if another one reads the car.
    """
    views = [view for view in case.views if view.has] or [*case.views]
    found = [_view_causes(case, view) for view in views]
    return () if () in found or not found else found[0]


def _view_causes(case: Case, view: View) -> tuple[Cause, ...]:
    """Return why a source has nothing new about a car, nothing if it may have."""
    lasting = unreadable_causes(case, view)
    if lasting:
        return lasting
    if _is_private(case.vehicle):
        return (Cause.PRIVACY,)
    if view.status.stream is not None and not view.streams:
        return (Cause.MOTORCYCLE,)
    if _sends(case, view):
        return ()
    return source_causes(view, case.views) or connection_causes(case, view)


def _sends(case: Case, view: View) -> bool:
    """Return whether a car is sending by stream, so that failing requests matter little."""
    active = case.vehicle.value(a.CONNECTION) is Connection.ACTIVE
    return active and view.status.stream is StreamState.CONNECTED


def connection_causes(case: Case, view: View) -> tuple[Cause, ...]:
    """Return whether a car is asleep or has never sent, as far as a source knows it."""
    if view.status.stream is None:
        return _resting(case, view)
    if view.status.stream is not StreamState.CONNECTED:
        return ()
    match case.vehicle.value(a.CONNECTION):
        case Connection.ASLEEP:
            return _quiet(case.vehicle)
        case Connection.NEVER_SENT:
            return (Cause.NEVER_SENT,)
    return ()


def _resting(case: Case, view: View) -> tuple[Cause, ...]:
    """Return whether the last report of a car was old when a service was asked for its values."""
    if isinstance(view.error, CarUnreachableError):
        return (Cause.NOT_REPORTED,)
    # All values of a car that is asked for them have these two times
    trace = view.trace(a.MILEAGE)
    if trace is None or not trace.polled or trace.asked is None or trace.reported is None:
        return ()
    return _quiet(case.vehicle) if trace.asked - trace.reported > _RESTING else ()


def _quiet(vehicle: Vehicle) -> tuple[Cause, ...]:
    """Return why a car says nothing; one that was moving last has not simply been parked."""
    return (Cause.NOT_REPORTED if vehicle.value(MOVING) is True else Cause.ASLEEP,)


def unreadable_causes(case: Case, view: View) -> tuple[Cause, ...]:
    """Return why a source cannot read a car at all, nothing if it can."""
    if view.unreadable is None:
        return ()
    if view.unreadable is Unreadable.NOT_ALLOWED:
        access = case.vehicle[a.ACCESS]
        if access is not None and access.source == view.name:
            return _REFUSED_TO[access.value]
    if view.unreadable in (Unreadable.FAILED, Unreadable.SILENT):
        found = (cause for kind, cause in _TOLD.items() if isinstance(view.error, kind))
        cause = next(found, _UNREADABLE[view.unreadable])
        return source_causes(view, case.views) or (cause,)
    return (_UNREADABLE[view.unreadable],)


def _is_private(vehicle: Vehicle) -> bool:
    return vehicle.value(a.PRIVACY_MODE) is True


def hides_place(vehicle: Vehicle) -> bool:
    """Return whether a car keeps its position private."""
    disabled = vehicle.value(a.POSITION_STATUS) is PositionStatus.DRIVER_DISABLED
    return disabled or _is_private(vehicle)


def source_causes(view: View, views: Iterable[View]) -> tuple[Cause, ...]:
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
    return stream_causes(status) or request_causes(view, views)


def request_causes(view: View, views: Iterable[View]) -> tuple[Cause, ...]:
    """Return why requests fail; another server that works makes an outage more likely."""
    error = view.error
    if isinstance(error, NetworkError):
        works = any(_works(other) for other in views if other is not view)
        works |= view.status.stream is StreamState.CONNECTED or _another_answers(views)
        either = (Cause.OUTAGE, Cause.NETWORK)
        return either if works else either[::-1]
    if view.status.out_of_order or (isinstance(error, ApiError) and error.status >= _SERVER_ERROR):
        return (Cause.OUTAGE,)
    if isinstance(error, QuotaError) or view.status.calls_left_for_user == 0:
        return (Cause.QUOTA,)
    return ()


def _another_answers(views: Iterable[View]) -> bool:
    """Return whether a server has answered about when another one did not, or later."""
    contacts = [contact for view in views for contact in view.status.contacts.values()]
    silent = [contact.failed for contact in contacts if contact.failed and not _answers(contact)]
    since = min(silent, default=None)
    return since is not None and any(
        _answers(contact) and contact.answered and contact.answered >= since - _AT_THE_TIME
        for contact in contacts
    )


def _answers(contact: Contact) -> bool:
    """Return whether the last request to a server was answered."""
    answered, failed = contact
    return answered is not None and (failed is None or answered >= failed)


def _works(view: View) -> bool:
    return view.error is None and view.status.cause is None and view.status.last_poll is not None


def stream_causes(status: Status) -> tuple[Cause, ...]:
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
