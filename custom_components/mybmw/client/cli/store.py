"""The file that stores logins and CarData's plan between runs.

A refresh token can be used once, and CarData's calls are limited. So the file is locked from the
use of a token, or the planning of a call, until the result is stored.
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

LOCK_TIMEOUT: Final = 30.0
"""Seconds to wait for another process to unlock the file."""

BRIEF_LOCK: Final = 15.0
"""Maximum seconds to get new tokens, after which the file is unlocked."""

LEFT_OVER: Final = 60.0
"""Seconds after which a temporary file counts as left over."""

_STEP: Final = 0.05


class StoreError(ClientError):
    """The file is locked by another process for too long, or cannot be written."""


class LoginFile:
    """JSON under nested keys in one file that only its owner can read; without a path, nothing.

    A file with other content counts as empty, one that cannot be read is not changed, and write
    errors are ignored. Each problem is reported once.
    """

    def __init__(self, path: Path | None, contents: str = "logins") -> None:
        """Create it without reading the file; messages say that `contents` are in it."""
        self._contents = contents
        self._path = Path(os.path.realpath(path)) if path is not None else None
        self._lock: int | None = None
        self._alone = False
        self._reported: set[str] = set()

    @property
    def kept(self) -> bool:
        """Whether there is a file to store values in."""
        return self._path is not None

    def beside(self, name: str) -> LoginFile:
        """Return a file for other contents, `name`, in the same folder; nothing without a file."""
        path = self._path
        if path is None or (path.exists() and not path.is_file()):
            return LoginFile(None, name)
        return LoginFile(path.with_suffix(f".{name}{path.suffix}"), name)

    def get(self, *keys: str) -> object:
        """Return the value under nested keys, None if there is none."""
        return _inside(self._read(), keys)

    def put(self, value: object, *keys: str) -> bool:
        """Store a value under nested keys without changing others; return whether it succeeded."""
        return self.change(lambda _: value, *keys)

    def change(self, change: Callable[[object], object], *keys: str) -> bool:
        """Replace the value under nested keys by `change(value)`; return whether it succeeded."""
        if self._path is None:
            return False
        mine = self._lock is None and self.lock()
        try:
            content = self._read()
            self._write(_with(content, keys, change(_inside(content, keys))))
        except OSError as error:
            self._report(f"{self._contents} cannot be kept in {self._path}: {error.strerror}")
            return False
        finally:
            if mine:
                self.unlock()
        return self.kept

    def lock(self) -> bool:
        """Lock the file until `unlock`; return whether that succeeded within 30 s."""
        if self._lock is None and self._path is not None:
            self._lock = _acquire(self._path.with_name(f"{self._path.name}.lock"))
        return self._lock is not None

    def lock_briefly(self) -> None:
        """Lock the file until `unlock`, for 15 s at most, as `unlock` may be missing on errors."""
        self.lock()
        asyncio.get_running_loop().call_later(BRIEF_LOCK, self.unlock)

    def unlock(self) -> None:
        """Unlock the file, unless it is locked by `alone`."""
        if self._lock is not None and not self._alone:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the file; raise `StoreError` if another process has locked it."""
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
            # Such as /dev/null, which must not be replaced by a file
            self._report(f"{self._path} is not a file, it is ignored")
            self._path = None
            return {}
        try:
            return dict(orjson.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return {}
        except ValueError, TypeError:
            self._report(f"{self._path} does not hold {self._contents}, it is ignored")
        except OSError as error:
            self._report(f"{self._path} cannot be read, it is ignored: {error.strerror}")
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

    def _report(self, text: str) -> None:
        if text not in self._reported:
            self._reported.add(text)
            note(f"mybmw: {text}")


def _remove_leftovers(path: Path) -> None:
    """Delete temporary files of killed processes, since they contain logins."""
    temporary = re.compile(rf"{re.escape(path.name)}\.[a-z0-9_]{{8}}")
    oldest = time() - LEFT_OVER
    with suppress(OSError):
        for file in path.parent.iterdir():
            if temporary.fullmatch(file.name) and file.lstat().st_mtime < oldest:
                file.unlink()


def _inside(content: object, keys: Iterable[str]) -> object:
    """Return the value under nested keys, None if there is none."""
    for key in keys:
        content = mapping(content).get(key)
    return content


def _with(content: object, keys: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return the content with a new value under nested keys."""
    first, *others = keys
    fields = mapping(content)
    inner = _with(fields.get(first), tuple(others), value) if others else value
    return {**fields, first: inner}


def _acquire(path: Path) -> int | None:
    """Lock a file and return its handle, None if it is locked by another process for too long.

    On systems without file locks, this always succeeds.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_RDWR)
    deadline = monotonic() + LOCK_TIMEOUT
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
