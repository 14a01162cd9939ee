"""What script/develop takes for a recording."""

from collections.abc import Callable
from io import StringIO
import json
from pathlib import Path
import struct
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from custom_components.mybmw.client import Redactor, archive, files
from script.lib.develop.options import Options, UsageError, parse
from tests.client.support.owned import Files, folder_of, owned, recording, write

# It chooses a free port
pytestmark = pytest.mark.usefixtures("socket_enabled")

SAME = ("mybmw/ix_xdrive50", "cardata/ix_xdrive50")


@pytest.fixture
def both() -> Files:
    """The files of one car, from both sources, anonymised."""
    return files([recording(owned(name)) for name in SAME], Redactor())


def options(*paths: Path) -> Options:
    chosen = (word for path in paths for word in ("--fingerprints", str(path)))
    return parse(["--smoke", *chosen], StringIO())


def check(found: Options) -> None:
    """Expect one car that both sources know, with a stream."""
    (app,), (official,) = found.cars, found.cardata
    assert app.vin == official.vin == "WBY0FINGERPRINT01"
    assert app.charging is not None
    assert official.telematics
    assert official.charging_history
    assert sum(1 for _ in official.stream()) > 300


def test_folder(both: Files, tmp_path: Path) -> None:
    check(options(write(tmp_path / "car", both)))


def test_archive(both: Files, tmp_path: Path) -> None:
    """An archive of the files, or of folders with them."""
    plain, folders = tmp_path / "a.zip", tmp_path / "b.zip"
    plain.write_bytes(archive(both))
    folders.write_bytes(archive({f"my cars/one/{name}": body for name, body in both.items()}))
    check(options(plain))
    check(options(folders))


def test_diagnostics(both: Files, tmp_path: Path) -> None:
    """A file that was downloaded from Home Assistant."""
    texts = {name: body.decode() for name, body in both.items()}
    app = {name: text for name, text in texts.items() if "eadrax" in name}
    official = {name: text for name, text in texts.items() if name not in app}
    sources = {"mybmw": {"answers": app}, "cardata": {"answers": official}, "other": {}}
    path = tmp_path / "diagnostics.json"
    path.write_text(json.dumps({"home_assistant": {}, "data": {"sources": sources}}))
    check(options(path))


def test_one_source_each() -> None:
    """A folder that one source finds nothing in takes nothing from it in other folders."""
    found = options(*map(folder_of, SAME))
    assert [car.vin for car in found.cars] == ["WBY0FINGERPRINT02"]
    assert [car.vin for car in found.cardata] == ["WBY0FINGERPRINT02"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"data": {"sources": []}}', b"PK\x03\x04", b'{"data": null}'],
)
def test_something_else(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no folder, no archive, and no diagnostics"):
        options(path)


def test_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        options(tmp_path / "none")
    with pytest.raises(UsageError, match="no recorded car"):
        options(tmp_path)


@pytest.mark.parametrize("name", ["../a.json", "/etc/a.json", "x/../../a.json", "C:\\a.json"])
def test_outside(name: str, tmp_path: Path) -> None:
    """Nothing is written beside the folder."""
    path = tmp_path / "a.zip"
    path.write_bytes(archive({name: b"{}"}))
    with pytest.raises(UsageError, match="no name of a file"):
        options(path)


def packed(path: Path, body: bytes = b"{}" * 500) -> bytearray:
    """Write an archive of one file and return its bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        file.writestr("a.json", body)
    return bytearray(path.read_bytes())


def with_field(content: bytearray, local: int, central: int, value: int) -> bytearray:
    """Change a field of two bytes that stands in both headers of the first file."""
    start = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, local, value)
    struct.pack_into("<H", content, start + central, value)
    return content


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda content: with_field(content, 6, 8, 1), "encrypted"),
        (lambda content: with_field(content, 8, 10, 99), "compression"),
        (lambda content: with_field(content, 8, 10, 14), "cannot be unpacked"),
        (lambda content: with_field(content, 8, 10, 12), "cannot be unpacked"),
        (lambda content: content[:36] + b"\xff" * 8 + content[44:], "cannot be unpacked"),
        (lambda content: b"PK\x03\x04" + content[20:], "cannot be unpacked"),
        (lambda content: content[:20], "no folder, no archive"),
        (lambda content: b"\x1f\x8b\x08" + bytes(range(256)) * 100, "no folder, no archive"),
        (lambda _: b"7z\xbc\xaf\x27\x1c\x00\x04", "no folder, no archive"),
        (lambda _: b"[" * 200_000, "no folder, no archive"),
    ],
)
def test_broken_archives(change: Callable[[bytearray], bytes], said: str, tmp_path: Path) -> None:
    """One clear line, whatever is wrong."""
    path = tmp_path / "a.zip"
    path.write_bytes(change(packed(path)))
    with pytest.raises(UsageError, match=said) as caught:
        options(path)
    line = str(caught.value)
    assert line.startswith(str(path))
    assert "\n" not in line
    assert len(line) < len(str(path)) + 250


def test_bombs(tmp_path: Path) -> None:
    """What would fill the disk is not unpacked."""
    large, many = tmp_path / "large.zip", tmp_path / "many.zip"
    packed(large, bytes(210_000_000))
    with pytest.raises(UsageError, match="it holds 210 MB"):
        options(large)
    with ZipFile(many, "w") as file:
        for number in range(2_001):
            file.writestr(f"{number}.json", b"")
    with pytest.raises(UsageError, match="it holds 2001 files"):
        options(many)


def test_lying_bomb(tmp_path: Path) -> None:
    """No more is unpacked than the archive says it holds."""
    path = tmp_path / "a.zip"
    content = packed(path, bytes(10_000_000))
    struct.pack_into("<L", content, 22, 10)
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be unpacked"):
        options(path)
