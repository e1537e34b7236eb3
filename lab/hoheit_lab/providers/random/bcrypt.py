"""bcrypt by the C library's crypt(3), which has it on all current Linux systems."""

import ctypes
import ctypes.util
import secrets
import string
import threading

_COST = 10
_SALT_LENGTH = 22
_HASH_LENGTH = 60
_ALPHABET = "./" + string.ascii_uppercase + string.ascii_lowercase + string.digits
# The result of crypt(3) lies in a buffer that all calls share.
_LOCK = threading.Lock()


def bcrypt_hash(password: str) -> str | None:
    """The hash, with a salt of its own; None where the C library has no bcrypt."""
    library = ctypes.util.find_library("crypt") or ctypes.util.find_library("c")
    salt = "".join(secrets.choice(_ALPHABET) for _ in range(_SALT_LENGTH - 1))
    # The last character holds two bits only: these four spell them without a rest.
    setting = f"$2b${_COST}${salt}{secrets.choice('.Oeu')}"
    return crypt(library, password, setting) if library else None


def crypt(library: str, password: str, setting: str) -> str | None:
    """Hash with the method and salt that the setting names."""
    try:
        function = ctypes.CDLL(library).crypt
    except (OSError, AttributeError):
        return None
    function.restype = ctypes.c_char_p
    function.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    with _LOCK:
        hashed: bytes | None = function(password.encode(), setting.encode())
    # A library without bcrypt answers with another method's hash, or a failure token.
    known = hashed is not None and len(hashed) == _HASH_LENGTH and hashed.startswith(b"$2b$")
    return hashed.decode() if hashed and known else None
