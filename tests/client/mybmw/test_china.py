"""The pieces of the login in China."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
import hashlib
import io
import json
import os
from pathlib import Path
import struct
import sys
import zlib

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key as generate_rsa_key,
)
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, strategies as st
from PIL import Image
import pytest

from custom_components.mybmw.client.mybmw.china import (
    encrypt_password,
    login_nonce,
    solve_captcha,
    token_expiry,
)

NOW = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)
KEY = "0123456789abcdef"
IV = "fedcba9876543210"
USER = "8613800138000"

GAP = (220, 230, 221)
GAP_SIZE = (15, 75)
CAPTCHA_SIZE = (590, 360)

hex_keys = st.text("0123456789abcdef", min_size=16, max_size=16)


@pytest.fixture(scope="module")
def rsa_key() -> RSAPrivateKey:
    """Return a key as long as the one of the real service."""
    return generate_rsa_key(65537, 1024)


def as_pem(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def as_served(key: RSAPublicKey) -> str:
    """Return the PEM as the service sends it: CRLF, the base64 in one line."""
    first, *body, last = as_pem(key).splitlines()
    return "\r\n".join((first, "".join(body), last))


@pytest.mark.parametrize("password", ["secret", "", "пароль密码🔑"])
def test_password_can_be_decrypted(rsa_key: RSAPrivateKey, password: str) -> None:
    encrypted = base64.b64decode(
        encrypt_password(password, as_served(rsa_key.public_key())), validate=True
    )
    assert rsa_key.decrypt(encrypted, PKCS1v15()).decode() == password


def test_password_is_padded_at_random(rsa_key: RSAPrivateKey) -> None:
    pem = as_served(rsa_key.public_key())
    assert encrypt_password("secret", pem) != encrypt_password("secret", pem)


def test_password_too_long_for_the_key(rsa_key: RSAPrivateKey) -> None:
    with pytest.raises(ValueError):
        encrypt_password("x" * 118, as_served(rsa_key.public_key()))


@pytest.mark.parametrize(
    "pem",
    ["", "no key", "-----BEGIN PUBLIC KEY-----\r\nAAAA\r\n-----END PUBLIC KEY-----", "\ud7ff"],
)
def test_unreadable_key(pem: str) -> None:
    with pytest.raises(ValueError):
        encrypt_password("secret", pem)


def test_key_of_another_kind() -> None:
    with pytest.raises(ValueError, match="not an RSA key"):
        encrypt_password("secret", as_pem(generate_private_key(SECP256R1()).public_key()))


def test_key_of_an_unknown_kind(rsa_key: RSAPrivateKey) -> None:
    der = rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    unknown = der.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01017f"))
    pem = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(unknown).decode()}\n"
    with pytest.raises(ValueError, match="unknown kind"):
        encrypt_password("secret", f"{pem}-----END PUBLIC KEY-----\n")


NONCE_OF_USER = (
    "89abcdeffedcba9815096f21d31f501c8520b9731eed7eec96d00bdda368fa1133f3cf6c3bcfb41ffe400d56"
    "fcc0f4084f60590f05a52dd1123329819814a83f08b28632db9b50d6ec6ff934f4a461a1c93d51382383d1da"
    "0123456776543210e6f255ff8aaa2cc3ccdf25b39f0eec17"
)
NONCE_OF_NOBODY = (
    "89abcdeffedcba9851915a4531debebb5590dc9f3261fad2c0a47bd212eb23ac2200a850c825b71dcb1f314d"
    "d2d6569a408d3491e9565588136f09459b68cd47b7bd99556d4a71810123456776543210aeb229c847fc6745"
    "74c572cc3313f614"
)


@pytest.mark.parametrize(
    ("user", "nonce"), [(USER, NONCE_OF_USER), (None, NONCE_OF_NOBODY), ("", NONCE_OF_NOBODY)]
)
def test_nonce_of_known_keys(user: str | None, nonce: str) -> None:
    assert login_nonce(user, NOW, KEY, IV) == nonce


def test_nonce_takes_the_moment_not_the_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    assert login_nonce(USER, elsewhere, KEY, IV) == NONCE_OF_USER


def test_nonce_is_fresh_each_time() -> None:
    assert len({login_nonce(USER, NOW) for _ in range(20)}) == 20


def read_nonce(nonce: str) -> tuple[str, datetime, str]:
    """Return user, time and first half of the key that a server would find in a nonce."""
    key_end, iv_start, nonce_hash = nonce[:8], nonce[8:16], nonce[16:48] + nonce[-32:]
    key_start, iv_end = nonce[-48:-40], nonce[-40:-32]
    table = "01234abcdefghijklmnopqrstuvwxyz56789"
    key = list(key_start + key_end)
    for position in (4, 12):
        key[position] = table[35 - table.index(key[position])]
    cipher = Cipher(AES("".join(key).encode()), CBC((iv_start + iv_end).encode())).decryptor()
    padded = cipher.update(bytes.fromhex(nonce[48:-48])) + cipher.finalize()
    assert padded.endswith(padded[-1:] * padded[-1])
    user, date, key_half = padded[: -padded[-1]].decode().rsplit("&", 2)
    assert date.endswith(" GMT")
    signed = f"{key_end}{iv_start}u3.6.1{user[-4:]}{key_start}{iv_end}"
    assert nonce_hash == hashlib.sha256(signed.encode()).hexdigest()
    return user, parsedate_to_datetime(date), key_half


@given(
    user=st.none() | st.text(),
    now=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),
    key=hex_keys,
    iv=hex_keys,
)
def test_nonce_can_be_read_back(user: str | None, now: datetime, key: str, iv: str) -> None:
    nonce = login_nonce(user, now, key, iv)
    assert read_nonce(nonce) == (user or "", now.replace(microsecond=0), key[:8])


def test_nonce_with_own_keys_can_be_read_back() -> None:
    user, now, _ = read_nonce(login_nonce(USER, NOW))
    assert (user, now) == (USER, NOW)


def drawn(
    *places: tuple[int, int],
    size: tuple[int, int] = CAPTCHA_SIZE,
    color: tuple[int, int, int] = GAP,
    gap: tuple[int, int] = GAP_SIZE,
    file_format: str = "PNG",
) -> bytes:
    """Return a picture with a gap at each place given as x, y."""
    picture = Image.radial_gradient("L").resize(size).convert("RGB")
    for x, y in places:
        picture.paste(color, (x, y, x + gap[0], y + gap[1]))
    return encoded(picture, file_format)


def encoded(picture: Image.Image, file_format: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, quality=95)
    return file.getvalue()


@pytest.mark.parametrize(
    ("place", "position"),
    [
        ((505, 156), "0.81"),
        ((300, 100), "0.46"),
        ((26, 0), "0.0"),
        ((0, 200), "-0.04"),
        ((144, 285), "0.2"),
        ((575, 100), "0.93"),
        ((575, 285), "0.93"),
    ],
)
def test_captcha_gap_anywhere(place: tuple[int, int], position: str) -> None:
    assert solve_captcha(drawn(place)) == position


def test_captcha_as_jpeg() -> None:
    assert solve_captcha(drawn((400, 120), gap=(64, 90), file_format="JPEG")) == "0.63"


@pytest.mark.parametrize(
    ("places", "position"),
    [
        (((500, 20), (100, 200)), "0.8"),
        (((500, 50), (100, 50)), "0.13"),
        (((100, 21), (500, 20)), "0.8"),
    ],
)
def test_captcha_takes_the_topmost_then_leftmost_gap(
    places: tuple[tuple[int, int], ...], position: str
) -> None:
    assert solve_captcha(drawn(*places)) == position


@pytest.mark.parametrize("color", [(235, 245, 236), (205, 215, 206), (205, 245, 221)])
def test_captcha_color_within_the_tolerance(color: tuple[int, int, int]) -> None:
    assert solve_captcha(drawn((300, 100), color=color)) == "0.46"


@pytest.mark.parametrize(
    "color", [(236, 230, 221), (204, 230, 221), (220, 246, 221), (220, 230, 205), (0, 0, 0)]
)
def test_captcha_color_beyond_the_tolerance(color: tuple[int, int, int]) -> None:
    assert solve_captcha(drawn((300, 100), color=color)) == ""


@pytest.mark.parametrize("gap", [(14, 75), (15, 74)])
def test_captcha_gap_too_small(gap: tuple[int, int]) -> None:
    assert solve_captcha(drawn((300, 100), gap=gap)) == ""


@pytest.mark.parametrize("dot", [(300, 100), (314, 174), (307, 137), (300, 174), (314, 100)])
def test_captcha_gap_with_a_dot_is_none(dot: tuple[int, int]) -> None:
    picture = Image.open(io.BytesIO(drawn((300, 100))))
    picture.putpixel(dot, (0, 0, 0))
    assert solve_captcha(encoded(picture)) == ""


@pytest.mark.parametrize("size", [(1, 1), (14, 75), (15, 74), (590, 10), (10, 360)])
def test_captcha_smaller_than_a_gap(size: tuple[int, int]) -> None:
    assert solve_captcha(encoded(Image.new("RGB", size, GAP))) == ""


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_captcha_just_as_large_as_a_gap(mode: str) -> None:
    picture = Image.new("RGB", GAP_SIZE, GAP).convert(mode)
    assert solve_captcha(encoded(picture)) == str(round(-26 / 15, 2))


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"<html>",
        drawn((300, 100))[:400],
        drawn((300, 100), file_format="JPEG")[:2000],
        encoded(Image.new("RGB", GAP_SIZE, GAP), "GIF"),
    ],
    ids=["empty", "text", "cut png", "cut jpeg", "other format"],
)
def test_captcha_broken(image: bytes) -> None:
    with pytest.raises(ValueError, match="not a readable image"):
        solve_captcha(image)


def png_chunk(name: bytes, data: bytes) -> bytes:
    length, checksum = struct.pack(">I", len(data)), struct.pack(">I", zlib.crc32(name + data))
    return length + name + data + checksum


@pytest.mark.parametrize("chunk", [(b"gAMA", b""), (b"iCCP", b"name\0")])
def test_captcha_with_a_broken_appendix(chunk: tuple[bytes, bytes]) -> None:
    image = encoded(Image.new("RGB", GAP_SIZE, GAP))
    body, end = image[:-12], image[-12:]
    with pytest.raises(ValueError, match="not a readable image"):
        solve_captcha(body + png_chunk(*chunk) + end)


def test_captcha_decompression_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValueError, match="not a readable image"):
        solve_captcha(drawn((300, 100)))


@given(st.binary(), st.integers(0, 3000))
def test_captcha_never_raises_anything_else(noise: bytes, at: int) -> None:
    image = drawn((10, 5), size=(40, 90), file_format="JPEG")
    with suppress(ValueError):
        assert isinstance(solve_captcha(image[:at] + noise + image[at + len(noise) :]), str)


def test_captcha_without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    image = drawn((300, 100))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="Pillow"):
        solve_captcha(image)


def test_recorded_captcha() -> None:
    folder = Path(os.environ.get("MYBMW_FINGERPRINTS", "")) / "auth"
    file = folder / "auth_slider_captcha.json"
    if "MYBMW_FINGERPRINTS" not in os.environ or not file.is_file():
        pytest.skip("no recorded captcha")
    answer = json.loads(file.read_text(encoding="utf-8"))
    assert solve_captcha(base64.b64decode(answer["data"]["backGroundImg"])) == "0.81"


def jwt(claims: object, *, signature: str = "c2lnbmF0dXJl") -> str:
    header, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    return f"{header}.{body}.{signature}"


def test_token_expiry_of_a_token_like_the_recorded_one() -> None:
    claims = {"jti": "DUMMY$1$A$1", "nbf": 1637707916, "exp": 1637711216, "iat": 1637707916}
    assert token_expiry(jwt(claims)) == datetime(2021, 11, 23, 23, 46, 56, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)), st.text())
def test_token_expiry_survives_any_padding(moment: datetime, filler: str) -> None:
    moment = moment.replace(microsecond=0)
    assert token_expiry(jwt({"jti": filler, "exp": int(moment.timestamp())})) == moment


@pytest.mark.parametrize("token", ["", "some_token_string", "..", "a.b.c", "a.é.c", "a.b.c.d"])
def test_token_expiry_of_other_text(token: str) -> None:
    assert token_expiry(token) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"exp": -(10**15)},
        {"exp": float("nan")},
        {"exp": float("inf")},
        [1],
        "exp",
        5,
        None,
    ],
)
def test_token_expiry_of_odd_claims(claims: object) -> None:
    assert token_expiry(jwt(claims)) is None


@pytest.mark.parametrize("body", [b"[" * 200_000, b"9" * 5_000], ids=["too deep", "too long"])
def test_token_expiry_of_hostile_claims(body: bytes) -> None:
    assert token_expiry(f"a.{base64.urlsafe_b64encode(body).decode()}.c") is None


@given(st.text() | st.tuples(st.text(), st.text(), st.text()).map(".".join))
def test_token_expiry_never_raises_for_text(token: str) -> None:
    assert token_expiry(token) is None or isinstance(token_expiry(token), datetime)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("exp"), inner),
)


@given(json_values | json_values.map(lambda value: {"exp": value}))
def test_token_expiry_never_raises_for_claims(claims: object) -> None:
    expiry = token_expiry(jwt(claims))
    assert expiry is None or expiry.tzinfo is UTC
