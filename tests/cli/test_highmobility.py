"""The sub-commands for High Mobility, in this process."""

from collections.abc import Iterator
import io
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
import pytest

from tests.cli.support import STORE, Run, stored
from tests.client.highmobility.support import fleet
from tests.replay.highmobility import (
    CLIENT_ID,
    SECRET,
    WEBHOOK_SECRET,
    Place,
    SimulatedHighMobility,
    fails,
)

I4 = "WBY0FINGERPRINT01"
BACK = "https://example.com/back"


@pytest.fixture
def highmobility(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedHighMobility]:
    """Simulate a fleet with one car, in this process."""
    monkeypatch.setenv("MYBMW_CLIENT_SECRET", SECRET)
    sim = fleet()
    with sim.router():
        yield sim


@pytest.fixture
def logged_in(run: Run, highmobility: SimulatedHighMobility) -> SimulatedHighMobility:
    """Log in as a fleet."""
    assert run("highmobility", "login", CLIENT_ID).good().out == "logged in\n"
    return highmobility


def test_login(logged_in: SimulatedHighMobility, home: Path) -> None:
    """What is needed later is in the store, which only its owner can read."""
    assert (home / STORE).stat().st_mode & 0o777 == 0o600
    kept = stored(home)["highmobility"][CLIENT_ID]
    assert kept["app"]["fleet"] is True
    assert kept["tokens"]["access"]


def test_login_with_a_key(
    run: Run, home: Path, highmobility: SimulatedHighMobility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MYBMW_CLIENT_SECRET")
    key = ec.generate_private_key(ec.SECP256R1())
    form = PublicFormat.SubjectPublicKeyInfo
    highmobility.public_key = key.public_key().public_bytes(Encoding.PEM, form).decode()
    highmobility.key_id = "key-1"
    file = home / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    run("highmobility", "login", CLIENT_ID, "--key", str(file), "--key-id", "key-1").good()
    assert run("highmobility", "status", "-j").good().json[0]["vin"] == I4
    file.write_text("no key")
    run("highmobility", "login", CLIENT_ID, "--key", str(file)).refused(2, "private key")


def test_wrong_secret(
    run: Run, home: Path, highmobility: SimulatedHighMobility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept of a login that is refused; no secret is repeated."""
    monkeypatch.setenv("MYBMW_CLIENT_SECRET", "another-secret")
    outcome = run("highmobility", "login", CLIENT_ID)
    outcome.refused(3, "HTTP 401")
    assert "another-secret" not in outcome.err
    assert not (home / STORE).exists() or "highmobility" not in stored(home)
    monkeypatch.delenv("MYBMW_CLIENT_SECRET")
    run("highmobility", "login", CLIENT_ID).refused(2, "MYBMW_CLIENT_SECRET")
    run("highmobility", "status").refused(3, "log in first")


def test_status(run: Run, logged_in: SimulatedHighMobility) -> None:
    """What is due is read; a second run asks for nothing that is not due."""
    outcome = run("highmobility", "status").good()
    assert "i4 eDrive40" in outcome.out
    assert "requests this month: 1" in outcome.err
    again = run("highmobility", "status", "-j", "-v", I4.lower()).good()
    assert again.json["name"] == "i4 eDrive40"
    assert logged_in.asked(Place.DATA) == 1
    run("highmobility", "status", "--refresh").good()
    assert logged_in.asked(Place.DATA) == 2
    run("highmobility", "status", "-v", "WBA0FINGERPRINT99").refused(2, "no car")
    logged_in.fail(Place.DATA, fails(503))
    assert run("highmobility", "status", "--refresh").code == 1


def test_consent(
    run: Run,
    highmobility: SimulatedHighMobility,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The address of the page after the consent is pasted; it is pending, then approved."""

    class Browser:
        def readline(self) -> str:
            url = capsys.readouterr().err.split()[1]
            return highmobility.owner.consent(url, I4) + "\n"

    monkeypatch.setattr("sys.stdin", Browser())
    words = ("highmobility", "login", CLIENT_ID, "--redirect-uri", BACK, "--locale", "de")
    assert run(*words).good().out.startswith("waiting")
    pending = run("highmobility", "status").good()
    assert "waiting for the owner" in pending.err
    highmobility.owner.approve()
    run("highmobility", "clearance").refused(2, "fleets")


@pytest.mark.parametrize(
    ("answer", "code"),
    [("?error=access_denied", 3), ("?code=1&state=another", 2), ("", 2)],
)
def test_no_consent(
    run: Run,
    highmobility: SimulatedHighMobility,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{BACK}{answer}\n"))
    outcome = run("highmobility", "login", CLIENT_ID, "--redirect-uri", BACK)
    assert (outcome.code, outcome.out) == (code, "")


def test_clearance(run: Run, logged_in: SimulatedHighMobility) -> None:
    """List, check, ask, revoke."""
    assert run("highmobility", "clearance").good().out == f"{I4} approved\n"
    assert run("highmobility", "clearance", "-j").good().json == [{"vin": I4, "state": "approved"}]
    logged_in.clearance.clear()
    assert run("highmobility", "clearance", I4).good().out == "pending\n"
    assert run("highmobility", "clearance", I4).good().out == "approved\n"
    assert run("highmobility", "clearance", I4, "--revoke").good().out == "revoking\n"
    other = run("highmobility", "clearance", "WBA0FINGERPRINT99", "--brand", "mini")
    assert (other.code, other.out) == (1, "not eligible: no_primary_user, no_delivery\n")


def test_webhook_check(
    run: Run, home: Path, highmobility: SimulatedHighMobility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A saved delivery is checked by its signature, SHA-1 too."""
    delivery = highmobility.delivery("trip_ended", I4)
    file = home / "body.json"
    file.write_bytes(delivery.body)
    words = ("highmobility", "webhook-check", str(file))
    signature = delivery.headers["X-HM-Signature-256"]
    run(*words, signature).refused(2, "MYBMW_WEBHOOK_SECRET")
    monkeypatch.setenv("MYBMW_WEBHOOK_SECRET", WEBHOOK_SECRET)
    for right in (signature, delivery.headers["X-HM-Signature"]):
        found = run(*words, right).good().json
        assert (found["event"], found["vin"], found["late"]) == ("trip_ended", I4, False)
    file.write_text(json.dumps({"event": {"type": "ping"}}))
    wrong = run(*words, signature)
    assert (wrong.code, wrong.out) == (1, "not a delivery, or not signed with this secret\n")


def test_no_secret_in_the_debug_log(run: Run, logged_in: SimulatedHighMobility) -> None:
    outcome = run("highmobility", "status", "--debug", "--refresh").good()
    for needle in (SECRET, CLIENT_ID, *(item.access for item in logged_in.granted)):
        assert needle not in outcome.err
    assert I4 not in outcome.err


def test_doctor(run: Run, logged_in: SimulatedHighMobility) -> None:
    """Only what is due is read; what was read before is explained too."""
    logged_in.cars[I4].fail("diagnostics.odometer", "oem_error")
    outcome = run("highmobility", "doctor").good()
    assert "i4 eDrive40: nothing is wrong" in outcome.out
    reason = "highmobility reports an error in place of a value (oem_error)"
    assert f"    mileage: No value: {reason}." in outcome.out
    (car,) = run("highmobility", "doctor", "--json").good().json
    assert car["values"]["fuel_and_battery.remaining_fuel"]["causes"] == ["not_fitted"]
    assert car["values"]["mileage"]["causes"] == ["no_value"]
    assert logged_in.asked(Place.DATA) == 1
