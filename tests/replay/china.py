"""The login of china: RSA password, slider captcha, nonce (mybmw-app.md#login-in-china)."""

from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from hashlib import sha256
import hmac
import json
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import httpx

from .pictures import SLIDER_SIZE, draw_slider
from .wire import Inbound, RefusedError, check_login_headers
from .world import Tokens, World

TOLERANCE: Final = 0.02
_MIRROR: Final = "01234abcdefghijklmnopqrstuvwxyz56789"
_NONCE_VERSION: Final = "u3.6.1"
_REFUSED: Final = {
    "data": None,
    "code": 699121,
    "error": True,
    "msgType": "toast",
    "description": "系统异常，请稍后再试！",
}


def _enveloped(data: Any) -> httpx.Response:
    answer = {"data": data, "code": 200, "error": False, "description": "ok"}
    return httpx.Response(200, json=answer)


def _key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=1024)


@dataclass(slots=True)
class ChinaLogin:
    """The login; every captcha has one position and can be used once."""

    world: World
    tokens: Tokens
    _key: RSAPrivateKey = field(default_factory=_key)
    _positions: dict[str, float] = field(default_factory=dict)
    _solved: set[str] = field(default_factory=set)

    def public_key(self, inbound: Inbound) -> httpx.Response:
        """Step 1: PEM with CRLF, its base64 in one line, as recorded."""
        check_login_headers(inbound, self.world.region)
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        lines = ("-----BEGIN PUBLIC KEY-----", b64encode(der).decode(), "-----END PUBLIC KEY-----")
        return _enveloped({"value": "\r\n".join(lines), "expires": "3600"})

    def captcha(self, inbound: Inbound) -> httpx.Response:
        """Step 2: a picture with a light block, whose position is (x - 26) / width."""
        check_login_headers(inbound, self.world.region)
        if not (_object(inbound).get("mobile")):
            raise RefusedError(400, "Field mobile is missing")
        seed = self.world.random.getrandbits(32)
        picture, x = draw_slider(seed)
        verify_id = self.world.word()
        self._positions[verify_id] = (x - 26) / SLIDER_SIZE[0]
        image = b64encode(picture).decode()
        return _enveloped({"verifyId": verify_id, "backGroundImg": image, "cutImg": ""})

    def check(self, inbound: Inbound) -> httpx.Response:
        """Step 4: the position, as text, within the tolerance."""
        check_login_headers(inbound, self.world.region)
        body = _object(inbound)
        position, verify_id = body.get("position"), body.get("verifyId")
        if not isinstance(position, str) or not isinstance(verify_id, str):
            raise RefusedError(400, "Fields position and verifyId must be text")
        place = self._positions.pop(verify_id, None)
        try:
            distance = abs(float(position) - place) if place is not None else 1.0
        except ValueError:
            distance = 1.0
        if distance > TOLERANCE:
            raise RefusedError(422, _REFUSED)
        self._solved.add(verify_id)
        return _enveloped(None)

    def login(self, inbound: Inbound) -> httpx.Response:
        """Step 5: a solved captcha, the encrypted password and a nonce for the user."""
        check_login_headers(inbound, self.world.region)
        self._check_nonce(inbound, self.world.username)
        body = _object(inbound)
        if body.keys() != {"mobile", "password", "verifyId", "deviceId"}:
            raise RefusedError(400, "Fields mobile, password, verifyId and deviceId expected")
        solved = body["verifyId"] in self._solved
        self._solved.discard(body["verifyId"])
        users = {body["mobile"], body["deviceId"]}
        if not solved or users != {self.world.username} or not self._matches(body["password"]):
            raise RefusedError(422, _REFUSED)
        tokens = self.tokens.issue(self._jwt())
        del tokens["expires_in"]
        return _enveloped({**tokens, "cid": "DUMMY"})

    def refresh(self, inbound: Inbound) -> httpx.Response:
        """Refresh with a nonce for the GCID; the answer has no envelope."""
        check_login_headers(inbound, self.world.region)
        self._check_nonce(inbound, self.world.gcid, "")
        form = inbound.form()
        if form.keys() != {"refresh_token", "grant_type"}:
            raise RefusedError(400, "Fields refresh_token and grant_type expected")
        if form["grant_type"] != "refresh_token" or not self.tokens.redeem(form["refresh_token"]):
            raise RefusedError(422, _REFUSED)
        return httpx.Response(200, json=self.tokens.issue(self._jwt()))

    def _matches(self, password: str) -> bool:
        try:
            clear = self._key.decrypt(b64decode(password, validate=True), PKCS1v15())
        except ValueError:
            return False
        return clear == self.world.password.encode()

    def _jwt(self) -> str:
        now = int(self.world.clock().timestamp())
        claims = {"jti": self.world.word(), "nbf": now, "exp": now + self.tokens.lifetime}
        head = _segment({"alg": "HS256", "typ": "JWT"}) + "." + _segment({**claims, "iat": now})
        signature = hmac.digest(b"simulated", head.encode(), "sha256")
        return f"{head}.{urlsafe_b64encode(signature).decode().rstrip('=')}"

    def _check_nonce(self, inbound: Inbound, *users: str) -> None:
        """Raise Refused (400) unless the nonce is valid for the user (mybmw-app.md#login-nonce)."""
        nonce = inbound.header("x-login-nonce")
        if not nonce:
            raise RefusedError(400, "Header x-login-nonce is missing")
        try:
            user = read_nonce(nonce)
        except ValueError as error:
            raise RefusedError(400, f"Header x-login-nonce: {error}") from None
        if user not in users:
            raise RefusedError(400, f"Header x-login-nonce is for {user!r}")


def _object(inbound: Inbound) -> dict[str, Any]:
    body = inbound.json()
    if not isinstance(body, dict):
        raise RefusedError(400, "A JSON object is expected")
    return body


def _segment(claims: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def read_nonce(nonce: str) -> str:
    """Return the user in a login nonce; ValueError if it is malformed."""
    k2, i1, da, rest = nonce[:8], nonce[8:16], nonce[16:48], nonce[48:]
    cipher, k1, i2, db = rest[:-48], rest[-48:-40], rest[-40:-32], rest[-32:]
    user, date, echo = _decrypt(cipher, k1 + k2, i1 + i2).rsplit("&", 2)
    digest = sha256(f"{k2}{i1}{_NONCE_VERSION}{user[-4:]}{k1}{i2}".encode()).hexdigest()
    if da + db != digest:
        raise ValueError("the digest is wrong")
    if echo != k1 or not date.endswith("GMT"):
        raise ValueError("date or key are wrong")
    parsedate_to_datetime(date)
    return user


def _decrypt(cipher: str, key: str, vector: str) -> str:
    """Decrypt AES-128-CBC; two characters of the key are mirrored first."""
    mirrored = "".join(
        _MIRROR[35 - _MIRROR.index(char)] if place in (4, 12) else char
        for place, char in enumerate(key)
    )
    decryptor = Cipher(AES(mirrored.encode()), CBC(vector.encode())).decryptor()
    padded = decryptor.update(bytes.fromhex(cipher)) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()
