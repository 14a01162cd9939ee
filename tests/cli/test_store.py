"""The file that keeps logins, alone and with other processes around it."""

import asyncio
from collections.abc import Callable
import json
import os
from pathlib import Path
from threading import Thread
from time import sleep, time

import pytest

from custom_components.mybmw.client.cli import store as module
from custom_components.mybmw.client.cli.store import LoginFile, StoreError
from tests.cli.support import ACCOUNT, LOGIN, STORE, Run, stored
from tests.replay.mybmw import SimulatedMyBMW


@pytest.fixture
def path(home: Path) -> Path:
    """Where the store is."""
    return home / STORE


@pytest.mark.parametrize("content", ["{", "[1]", "7", '"text"', "\xff", ""])
def test_nonsense(run: Run, sim: SimulatedMyBMW, path: Path, content: str) -> None:
    """What is no store is ignored with one line, and replaced."""
    path.write_text(content, encoding="latin-1")
    outcome = run("status", *LOGIN, *ACCOUNT).good()
    assert outcome.err == f"mybmw: {path} does not hold logins, it is ignored\n"
    assert stored(path.parent).keys() == {"mybmw"}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [{"mybmw": 7}, {"mybmw": {"rest_of_world": [1]}}, {"x": 1}])
def test_odd_content(run: Run, sim: SimulatedMyBMW, path: Path, content: object) -> None:
    """Odd parts count as missing; what others keep there stays."""
    path.write_text(json.dumps(content))
    assert run("status", *LOGIN, *ACCOUNT).good().err == ""
    assert stored(path.parent)["mybmw"]["rest_of_world"].keys() == {ACCOUNT[0]}
    assert ("x" in stored(path.parent)) is (content == {"x": 1})


def test_unreadable(run: Run, sim: SimulatedMyBMW, path: Path) -> None:
    """What cannot be read is left alone, reported once, and the command is carried out."""
    path.mkdir()
    outcome = run("status", *LOGIN, *ACCOUNT).good()
    assert outcome.err == f"mybmw: {path} cannot be read, it is ignored: Is a directory\n"
    assert path.is_dir()


def test_not_a_file(run: Run, sim: SimulatedMyBMW, path: Path) -> None:
    """What is no file, such as /dev/null, is never replaced by one."""
    os.mkfifo(path)
    outcome = run("status", *LOGIN, *ACCOUNT).good()
    assert outcome.err == f"mybmw: {path} is not a file, it is ignored\n"
    assert path.is_fifo()
    assert [file.name for file in path.parent.iterdir()] == [STORE]


def test_unwritable(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A login that cannot be kept is good for this run."""
    path.write_text("")
    store = LoginFile(path / "x")
    store.put(1, "a")
    store.put(2, "a")
    assert capsys.readouterr().err.count("\n") == 1
    assert store.get("a") is None


def test_full_disk(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails half-way leaves what was there, and nothing beside it."""
    store = LoginFile(path)
    store.put(1, "a")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    store.put(2, "a")
    assert "logins cannot be kept" in capsys.readouterr().err
    assert store.get("a") == 1
    assert {file.name for file in path.parent.iterdir()} == {STORE, f"{STORE}.lock"}


def test_leftovers(path: Path) -> None:
    """What a killed process has left goes with the next write; what others keep there stays."""
    hour_ago = time() - 3600
    left = path.with_name(f"{path.name}.a1b2_c3d")
    others = [
        path.with_name(f"{path.name}.lock"),
        path.with_name(f"{path.name}.backup"),
        path.with_name(f"{path.name}.a1b2c3d4e"),
        path.with_name("other.a1b2c3d4"),
    ]
    for file in (left, *others):
        file.write_text("secret")
        os.utime(file, (hour_ago, hour_ago))
    now = path.with_name(f"{path.name}.z9y8x7w6")
    now.write_text("of a process that is writing")
    assert LoginFile(path).put(1, "a")
    assert set(path.parent.iterdir()) == {path, now, *others}
    assert LoginFile(path).get("a") == 1


def test_interrupted_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of it leaves nothing behind either."""

    def interrupt(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        LoginFile(path).put(1, "a")
    assert [file.name for file in path.parent.iterdir()] == [f"{path.name}.lock"]


def test_nested(path: Path) -> None:
    """One value is changed, everything else stays."""
    store = LoginFile(path)
    store.put(1, "a", "b", "c")
    store.put(2, "a", "d")
    store.change(lambda value: [value], "a", "b", "c")
    assert store.get() == {"a": {"b": {"c": [1]}, "d": 2}}
    assert store.get("a", "b", "c", "e") is None


def test_link(path: Path) -> None:
    """A store that is a link stays one."""
    real = path.with_name("real.json")
    path.symlink_to(real)
    LoginFile(path).put(1, "a")
    assert path.is_symlink()
    assert json.loads(real.read_text()) == {"a": 1}


def test_several_at_once(path: Path) -> None:
    """Nothing is lost when several change it at the same time."""

    def add(name: str) -> None:
        store = LoginFile(path)
        for number in range(25):
            store.put(number, name)
            store.change(lambda value: (value if isinstance(value, int) else 0) + 1, "sum")

    threads = [Thread(target=add, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads(path.read_text()) == {"a": 24, "b": 24, "c": 24, "sum": 75}


def test_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other process gets in meanwhile; one that waits for too long gets an error."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT", 0.1)
    first, second = LoginFile(path), LoginFile(path)
    with first.alone():
        first.lock()
        first.unlock()
        with pytest.raises(StoreError, match="another mybmw is using"), second.alone():
            pass
        assert not second.lock()
        # Better written without the lock than lost
        second.put(1, "a")
    assert second.lock()
    second.unlock()
    assert first.get("a") == 1


async def test_for_a_moment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that fails to get new tokens without an error does not block others for long."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT", 0)
    monkeypatch.setattr(module, "BRIEF_LOCK", 0.02)
    first, second = LoginFile(path), LoginFile(path)
    first.lock_briefly()
    assert not second.lock()
    await asyncio.sleep(0.03)
    assert second.lock()
    second.unlock()


def test_waiting(path: Path) -> None:
    """A waiting process gets in when the other one leaves."""
    first, second = LoginFile(path), LoginFile(path)
    first.lock()
    order: list[str] = []

    def leave() -> None:
        sleep(0.1)
        order.append("left")
        first.unlock()

    other = Thread(target=leave)
    other.start()
    with second.alone():
        order.append("in")
    other.join()
    assert order == ["left", "in"]


@pytest.mark.parametrize("failure", [OSError(95, "not supported"), None])
def test_no_locks(path: Path, monkeypatch: pytest.MonkeyPatch, failure: OSError | None) -> None:
    """Where files cannot be locked, it works all the same."""

    def refuse(*_args: object) -> None:
        raise failure or AssertionError

    if failure is None:
        path.with_name(f"{STORE}.lock").mkdir()
    else:
        monkeypatch.setattr("fcntl.flock", refuse)
    with LoginFile(path).alone():
        LoginFile(path).put(1, "a")
    assert LoginFile(path).get("a") == 1


def test_nothing_is_kept_without_a_path() -> None:
    store = LoginFile(None)
    store.put(1, "a")
    assert store.get("a") is None
    assert not store.kept
    changes: list[Callable[[object], object]] = []
    store.change(lambda value: changes.append(lambda _: value), "a")
    assert changes == []
