"""Logs, secrets and waiting times that once went wrong."""

import logging

from freezegun.api import FrozenDateTimeFactory
import httpx
import pytest

from custom_components.mybmw.client import HIDDEN, Redactor
from custom_components.mybmw.client.transport.http import Request, retry_after
from tests.client.support import make_client
from tests.client.support.cardata import NOON

VIN = "WBA00000000000001"
CORES = [
    f"{core}{part}"
    for core in ("httpcore", "httpcore2")
    for part in ("", ".connection", ".http11", ".http2", ".proxy", ".socks")
]


@pytest.mark.parametrize("name", ["httpx", "httpx2", *CORES])
async def test_http_library_is_silenced(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Under either of its names, the library logs nothing of our requests, and all of others'."""
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger(name)

    def handle(request: httpx.Request) -> httpx.Response:
        log.warning("%s %s", request.method, request.url)
        return httpx.Response(200, request=request)

    client = make_client(transport=httpx.MockTransport(handle))
    url = f"https://cocoapi.bmwgroup.com/vehicles/{VIN}/start-charging"
    await client.http.fetch(Request("start", "POST", url))
    await client.web.aclose()
    log.warning("GET https://example.com")
    assert [item.getMessage() for item in caplog.records if item.name == name] == [
        "GET https://example.com"
    ]
    assert VIN not in caplog.text


def test_only_the_newest_tokens_are_remembered() -> None:
    """A token an hour, and each text is searched for all that are known: old ones are let go."""
    redactor = Redactor()
    redactor.learn("driver@example.com", "correct-horse")
    every = [(f"access-token-{count:03}", f"refresh-token-{count:03}") for count in range(720)]
    for pair in every:
        redactor.learn_passing(*pair)
    newest, oldest = " ".join(every[-1] + every[-2]), " ".join(every[0])
    assert redactor.text(newest) == " ".join([HIDDEN] * 4)
    assert redactor.text(oldest) == oldest
    assert redactor.text("correct-horse") == HIDDEN


@pytest.mark.parametrize(
    ("message", "headers", "seconds"),
    [
        ("Out of call volume quota for key 836201843.", {}, None),
        ("Quota will be replenished in 02:12:20.", {}, 7940),
        ("Rate limit is exceeded. Try again in 2 seconds.", {}, 2),
        ("Rate limit is exceeded. Try again in 2 seconds.", {"retry-after": "0"}, 0),
        ("Error 429 in 3 of 5 seconds", {}, None),
    ],
)
def test_what_is_a_time(
    message: str, headers: dict[str, str], seconds: float | None, freezer: FrozenDateTimeFactory
) -> None:
    """A number in a message need not be one of seconds."""
    freezer.move_to(NOON)
    response = httpx.Response(429, json={"message": message}, headers=headers)
    assert retry_after(response) == seconds
