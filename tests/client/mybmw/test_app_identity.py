"""What the client says about itself, and its random values."""

import re

from hypothesis import given, strategies as st
import pytest

from custom_components.mybmw.client.mybmw.app_identity import (
    APP_VERSION,
    USER_AGENT,
    build_id,
    code_challenge,
    code_verifier,
    random_token,
    x_user_agent,
)


@pytest.mark.parametrize(
    ("hostname", "node", "build"),
    [
        ("homeassistant", 73588229205, "AP2A.267867.249"),
        ("ha", 1, "AP2A.431330.426"),
        ("0b1c2d3e4f5a", 242606372731852, "AP2A.695791.648"),
    ],
)
def test_build_id_of_known_installations(hostname: str, node: int, build: str) -> None:
    assert build_id(hostname, node) == build


@given(hostname=st.text(), node=st.integers(min_value=0, max_value=2**48 - 1))
def test_build_id_has_its_shape_and_is_stable(hostname: str, node: int) -> None:
    build = build_id(hostname, node)
    assert re.fullmatch(r"AP2A\.[0-9]{6}\.[0-9]{3}", build)
    assert build == build_id(hostname, node)


def test_build_id_differs_between_installations() -> None:
    assert len({build_id(host, node) for host in ("a", "b") for node in range(50)}) == 100


def test_user_agents() -> None:
    assert USER_AGENT == "Dart/3.3 (dart:io)"
    assert APP_VERSION == "4.9.2(36892)"
    assert (
        x_user_agent("AP2A.534228.164", "bmw", "row")
        == "android(AP2A.534228.164);bmw;4.9.2(36892);row"
    )


def test_code_challenge_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_code_challenge_has_no_padding() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", code_challenge(code_verifier()))


def test_code_verifier_is_fresh_and_long() -> None:
    verifiers = {code_verifier() for _ in range(20)}
    assert len(verifiers) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{86}", verifier) for verifier in verifiers)


@pytest.mark.parametrize("length", [0, 1, 22])
def test_random_token_length(length: int) -> None:
    assert re.fullmatch(rf"[A-Za-z0-9._~-]{{{length}}}", random_token(length))


def test_random_token_uses_the_whole_alphabet() -> None:
    assert len(set(random_token(5000))) == 66
