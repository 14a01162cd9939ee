"""Who logs in, and what is kept of a login (library.md, command line)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from custom_components.mybmw.client.cli import account
from tests.cli.support import ACCOUNT, LOGIN, STORE, Run, stored
from tests.client.support import CAPTCHA, IX, MOBILE, PASSWORD, USER, recorded
from tests.replay import faults
from tests.replay.faults import Endpoint
from tests.replay.mybmw import SimulatedMyBMW
from tests.replay.serving import router_of
from tests.replay.wire import HOSTS

REGION = "rest_of_world"
LOGINS = (Endpoint.AUTHENTICATE, Endpoint.AUTHORIZE, Endpoint.TOKEN)

type Prompts = list[str]


def logins(sim: SimulatedMyBMW) -> Sequence[Endpoint | None]:
    """Return the steps of logins since the last call."""
    found = [call.endpoint for call in sim.calls if call.endpoint in LOGINS]
    sim.clear_calls()
    return found


def tokens(home: Path, region: str = REGION, user: str = USER) -> Any:
    """Return the tokens in the store."""
    return stored(home)["mybmw"][region][user]


def keep(home: Path, **accounts: list[str]) -> None:
    """Write a store with tokens of these users, by region."""
    kept = {"access": "a", "refresh": "b", "expires": datetime.now(UTC).isoformat(), "gcid": "c"}
    content = {region: dict.fromkeys(users, kept) for region, users in accounts.items()}
    (home / STORE).write_text(json.dumps({"mybmw": content}))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Prompts]:
    """Sit at the terminal and type these lines, and these secrets."""

    def sit(lines: str = "", *secrets: str) -> Prompts:
        prompts: Prompts = []
        hidden = iter(secrets)

        def getpass(prompt: str) -> str:
            prompts.append(prompt)
            return next(hidden)

        typed = io.StringIO(lines)
        monkeypatch.setattr(typed, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stdin", typed)
        monkeypatch.setattr(account, "getpass", getpass)
        return prompts

    return sit


def test_store_is_made(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 8: tokens are kept by region and user, readable by the owner only."""
    run("status", *LOGIN, *ACCOUNT).good()
    assert stored(home).keys() == {"mybmw"}
    assert stored(home)["mybmw"].keys() == {REGION}
    assert tokens(home).keys() == {"access", "refresh", "expires", "gcid"}
    assert (home / STORE).stat().st_mode & 0o777 == 0o600
    assert logins(sim) == [*LOGINS]


def test_tokens_are_used_again(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 9: a kept login is used as it is, and nothing has to be given any more."""
    run("status", *LOGIN, *ACCOUNT).good()
    before = tokens(home)
    sim.clear_calls()
    for words in (ACCOUNT, ()):
        run("status", *words).good()
    assert logins(sim) == []
    assert tokens(home) == before


def test_sessions(run: Run) -> None:
    """Library CLI 10: each run is a session of its own, so that none gets old."""
    sim = SimulatedMyBMW(recorded("ix_xdrive50"))
    sessions: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        sessions.append(request.headers.get("bmw-session-id", ""))
        return sim.handle(request)

    with router_of(note, HOSTS):
        for words in ((*LOGIN, *ACCOUNT), ()):
            run("status", *words).good()
    assert len(set(filter(None, sessions))) == 2


def test_tokens_are_kept_after_an_error(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 11: a login that was good is kept, whatever goes wrong afterwards."""
    sim.fail(Endpoint.VEHICLES, faults.server_error(), None)
    run("status", *LOGIN, *ACCOUNT).refused(1, "list vehicles: HTTP 500")
    assert tokens(home)["access"].startswith("access-")


def test_store_elsewhere(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 12: the store may be anywhere, also in a folder that is not there yet."""
    run("--oauth-store", "~/a/b.json", "status", *LOGIN, *ACCOUNT).good()
    assert not (home / STORE).exists()
    path = home / "a" / "b.json"
    assert path.stat().st_mode & 0o777 == 0o600
    sim.clear_calls()
    run("status", "--oauth-store", str(path)).good()
    assert logins(sim) == []


def test_no_store(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 13: without a store nothing is written, and nothing is used that is there."""
    run("--disable-oauth-store", "status", *LOGIN, *ACCOUNT).good()
    assert list(home.iterdir()) == []
    run("status", *LOGIN, *ACCOUNT).refused(3, "The hCaptcha token is wrong or was used before")


def test_stale_access_token(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    """Library CLI 14: after a 401 the refresh token is used, once, and the new one is kept."""
    run("status", *LOGIN, *ACCOUNT).good()
    before = tokens(home)
    sim.clear_calls()
    sim.revoke()
    run("status").good()
    assert logins(sim) == [Endpoint.TOKEN]
    after = tokens(home)
    assert (after["gcid"], after.keys()) == (before["gcid"], before.keys())
    assert before["access"] != after["access"]
    assert before["refresh"] != after["refresh"]
    run("status").good()
    assert logins(sim) == []


def test_dead_refresh_token(run: Run, sim: SimulatedMyBMW) -> None:
    """Library CLI 15: with password and captcha a login follows; without, one is asked for."""
    run("status", *LOGIN, *ACCOUNT).good()
    sim.revoke(refresh=True)
    sim.clear_calls()
    advice = "rest_of_world.html and give its token with --captcha-token"
    run("status").refused(3, f"{advice}, and USERNAME PASSWORD REGION\n")
    run("status", *ACCOUNT).refused(3, f"{advice}\n")
    assert logins(sim) == [Endpoint.TOKEN] * 2
    sim.offer_captcha("P1_other")
    run("status", *ACCOUNT, "--captcha-token", "P1_other").good()
    assert logins(sim) == [Endpoint.TOKEN, *LOGINS]


def test_refused_request(run: Run, sim: SimulatedMyBMW) -> None:
    """A request that is refused with a fresh token is not reported as a missing captcha."""
    run("status", *LOGIN, *ACCOUNT).good()
    sim.fail(Endpoint.STATE, faults.unauthorized(), None)
    outcome = run("status")
    outcome.refused(3, "read a state: HTTP 401")
    assert "captcha" not in outcome.err


@pytest.mark.parametrize("first", [True, False])
def test_captcha(run: Run, sim: SimulatedMyBMW, *, first: bool) -> None:
    """Library CLI 16: the captcha can be given before or after the sub-command."""
    words = (*LOGIN, "status") if first else ("status", *ACCOUNT[:2], *LOGIN, ACCOUNT[2])
    run(*words, *(ACCOUNT if first else ())).good()
    assert logins(sim) == [*LOGINS]


def test_environment(run: Run, sim: SimulatedMyBMW, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret has to be on the command line, where others can read it."""
    names = ("USERNAME", "PASSWORD", "REGION", "CAPTCHA_TOKEN")
    for name, value in zip(names, (USER, PASSWORD, "Rest_of_World", CAPTCHA), strict=True):
        monkeypatch.setenv(f"MYBMW_{name}", value)
    assert run("status", "-j").good().json[0]["vin"] == IX
    monkeypatch.setenv("MYBMW_REGION", "europe")
    run("status").refused(2, "MYBMW_REGION has to be one of north_america, china, rest_of_world")


def test_prompts(run: Run, sim: SimulatedMyBMW, answer: Callable[..., Prompts]) -> None:
    """What is missing is asked for at a terminal, beside the result; once is enough."""
    lines = f"{USER}\neurope\n{REGION}\n"
    prompts = answer(lines, PASSWORD, CAPTCHA)
    outcome = run("status", "-j").good()
    assert outcome.json[0]["vin"] == IX
    region = "Region (north_america, china, rest_of_world): "
    assert outcome.err == f"User name: {region}{region}"
    assert [prompt.partition(" (")[0] for prompt in prompts] == ["Password: ", "Captcha token"]
    assert "rest_of_world.html" in prompts[1]
    answer()
    run("status", "-j").good()


@pytest.mark.parametrize(
    ("lines", "secrets", "text"),
    [
        ("\n", (), "the user name is needed"),
        ("me\n", (), "the region is needed"),
        (f"me\n{REGION}\n", ("",), "the password is needed"),
        (f"me\n{REGION}\n", ("x", ""), "the captcha token is needed"),
    ],
)
def test_no_answer(
    run: Run, answer: Callable[..., Prompts], lines: str, secrets: tuple[str, ...], text: str
) -> None:
    answer(lines, *secrets)
    outcome = run("status")
    assert outcome.code == 3
    assert outcome.err.endswith(f"mybmw status: {text}\n")


def test_end_of_input(
    run: Run, answer: Callable[..., Prompts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-D instead of a secret is no answer either."""

    def end(_prompt: str) -> str:
        raise EOFError

    answer(f"me\n{REGION}\n")
    monkeypatch.setattr(account, "getpass", end)
    outcome = run("status")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.endswith("mybmw status: the password is needed\n")


def test_china(run: Run, home: Path) -> None:
    """In China a password is enough, since the program solves the captcha by itself."""
    sim = SimulatedMyBMW(recorded("ix_xdrive50"), region="china", username=MOBILE)
    with sim.router():
        run("status", MOBILE, PASSWORD, "china").good()
        assert tokens(home, "china", MOBILE)["gcid"] == sim.gcid
        run("status").good()
        sim.revoke(refresh=True)
        outcome = run("status")
        outcome.refused(3, "get tokens: HTTP")
        assert outcome.err.endswith(
            "; give USERNAME PASSWORD REGION, or set MYBMW_USERNAME, MYBMW_PASSWORD, MYBMW_REGION\n"
        )
        run("status", MOBILE, PASSWORD, "china").good()


def test_wrong_password(run: Run, sim: SimulatedMyBMW, home: Path) -> None:
    outcome = run("status", *LOGIN, USER, "wrong-horse", REGION)
    outcome.refused(3, "log in: HTTP 401 invalid_client - Client authentication failed")
    assert "wrong-horse" not in outcome.err
    assert not (home / STORE).exists()


@pytest.mark.parametrize(
    ("environment", "accounts", "chosen"),
    [
        ({}, {REGION: [USER]}, (REGION, USER)),
        ({"USERNAME": USER}, {REGION: [USER, "other"]}, (REGION, USER)),
        ({"REGION": REGION}, {REGION: [USER], "china": [MOBILE]}, (REGION, USER)),
        ({"USERNAME": USER, "REGION": REGION}, {"china": [MOBILE], "odd": ["x"]}, None),
        ({}, {REGION: [USER], "china": [MOBILE]}, None),
        ({"USERNAME": "nobody"}, {REGION: [USER]}, None),
    ],
)
def test_which_account(
    run: Run,
    sim: SimulatedMyBMW,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    accounts: dict[str, list[str]],
    chosen: tuple[str, str] | None,
) -> None:
    """The one kept account that fits is used; if there are more or none, that is reported."""
    for name, value in environment.items():
        monkeypatch.setenv(f"MYBMW_{name}", value)
    keep(home, **accounts)
    refresh = sim.issue_tokens()["refresh_token"]
    text = (home / STORE).read_text().replace('"b"', json.dumps(refresh))
    (home / STORE).write_text(text)
    outcome = run("status")
    if chosen is not None:
        outcome.good()
        assert tokens(home, *chosen)["refresh"] != refresh
    elif len(accounts) == 2 and not environment:
        outcome.refused(2, "2 accounts are kept")
    else:
        assert outcome.code == 3
