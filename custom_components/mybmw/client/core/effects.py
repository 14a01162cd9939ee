"""The attributes that commands change, and checks whether a command was executed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from . import attributes as a
from .attributes import AnyAttribute
from .commands import AcLimit, ChangeProfile, Command, CommandKind, TargetSoc
from .values import ChargingProfile, ChargingStatus

type Check = Callable[[Any], bool]
"""Returns whether a value is what a command has requested."""

_HALF: Final = 0.5
_LOCK: Final = (a.LOCK_STATE, a.ALARM)
_CLIMATE: Final = (a.CLIMATE_ACTIVITY, a.CLIMATE_END_TIME)
_CHARGE: Final = (
    a.CHARGING_STATUS,
    a.CHARGING_POWER,
    a.CHARGING_TIME_LEFT,
    a.CHARGING_START_TIME,
    a.CHARGING_END_TIME,
)
_IDLE: Final = frozenset(
    {
        ChargingStatus.ERROR,
        ChargingStatus.NOT_CHARGING,
        ChargingStatus.PLUGGED_IN,
        ChargingStatus.WAITING_FOR_CHARGING,
    }
)

_CHANGES: Final[Mapping[CommandKind, tuple[AnyAttribute, ...]]] = {
    CommandKind.DOOR_LOCK: _LOCK,
    CommandKind.DOOR_UNLOCK: _LOCK,
    CommandKind.CLIMATE_START: _CLIMATE,
    CommandKind.CLIMATE_STOP: _CLIMATE,
    CommandKind.CHARGE_START: _CHARGE,
    CommandKind.CHARGE_STOP: _CHARGE,
    CommandKind.TARGET_SOC: (a.CHARGING_TARGET,),
    CommandKind.AC_LIMIT: (a.AC_CURRENT_LIMIT,),
}

_CHECKS: Final[Mapping[CommandKind, tuple[AnyAttribute, Check]]] = {
    CommandKind.DOOR_LOCK: (a.LOCK_STATE, lambda state: state.locked),
    CommandKind.DOOR_UNLOCK: (a.LOCK_STATE, lambda state: not state.locked),
    CommandKind.CLIMATE_START: (a.CLIMATE_ACTIVITY, lambda activity: activity.running),
    CommandKind.CLIMATE_STOP: (a.CLIMATE_ACTIVITY, lambda activity: not activity.running),
    CommandKind.CHARGE_START: (a.CHARGING_STATUS, lambda status: status not in _IDLE),
    CommandKind.CHARGE_STOP: (
        a.CHARGING_STATUS,
        lambda status: status is not ChargingStatus.CHARGING,
    ),
}

LASTING: Final[Mapping[CommandKind, timedelta]] = {
    CommandKind.CLIMATE_START: timedelta(minutes=20),
    CommandKind.CHARGE_START: timedelta(hours=1),
    CommandKind.CHARGE_STOP: timedelta(hours=1),
}
"""How long an effect lasts at least; later measurements do not show whether it was executed."""


def changes(command: Command) -> tuple[AnyAttribute, ...]:
    """Return the attributes that a command changes."""
    if not isinstance(command, ChangeProfile):
        return _CHANGES.get(command.kind, ())
    found: list[AnyAttribute] = [a.CHARGING_PROFILE]
    if command.mode is not None:
        found += [a.CHARGING_MODE, a.CHARGING_PREFERENCE]
    if command.preconditioning is not None:
        found.append(a.PRECONDITIONING_AT_DEPARTURE)
    return tuple(found)


def checks(command: Command) -> Mapping[AnyAttribute, Check]:
    """Return the checks that show whether a command was executed, by attribute."""
    match command:
        case TargetSoc(percent=percent):
            return {a.CHARGING_TARGET: lambda value: abs(value - percent) < _HALF}
        case AcLimit(ampere=ampere):
            return {a.AC_CURRENT_LIMIT: lambda value: abs(value - ampere) < _HALF}
        case ChangeProfile():
            return _plan_checks(command)
    return dict([_CHECKS[command.kind]]) if command.kind in _CHECKS else {}


def _plan_checks(change: ChangeProfile) -> Mapping[AnyAttribute, Check]:
    found: dict[AnyAttribute, Check] = {}
    if change.mode is not None:
        found[a.CHARGING_MODE] = lambda mode: mode is change.mode
    if change.preconditioning is not None:
        found[a.PRECONDITIONING_AT_DEPARTURE] = lambda active: active is change.preconditioning
    if change.window_start or change.window_end or change.timers:
        found[a.CHARGING_PROFILE] = lambda profile: _has(profile, change)
    return found


def _has(profile: ChargingProfile, change: ChangeProfile) -> bool:
    """Return whether a plan has the requested charging window and timers."""
    windows = (
        (change.window_start, profile.window_start),
        (change.window_end, profile.window_end),
    )
    same = all(asked is None or asked == found for asked, found in windows)
    return same and all(timer in profile.timers for timer in change.timers)
