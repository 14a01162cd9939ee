"""The file that keeps logins between runs, and CarData's plan with them.

A refresh token lives once, and CarData's calls are counted: so nobody else may change the file
between the moment a token is used up, or a call is planned, and the moment that is written down.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import re
import sys
from tempfile import mkstemp
from time import monotonic, sleep, time
from typing import Any, Final

import orjson

from ..core.convert import mapping
from ..core.errors import ClientError
from .output import note

if sys.platform != "win32":
    import fcntl

PATIENCE: Final = 30.0
"""Seconds to wait for another process that holds the file."""

MOMENT: Final = 15.0
"""Seconds that it takes at most to get new tokens."""

LEFT_OVER: Final = 60.0
"""Seconds after which a temporary file counts as left over."""

_STEP: Final = 0.05


class StoreError(ClientError):
    """Another process holds the file for too long, or what has to be kept cannot be."""


class LoginFile:
    """JSON under keys in one file that only its owner can read; without a path nothing is kept.

    A file that holds something else counts as empty, one that cannot be read is left alone, and
    what cannot be written is not kept. Each is told once.
    """

    def __init__(self, path: Path | None) -> None:
        """Nothing is read before it is asked for."""
        self._path = Path(os.path.realpath(path)) if path is not None else None
        self._lock: int | None = None
        self._alone = False
        self._told: set[str] = set()

    @property
    def kept(self) -> bool:
        """Whether anything is kept at all."""
        return self._path is not None

    def get(self, *keys: str) -> object:
        """Return what is kept under nested keys, None if nothing is."""
        return _inside(self._read(), keys)

    def put(self, value: object, *keys: str) -> bool:
        """Keep a value under nested keys; everything else stays as it is on disk by now.

        Returns whether it is kept.
        """
        return self.change(lambda _: value, *keys)

    def change(self, change: Callable[[object], object], *keys: str) -> bool:
        """Replace the value under nested keys by what is made of it; return whether it is kept."""
        if self._path is None:
            return False
        mine = self._lock is None and self.lock()
        try:
            content = self._read()
            self._write(_with(content, keys, change(_inside(content, keys))))
        except OSError as error:
            self._tell(f"logins cannot be kept in {self._path}: {error.strerror}")
            return False
        finally:
            if mine:
                self.unlock()
        return self.kept

    def lock(self) -> bool:
        """Keep other processes out until `unlock`; tell whether that worked within 30 s."""
        if self._lock is None and self._path is not None:
            self._lock = _acquire(self._path.with_name(f"{self._path.name}.lock"))
        return self._lock is not None

    def lock_for_a_moment(self) -> None:
        """Keep other processes out until `unlock`, for 15 s at most: who fails may not say so."""
        self.lock()
        asyncio.get_running_loop().call_later(MOMENT, self.unlock)

    def unlock(self) -> None:
        """Let other processes in, unless they have to stay out (`alone`)."""
        if self._lock is not None and not self._alone:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out; raise `StoreError` if they stay in."""
        if not self.lock():
            raise StoreError(f"another mybmw is using {self._path}")
        self._alone = True
        try:
            yield
        finally:
            self._alone = False
            self.unlock()

    def _read(self) -> Mapping[str, object]:
        if self._path is None:
            return {}
        if self._path.exists() and not (self._path.is_file() or self._path.is_dir()):
            # Such as /dev/null: it must not be replaced by a file
            self._tell(f"{self._path} is not a file, it is ignored")
            self._path = None
            return {}
        try:
            return dict(orjson.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return {}
        except ValueError, TypeError:
            self._tell(f"{self._path} does not hold logins, it is ignored")
        except OSError as error:
            self._tell(f"{self._path} cannot be read, it is ignored: {error.strerror}")
            self._path = None
        return {}

    def _write(self, content: object) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(self._path)
        handle, name = mkstemp(dir=self._path.parent, prefix=f"{self._path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(orjson.dumps(content))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        finally:
            with suppress(OSError):
                Path(name).unlink()

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            note(f"mybmw: {text}")


def _remove_leftovers(path: Path) -> None:
    """Delete what a process that was killed has left while it wrote; it holds logins."""
    temporary = re.compile(rf"{re.escape(path.name)}\.[a-z0-9_]{{8}}")
    oldest = time() - LEFT_OVER
    with suppress(OSError):
        for file in path.parent.iterdir():
            if temporary.fullmatch(file.name) and file.lstat().st_mtime < oldest:
                file.unlink()


def _inside(content: object, keys: Iterable[str]) -> object:
    """Return what is under nested keys, None if nothing is."""
    for key in keys:
        content = mapping(content).get(key)
    return content


def _with(content: object, keys: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return the content with a value under nested keys."""
    first, *others = keys
    fields = mapping(content)
    inner = _with(fields.get(first), tuple(others), value) if others else value
    return {**fields, first: inner}


def _acquire(path: Path) -> int | None:
    """Lock a file and return its handle; None if others hold it for too long.

    Where files cannot be locked, nobody is kept out.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_RDWR)
    deadline = monotonic() + PATIENCE
    while not _locked(handle):
        if monotonic() >= deadline:
            os.close(handle)
            return None
        sleep(_STEP)
    return handle


def _locked(handle: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
