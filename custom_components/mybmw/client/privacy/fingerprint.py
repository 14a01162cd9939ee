"""Fingerprints: anonymised responses and messages for developers to replay.

See docs/protocols/mybmw-app.md#recordings. File names are those of bimmer_connected, whose
fingerprints can be replayed as well.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy, replace
from datetime import UTC
from io import BytesIO
import json
import re
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from ..core.json_paths import Paths
from ..core.known_words import known_words
from ..core.recording import Answer, Message, Recording
from . import HIDDEN, SECRET, Found, Redactor, find, is_alias, vins_in

STREAM: Final = "stream.jsonl"
"""The usual file of messages: one JSON object per line, with time, topic and payload."""

_EMPTY: Final = "NO CONTENT"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_USER: Final = re.compile(r"_user_([^_]+)_")
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def raw(recording: Recording, vin: str) -> dict[str, object]:
    """Return the JSON responses about one car by name, decoded but not anonymised."""
    found: dict[str, object] = {}
    for name, answer in recording.answers.items():
        if vin.lower() in name.lower():
            with suppress(orjson.JSONDecodeError):
                found[name] = orjson.loads(answer.body)
    return found


def narrow(recording: Recording, vins: Collection[str]) -> Recording:
    """Return the part of a recording about these cars, and about the account in general."""
    wanted = {vin.upper() for vin in vins}
    answers = {
        name: answer if vins_in(name) else _narrowed(answer, wanted)
        for name, answer in recording.answers.items()
        if wanted.issuperset(vins_in(name))
    }
    messages = (item for item in recording.messages if wanted.issuperset(_vins_of(item)))
    return replace(recording, answers=answers, messages=tuple(messages))


def files(recordings: Iterable[Recording], redactor: Redactor) -> dict[str, bytes]:
    """Return the anonymised contents of recordings by file name, without pictures.

    Values are kept only under the paths of their recording; all keys are kept. A personal value
    found in one place is removed from all files, and a VIN has the same alias everywhere. JSON is
    sorted and indented by four spaces.
    """
    answers: dict[str, _Content] = {}
    messages: list[tuple[str, Message, _Content]] = []
    for recording in recordings:
        for name, answer in recording.answers.items():
            if not answer.content_type.startswith("image/"):
                answers[name] = _content(answer.body, recording.paths)
        for item in recording.messages:
            content = _content(item.payload, recording.paths)
            messages.append((recording.file or STREAM, item, content))
    everything = [*answers.items(), *((item.topic, content) for _, item, content in messages)]
    redactor.add_aliases(vin for name, item in everything for vin in vins_in(f"{name} {item.text}"))
    clean = copy(redactor)
    clean.hide_found(found for name, content in everything for found in _personal(name, content))
    contents = dict(_file(name, content, clean) for name, content in answers.items())
    for name in {file for file, _, _ in messages}:
        lines = (_line(item, content, clean) for file, item, content in messages if file == name)
        contents[name] = b"".join(lines)
    return contents


def archive(contents: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive, identical for identical files."""
    memory = BytesIO()
    with ZipFile(memory, "w") as packed:
        for name, content in sorted(contents.items()):
            packed.writestr(ZipInfo(name, _ZIP_TIME), content, ZIP_DEFLATED)
    return memory.getvalue()


class _Content(NamedTuple):
    """A received body: its text, its JSON if it is that, and the harmless paths in it."""

    text: str
    data: object
    paths: Paths
    is_json: bool

    def clean(self, redactor: Redactor) -> object:
        """Return the anonymised content; the known words of a text that is not JSON."""
        if self.is_json:
            return redactor.recorded(self.data, self.paths)
        return known_words(self.text) or (HIDDEN if self.text else "")


def _content(body: bytes, paths: Paths) -> _Content:
    text = body.decode("utf-8", "replace")
    try:
        return _Content(text, orjson.loads(body), paths, is_json=True)
    except orjson.JSONDecodeError:
        return _Content(text, None, paths, is_json=False)


def _personal(name: str, content: _Content) -> Iterator[Found]:
    """Yield the personal values of a content, and those in its name or topic."""
    parts = name.split("/") if "/" in name else _USER.findall(name)
    yield from ((SECRET, part) for part in parts if not vins_in(part))
    yield from find(content.data if content.is_json else content.text, content.paths)


def _file(name: str, content: _Content, redactor: Redactor) -> tuple[str, bytes]:
    name = _UNSAFE.sub("", redactor.text("_".join(map(redactor.text, name.split("_")))))
    clean = content.clean(redactor)
    if not content.is_json:
        return f"{name}.txt", str(clean or _EMPTY).encode()
    text = json.dumps(clean, ensure_ascii=False, indent=4, sort_keys=True)
    return f"{name}.json", text.encode()


def _line(message: Message, content: _Content, redactor: Redactor) -> bytes:
    line = {
        "time": f"{message.time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "topic": _topic(message.topic, redactor),
        "payload": content.clean(redactor),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _topic(topic: str, redactor: Redactor) -> str:
    """Return a topic with only the alias of the VIN; other parts are ids or chosen by the user."""
    parts = map(redactor.text, topic.split("/"))
    return "/".join(part if is_alias(part) else HIDDEN for part in parts)


def _narrowed(answer: Answer, vins: Collection[str]) -> Answer:
    """Return a response without the other cars in a list of cars."""
    content = _content(answer.body, {})
    data = _without(content.data, vins)
    return answer if data == content.data else replace(answer, body=orjson.dumps(data))


def _without(value: object, vins: Collection[str]) -> object:
    if isinstance(value, dict):
        return {key: _without(item, vins) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, vins) for item in value if _vin(item) in (None, *vins)]
    return value


def _vin(item: object) -> str | None:
    vin = item.get("vin") if isinstance(item, dict) else None
    return vin.strip().upper() if isinstance(vin, str) else None


def _vins_of(message: Message) -> Sequence[str]:
    """Return the VIN in the payload of a message, or else those in its topic."""
    named = _vin(_content(message.payload, {}).data)
    return vins_in(message.topic) if named is None else [named]
