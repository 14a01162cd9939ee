"""What can be written on the command line, and what is wrong about it: nothing is sent."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from custom_components.mybmw.client.cli import app_commands, arguments, cardata_commands
from tests.cli.support import ACCOUNT, Run
from tests.client.support import IX

REGION = "the third argument has to be a region: north_america, china, rest_of_world"
CLIENT = "8c1d2f5a-3b7e-4f60-9a21-5d0c7be4f913"
NAMES = [
    *(command.name for command in app_commands.COMMANDS),
    *(f"cardata {command.name}" for command in cardata_commands.COMMANDS),
]

type Words = tuple[str, ...]


def test_names() -> None:
    """mybmw-app.md#command-line, library 12: the sub-commands have the names that scripts know."""
    assert [
        *("status", "fingerprint", "doctor", "lightflash", "horn", "lock", "unlock", "climate"),
        *("vehiclefinder", "chargingsettings", "chargingprofile", "charge", "image"),
        *("sendpoi", "sendpoi_from_address"),
        *("cardata login", "cardata status", "cardata stream", "cardata containers"),
        *("cardata quota", "cardata doctor", "cardata fingerprint"),
    ] == NAMES


def test_help(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Library CLI 1: help names the version, all sub-commands and the exit statuses."""
    monkeypatch.setattr(arguments, "version", lambda _name: "1.2.3")
    outcome = run("--help").good()
    assert "mybmw 1.2.3" in outcome.out
    assert all(f"    {command.name}" in outcome.out for command in app_commands.COMMANDS)
    for code in (0, 1, 2, 3, 4, 5, 6, 130, 141):
        assert f"\n  {code:<3}  " in outcome.out
    assert run("--version").good().out == "mybmw 1.2.3\n"


def test_version_without_installation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(arguments, "version", missing)
    assert run("--version").good().out == "mybmw (not installed)\n"


@pytest.mark.parametrize("name", NAMES)
def test_help_of(run: Run, name: str) -> None:
    """Each sub-command explains itself: usage, every argument, every option."""
    outcome = run(*name.split(), "--help").good()
    assert outcome.out.startswith(f"usage: mybmw {name} [OPTION ...]")
    assert "--debug" in outcome.out
    for of_the_app in ("[USERNAME PASSWORD REGION]", "--captcha-token"):
        assert (of_the_app in outcome.out) is not name.startswith("cardata")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("lokc",), "maybe you meant 'lock'"),
        (("cardata",), "the following arguments are required: COMMAND"),
        (("lock", "--fast", IX), "unrecognized arguments: --fast"),
        (("lock",), "have to be: [USERNAME PASSWORD REGION] VIN"),
        (("lock", IX, IX), "have to be: [USERNAME PASSWORD REGION] VIN"),
        (("lock", *ACCOUNT), "have to be: [USERNAME PASSWORD REGION] VIN"),
        (("lock", "me", "secret", "europe", IX), REGION),
        (("status", "me", "secret", "europe"), REGION),
        (("sendpoi", "me", "secret", "europe", IX, "1", "2"), REGION),
        (("lock", "WBA"), "a VIN has 17 letters and digits"),
        (("lock", f"{IX},{IX}"), "a VIN has 17 letters and digits"),
        (("status", "-v", f"{IX},{IX}"), "a VIN has 17 letters and digits"),
        (("cardata", "status", "--vin", "x"), "a VIN has 17 letters and digits"),
        (("status", "-j", "-v", ""), "a VIN has 17 letters and digits"),
        (("cardata", "status", "-v", ""), "a VIN has 17 letters and digits"),
        (("climate", IX, "on"), "ACTION has to be start or stop"),
        (("charge", IX), "VIN start|stop"),
        (("vehiclefinder", IX, "52.1"), "latitude and longitude have to be two numbers"),
        (("vehiclefinder", IX, "52.1", "north"), "have to be two numbers"),
        (("vehiclefinder", IX, "-90.1", "0"), "the latitude must be within ±90"),
        (("status", "48.1"), "have to be two numbers"),
        (("sendpoi", IX, "91", "0"), "the latitude must be within ±90"),
        (("sendpoi", IX, "0", "-180.5"), "the longitude within ±180"),
        (("sendpoi", IX, "nan", "0"), "the latitude must be within ±90"),
        (("sendpoi", IX, "48.1"), "VIN LATITUDE LONGITUDE"),
        (("sendpoi_from_address", IX), "required: -a/--address"),
        (("chargingsettings", IX), "at least one option is needed"),
        (("chargingsettings", IX, "--target-soc", "0"), "20 to 100 % in steps of 5"),
        (("chargingsettings", IX, "--target-soc", "101"), "20 to 100 % in steps of 5"),
        (("chargingsettings", IX, "--target-soc", "abc"), "invalid int value: 'abc'"),
        (("chargingsettings", IX, "--ac-limit", "x"), "invalid int value: 'x'"),
        (("chargingprofile", IX), "at least one option is needed"),
        (("chargingprofile", IX, "--charging-mode", "SLOW"), "invalid choice: 'SLOW'"),
        (("chargingprofile", IX, "--precondition-climate", "perhaps"), "true or false"),
        (("cardata", "login"), "the arguments have to be: CLIENT_ID"),
        (("cardata", "login", "me"), "a client id has the form"),
        (("cardata", "stream", "--count", "0"), "invalid positive number value: '0'"),
        (("cardata", "stream", "--seconds", "soon"), "invalid positive number value: 'soon'"),
        (("cardata", "stream", "--no-tls"), "are for an own broker (--prefix)"),
        (("cardata", "stream", "--prefix", "bmw"), "--prefix needs the address of your broker"),
        (("cardata", "stream", "--broker", "host:port"), "is written as HOST or HOST:PORT"),
        (("cardata", "stream", "--broker", "a/b"), "is written as HOST or HOST:PORT"),
        (("--disable-oauth-store", "cardata", "login", CLIENT), "the login has to be kept"),
        (("--disable-oauth-store", "cardata", "status"), "CarData needs the store of logins"),
    ],
)
def test_wrong_usage(run: Run, home: Path, words: Words, text: str) -> None:
    """Library CLI 4: a mistake is one line, nothing is left behind, no password is repeated."""
    outcome = run(*words)
    outcome.refused(2, text)
    assert "secret" not in outcome.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("lock", IX), "the user name is not known: give USERNAME PASSWORD REGION"),
        (("status",), "the user name is not known"),
        (("status", *ACCOUNT), "a captcha token is needed to log in; solve the captcha at https"),
        (("cardata", "status"), "log in first: mybmw cardata login CLIENT_ID"),
        (("cardata", "quota", "--client-id", CLIENT), "log in first"),
        (("cardata", "stream"), "log in first"),
    ],
)
def test_login_needed(run: Run, words: Words, text: str) -> None:
    """Library CLI 17: what a login lacks is written to standard error."""
    run(*words).refused(3, text)


@pytest.mark.parametrize(
    "words",
    [
        ("lock", *ACCOUNT, IX),
        ("lock", "me", "secret", "North_America", IX),
        ("--debug", "lock", IX),
        ("lock", IX, "--debug"),
        ("lock", *ACCOUNT, "--captcha-token", "x", IX),
        ("--captcha-token", "x", "lock", IX),
        ("sendpoi", "me", "--name", "Zoo", "pw", "china", IX, "-33.9", "151.2", "--city", "S"),
        ("vehiclefinder", IX, "-33.9", "-151.2"),
        ("status", *ACCOUNT, "-v", IX, "48.1", "11.5"),
        ("status", "-j", *ACCOUNT, "48.1", "11.5"),
        ("sendpoi_from_address", *ACCOUNT, IX, "-n", "Zoo", "-a", "Tierparkstr.", "30,", "München"),
        ("fingerprint", *ACCOUNT, "48.1", "11.5"),
    ],
)
def test_order(words: Words) -> None:
    """Options may stand anywhere, the account in front of the rest or nowhere."""
    options = arguments.make_parser(app_commands.COMMANDS, cardata_commands.COMMANDS).parse_args(
        words
    )
    account, own = options.command.parse(options.arguments)
    assert account in ((), ACCOUNT, ("me", "secret", "North_America"), ("me", "pw", "china"))
    assert options.debug is ("--debug" in words)
    assert options.captcha_token == ("x" if "--captcha-token" in words else None)
    assert own.get("vin", IX) == IX
    assert own.get("latitude", "48.1") in ("48.1", "-33.9")
