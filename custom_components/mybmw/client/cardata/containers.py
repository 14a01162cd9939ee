"""Manage the container of descriptors at BMW (docs/protocols/cardata.md#containers).

An account may have ten containers, deleted ones remain for weeks, and every call counts. So one is
created, found again by name and purpose, and only replaced when BMW has lost it. One retired
descriptor makes BMW refuse the whole list; it is found by bisection, a few calls at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import sha256
import logging
from typing import Final

from ..core.errors import NoContainerError, QuotaError
from ..core.value_class import mutable
from .api import CardataApi, CardataError, Container
from .quota import Reason

_LOGGER = logging.getLogger(__name__)

NAME: Final = "MyBMW for Home Assistant"

_MAX_TRIES: Final = 4
_MAX_CONTAINERS: Final = 10
_MIN_CALLS: Final = 3
_RETIRED: Final = "CU-402"
_UNKNOWN_KEY: Final = frozenset({_RETIRED, "CU-403"})
_TOO_MANY: Final = "CU-124"
LOST: Final = frozenset({"CU-105", "CU-121"})
"""Error codes of CarData for a container that does not exist any more."""


@mutable
class ContainerState:
    """The id of the container, the rejected keys, and groups of keys that contain rejected ones."""

    id: str | None = None
    rejected: set[str] = field(default_factory=set)
    doubtful: list[list[str]] = field(default_factory=list)

    def dump(self) -> dict[str, object]:
        """Return the state as JSON."""
        return {"id": self.id, "rejected": sorted(self.rejected), "doubtful": self.doubtful}

    @classmethod
    def load(cls, saved: Mapping[str, object]) -> ContainerState:
        """Return the state of a `dump`, without invalid parts."""
        name, rejected, doubtful = (saved.get(key) for key in ("id", "rejected", "doubtful"))
        return cls(
            id=name if isinstance(name, str) else None,
            rejected=set(map(str, rejected)) if isinstance(rejected, list) else set(),
            doubtful=[
                [str(key) for key in group]
                for group in (doubtful if isinstance(doubtful, list) else ())
                if isinstance(group, list) and group
            ],
        )


class ContainerKeeper:
    """Returns the id of the container, and creates it if needed.

    `descriptors` are the wanted ones, most important first.
    """

    def __init__(self, api: CardataApi, descriptors: Sequence[str], state: ContainerState) -> None:
        self.state = state
        self._api = api
        self._wanted = tuple(descriptors)

    @property
    def descriptors(self) -> list[str]:
        """The wanted descriptors that BMW accepts, as far as known."""
        excluded = self.state.rejected.union(*self.state.doubtful)
        return [key for key in self._wanted if key not in excluded]

    async def ensure(self, reason: Reason) -> str:
        """Return the id of the container; find or create it first if it is not known.

        Needs no call if it is known, else usually two, and more if other containers have to be
        deleted or descriptors are refused. Raises `NoContainerError` and the errors of the calls.
        """
        if self.state.id is None:
            # Without enough calls to finish, it would start again with every call that gets free
            if self._api.ledger.left(reason) < _MIN_CALLS:
                raise QuotaError("too few calls are left to make a container and to use it")
            known = await self._api.containers(reason)
            mine = [item for item in known if item.active and item.name == NAME]
            same = [item for item in mine if item.purpose == _purpose(self.descriptors)]
            self.state.id = same[0].id if same else await self._create(mine, reason)
        return self.state.id

    @property
    def most_calls(self) -> int:
        """The maximum number of calls of `ensure`: to list, create and delete containers."""
        return 0 if self.state.id is not None else 1 + _MAX_TRIES + _MAX_CONTAINERS

    def lost(self) -> None:
        """Forget the id of a container that BMW has lost."""
        self.state.id = None

    async def _create(self, mine: list[Container], reason: Reason) -> str:
        for _ in range(_MAX_TRIES):
            keys = self.descriptors
            try:
                made = await self._api.create_container(NAME, _purpose(keys), keys, reason)
            except CardataError as error:
                if error.code == _TOO_MANY and mine:
                    await self._api.delete_container(mine.pop().id, reason)
                elif error.code == _TOO_MANY:
                    raise NoContainerError("ten containers of other applications exist") from None
                elif error.code in _UNKNOWN_KEY and len(keys) > 1:
                    self._bisect(keys)
                elif error.code == _RETIRED and self.state.doubtful:
                    self._reject(keys)
                else:
                    raise
                continue
            await self._delete(mine, reason)
            return made
        raise NoContainerError("no list of descriptors was accepted")

    def _bisect(self, keys: list[str]) -> None:
        """Exclude the less important half, which may contain the refused key."""
        half = len(keys) // 2
        self.state.doubtful.insert(0, keys[half:])
        _LOGGER.debug("A list of %d descriptors is refused, trying %d", len(keys), half)

    def _reject(self, keys: list[str]) -> None:
        """Reject a key that was refused alone, and include the group that was excluded last."""
        self.state.rejected.update(keys)
        del self.state.doubtful[0]

    async def improve(self, reason: Reason) -> bool:
        """Try to include a group of excluded descriptors; return whether there are more groups.

        Needs two calls if they are accepted, one if not.
        """
        doubtful = self.state.doubtful
        if not doubtful:
            return False
        group = doubtful[0]
        known = {*self.descriptors, *group}
        keys = [key for key in self._wanted if key in known]
        try:
            made = await self._api.create_container(NAME, _purpose(keys), keys, reason)
        except CardataError as error:
            if error.code not in _UNKNOWN_KEY:
                raise
            self._split(group)
            return bool(doubtful)
        del doubtful[0]
        old, self.state.id = self.state.id, made
        if old is not None:
            await self._api.delete_container(old, reason)
        return bool(doubtful)

    def _split(self, group: list[str]) -> None:
        """Split a refused group in two; a group of one key is rejected."""
        half = len(group) // 2
        if half:
            self.state.doubtful[:1] = [group[:half], group[half:]]
        else:
            self.state.rejected.add(group[0])
            del self.state.doubtful[0]

    async def _delete(self, old: list[Container], reason: Reason) -> None:
        for container in old:
            await self._api.delete_container(container.id, reason)


def _purpose(keys: Sequence[str]) -> str:
    """Return the purpose of a container, a hash of its descriptors, by which it is found again."""
    return f"v1-{sha256(' '.join(sorted(keys)).encode()).hexdigest()[:12]}"
