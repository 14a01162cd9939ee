"""Containers: lists of telematics keys that are requested together (cardata.md#containers)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
import re
from string import ascii_uppercase, digits
from typing import Any, Final

import httpx

from ..fingerprints import Json
from ..world import timestamp
from .descriptors import DESCRIPTORS, RETIRED
from .wire import Inbound, refused

_KEPT: Final = timedelta(days=29)


@dataclass(slots=True)
class Container:
    """A container, deleted or not."""

    container_id: str
    name: str
    purpose: str
    keys: tuple[str, ...]
    created: datetime
    deleted: datetime | None = None

    def summary(self) -> Json:
        """Return the container in the form of the list."""
        return {
            "containerId": self.container_id,
            "name": self.name,
            "purpose": self.purpose,
            "state": "ACTIVE" if self.deleted is None else "DELETED",
            "created": timestamp(self.created),
        }

    def details(self) -> Json:
        """Return the container with its keys."""
        return {**self.summary(), "technicalDescriptors": list(self.keys)}


@dataclass(slots=True)
class Containers:
    """All containers of the account, those of other programs included.

    `rejected` are keys that fail with CU-402; with more than `longest` keys it is CU-403.
    """

    clock: Callable[[], datetime]
    random: Random
    limit: int = 10
    known: set[str] = field(default_factory=lambda: set(DESCRIPTORS))
    rejected: set[str] = field(default_factory=lambda: set(RETIRED))
    longest: int | None = None
    _all: dict[str, Container] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Container]:
        return iter(self._visible())

    def add(self, keys: Iterable[str], name: str = "other", purpose: str = "other") -> Container:
        """Add a container without any check, like another program."""
        word = "".join(self.random.choices(ascii_uppercase + digits, k=12))
        container = Container(f"R{word}", name, purpose, tuple(keys), self.clock())
        self._all[container.container_id] = container
        return container

    def delete(self, container_id: str) -> None:
        """Delete a container, as in the portal; raise KeyError if there is none."""
        self._all[container_id].deleted = self.clock()

    def active(self, container_id: str) -> Container:
        """Return a container that is not deleted; raise RefusedError."""
        container = self._find(container_id)
        if container.deleted is not None:
            raise refused("CU-105")
        return container

    def listing(self, _inbound: Inbound) -> httpx.Response:
        """Answer with all containers without their keys; deleted ones stay for 29 days."""
        containers = [container.summary() for container in self._visible()]
        return httpx.Response(200, json={"containers": containers})

    def creation(self, inbound: Inbound) -> httpx.Response:
        """Answer with the new container."""
        body = inbound.json()
        keys = _keys(body)
        if self.longest is not None and len(keys) > self.longest:
            raise refused("CU-403")
        if not set(keys) <= self.known - self.rejected:
            raise refused("CU-402")
        if len(self._visible()) >= self.limit:
            raise refused("CU-124")
        container = self.add(dict.fromkeys(keys), body["name"], body["purpose"])
        return httpx.Response(201, json=container.details())

    def reading(self, inbound: Inbound) -> httpx.Response:
        """Answer with one container and its keys."""
        return httpx.Response(200, json=self._find(inbound.path["container"]).details())

    def deletion(self, inbound: Inbound) -> httpx.Response:
        """Mark a container as deleted."""
        container = self._find(inbound.path["container"])
        if container.deleted is not None:
            raise refused("CU-122")
        container.deleted = self.clock()
        return httpx.Response(204)

    def _visible(self) -> list[Container]:
        kept = self.clock() - _KEPT
        containers = self._all.values()
        return [item for item in containers if item.deleted is None or item.deleted > kept]

    def _find(self, container_id: str) -> Container:
        if not re.fullmatch("[A-Z0-9]{13}", container_id):
            raise refused("CU-121")
        for container in self._visible():
            if container.container_id == container_id:
                return container
        raise refused("CU-105")


def _keys(body: Any) -> list[str]:
    """Return the keys of a new container; raise RefusedError if the request is incomplete."""
    if not isinstance(body, dict):
        raise refused("CU-400")
    texts = [body.get("name"), body.get("purpose")]
    keys = body.get("technicalDescriptors")
    if not isinstance(keys, list) or not keys:
        raise refused("CU-401")
    if not all(text and isinstance(text, str) for text in [*texts, *keys]):
        raise refused("CU-401")
    return keys
