"""Keeping one container of descriptors at BMW (docs/protocols/cardata.md#containers).

An account may have ten containers, deleted ones linger for weeks, and every call counts: so one is
made, found again by name and purpose, and only replaced when BMW has lost it. One retired
descriptor makes BMW refuse the whole list; it is looked for by halving, a few calls at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
import logging
from typing import Final

from ..core.errors import NoContainerError, QuotaError
from .api import CardataApi, CardataError, Container
from .quota import Reason

_LOGGER = logging.getLogger(__name__)

NAME: Final = "MyBMW for Home Assistant"

_TRIES: Final = 4
_PLACES: Final = 10
_NEEDED: Final = 3
_RETIRED: Final = "CU-402"
_UNKNOWN_KEY: Final = frozenset({_RETIRED, "CU-403"})
_TOO_MANY: Final = "CU-124"
LOST: Final = frozenset({"CU-105", "CU-121"})
"""What CarData answers when a container does not exist any more."""


@dataclass(slots=True)
class ContainerState:
    """What survives a restart: the container, the keys that BMW refuses, groups in doubt."""

    id: str | None = None
    rejected: set[str] = field(default_factory=set)
    doubtful: list[list[str]] = field(default_factory=list)

    def dump(self) -> dict[str, object]:
        """Return the memory as JSON."""
        return {"id": self.id, "rejected": sorted(self.rejected), "doubtful": self.doubtful}

    @classmethod
    def load(cls, saved: Mapping[str, object]) -> ContainerState:
        """Read what `dump` wrote; odd parts are left out."""
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
    """Knows the container to ask for, and makes one if need be.

    `descriptors` is what it should hold, most important first.
    """

    def __init__(self, api: CardataApi, descriptors: Sequence[str], memory: ContainerState) -> None:
        self.memory = memory
        self._api = api
        self._wanted = tuple(descriptors)

    @property
    def descriptors(self) -> list[str]:
        """What the container holds, as far as BMW accepts it."""
        left_out = self.memory.rejected.union(*self.memory.doubtful)
        return [key for key in self._wanted if key not in left_out]

    async def ensure(self, reason: Reason) -> str:
        """Return the container's id; find or make one first if none is known.

        Costs nothing when one is known, two calls usually when not, and at most two more for
        every container that has to make room and for keys that are refused. Raises
        `NoContainerError` and what the calls raise.
        """
        if self.memory.id is None:
            # One that is begun and not ended would take every call that becomes free, for ever
            if self._api.ledger.left(reason) < _NEEDED:
                raise QuotaError("too few calls are left to make a container and to use it")
            known = await self._api.containers(reason)
            mine = [item for item in known if item.active and item.name == NAME]
            same = [item for item in mine if item.purpose == _purpose(self.descriptors)]
            self.memory.id = same[0].id if same else await self._make(mine, reason)
        return self.memory.id

    @property
    def most_calls(self) -> int:
        """How many calls `ensure` makes at most: one to list, a few to make, one for each place."""
        return 0 if self.memory.id is not None else 1 + _TRIES + _PLACES

    def lost(self) -> None:
        """Forget a container that BMW does not know any more."""
        self.memory.id = None

    async def _make(self, mine: list[Container], reason: Reason) -> str:
        for _ in range(_TRIES):
            keys = self.descriptors
            try:
                made = await self._api.create_container(NAME, _purpose(keys), keys, reason)
            except CardataError as error:
                if error.code == _TOO_MANY and mine:
                    await self._api.delete_container(mine.pop().id, reason)
                elif error.code == _TOO_MANY:
                    raise NoContainerError("ten containers of other programs exist") from None
                elif error.code in _UNKNOWN_KEY and len(keys) > 1:
                    self._doubt(keys)
                elif error.code == _RETIRED and self.memory.doubtful:
                    self._reject(keys)
                else:
                    raise
                continue
            await self._clear_up(mine, reason)
            return made
        raise NoContainerError("no list of descriptors was accepted")

    def _doubt(self, keys: list[str]) -> None:
        """Leave out the less important half; one of its keys may be what BMW refuses."""
        half = len(keys) // 2
        self.memory.doubtful.insert(0, keys[half:])
        _LOGGER.debug("A list of %d descriptors is refused, trying %d", len(keys), half)

    def _reject(self, keys: list[str]) -> None:
        """Give up what is refused all alone, and go on with what was left out last."""
        self.memory.rejected.update(keys)
        del self.memory.doubtful[0]

    async def improve(self, reason: Reason) -> bool:
        """Try to win back descriptors that were left out; return whether there is more to try.

        Costs two calls when it works out, one when it does not.
        """
        doubtful = self.memory.doubtful
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
        old, self.memory.id = self.memory.id, made
        if old is not None:
            await self._api.delete_container(old, reason)
        return bool(doubtful)

    def _split(self, group: list[str]) -> None:
        """Halve a group that was refused; a single key of one is the culprit."""
        half = len(group) // 2
        if half:
            self.memory.doubtful[:1] = [group[:half], group[half:]]
        else:
            self.memory.rejected.add(group[0])
            del self.memory.doubtful[0]

    async def _clear_up(self, old: list[Container], reason: Reason) -> None:
        for container in old:
            await self._api.delete_container(container.id, reason)


def _purpose(keys: Sequence[str]) -> str:
    """Return a short name for a list of descriptors: containers are found again by it."""
    return f"v1-{sha256(' '.join(sorted(keys)).encode()).hexdigest()[:12]}"
