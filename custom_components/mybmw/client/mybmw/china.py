"""Functions for the login in China: encrypted password, nonce, slider captcha, token expiry.

See docs/protocols/mybmw-app.md#login-in-china and #login-nonce.
"""

import base64
from datetime import UTC, datetime
from email.utils import format_datetime
import hashlib
import io
import json
import secrets
import struct
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

_NONCE_VERSION: Final = "u3.6.1"
_MIRROR_TABLE: Final = "01234abcdefghijklmnopqrstuvwxyz56789"
_MIRROR: Final = str.maketrans(_MIRROR_TABLE, _MIRROR_TABLE[::-1])

_GAP_COLOR: Final = (220, 230, 221)
_GAP_TOLERANCE: Final = 15
_GAP_WIDTH: Final = 15
_GAP_HEIGHT: Final = 75
_SLIDER_OFFSET: Final = 26
_MAX_PIXELS: Final = 4_000_000
_DECODING_ERRORS: Final = (OSError, ValueError, SyntaxError, LookupError, EOFError, struct.error)


def encrypt_password(password: str, public_key_pem: str) -> str:
    """Return the RSA PKCS#1 v1.5 encrypted password in base64; raise ValueError for a bad key."""
    try:
        key = load_pem_public_key(public_key_pem.encode())
    except UnsupportedAlgorithm as err:
        raise ValueError("The public key is of an unknown kind") from err
    if not isinstance(key, RSAPublicKey):
        raise ValueError("The public key is not an RSA key")
    return base64.b64encode(key.encrypt(password.encode(), PKCS1v15())).decode("ascii")


def login_nonce(
    user: str | None, now: datetime, key: str | None = None, iv: str | None = None
) -> str:
    """Return the x-login-nonce; key and iv are 16 lower-case hex characters."""
    user = user or ""
    key = key or secrets.token_hex(8)
    iv = iv or secrets.token_hex(8)
    head, tail = key[8:] + iv[:8], key[:8] + iv[8:]
    digest = hashlib.sha256(f"{head}{_NONCE_VERSION}{user[-4:]}{tail}".encode()).hexdigest()
    date = format_datetime(now.astimezone(UTC), usegmt=True)
    cipher = _encrypt_aes(f"{user}&{date}&{key[:8]}", _mirrored(key), iv)
    return f"{head}{digest[:32]}{cipher}{tail}{digest[32:]}"


def _mirrored(key: str) -> str:
    """Return the key with its characters 4 and 12 mirrored in the table."""
    return "".join(
        char.translate(_MIRROR) if index in (4, 12) else char for index, char in enumerate(key)
    )


def _encrypt_aes(text: str, key: str, iv: str) -> str:
    """Return AES-128-CBC of the padded text in lower-case hex."""
    padder = PKCS7(AES.block_size).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(AES(key.encode("ascii")), CBC(iv.encode("ascii"))).encryptor()
    return (encryptor.update(padded) + encryptor.finalize()).hex()


def solve_captcha(image: bytes) -> str:
    """Return the slider position as text, "" if there is no gap.

    Raises ValueError for an invalid image, and ImportError if Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as err:
        raise ImportError("The login in China needs the package Pillow", name="PIL") from err
    try:
        with Image.open(io.BytesIO(image), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                raise ValueError("The captcha is too large")
            picture = opened.convert("RGB")
    except (*_DECODING_ERRORS, Image.DecompressionBombError) as err:
        raise ValueError("The captcha is not a readable image") from err
    column = _gap_column(picture)
    return "" if column is None else str(round((column - _SLIDER_OFFSET) / picture.width, 2))


def _gap_column(picture: PillowImage) -> int | None:
    """Return the left edge of the first gap in an RGB picture, searched row by row."""
    if picture.width < _GAP_WIDTH or picture.height < _GAP_HEIGHT:
        return None
    starts = _eroded(_eroded(_gap_mask(picture), _GAP_WIDTH, 1, 0), _GAP_HEIGHT, 0, 1)
    index = starts.tobytes().find(b"\xff")
    return None if index < 0 else index % starts.width


def _gap_mask(picture: PillowImage) -> PillowImage:
    """Return a mask with 255 where all channels are close to the colour of the gap, else 0."""
    from PIL import ImageChops

    table = [
        255 if abs(value - target) <= _GAP_TOLERANCE else 0
        for target in _GAP_COLOR
        for value in range(256)
    ]
    red, green, blue = picture.point(table).split()
    return ImageChops.darker(ImageChops.darker(red, green), blue)


def _eroded(mask: PillowImage, length: int, right: int, down: int) -> PillowImage:
    """Return a mask with 255 where a run of this length begins, to the right or down."""
    from PIL import ImageChops

    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        width, height = mask.size
        x, y = step * right, step * down
        here, there = mask.crop((0, 0, width - x, height - y)), mask.crop((x, y, width, height))
        mask = ImageChops.darker(here, there)
        covered += step
    return mask


def token_expiry(access_token: str) -> datetime | None:
    """Return the claim `exp` of a JWT in UTC without verification, None if it is unreadable."""
    try:
        _, encoded, _ = access_token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except ValueError, TypeError, LookupError, OverflowError, OSError, RecursionError:
        return None
