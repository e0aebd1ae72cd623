"""Showing a Kerberos ticket to a server: the GSS-API (RFC 2744) of the system's MIT library.

The Python packages for it exist as source only and would want a compiler on every terminal; what is needed of
it are a dozen calls. On Windows the same port is SSPI's, which pyspnego speaks by itself.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_int, c_size_t, c_uint32, c_void_p
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = "libgssapi_krb5.so.2"
_ROUTINE_ERROR, _CONTINUE = 0xFFFF0000, 1
_MUTUAL, _REPLAY, _SEQUENCE, _CONFIDENTIAL, _INTEGRITY = 2, 4, 8, 16, 32
_INITIATE = 1  # GSS_C_INITIATE
_MECH_CODE = 2


class Mechanism(Enum):
    """The OID's content octets."""

    KERBEROS = bytes.fromhex("2a864886f712010202")
    SPNEGO = bytes.fromhex("2b0601050502")


_HOST_BASED = bytes.fromhex("2a864886f71201020104")  # GSS_C_NT_HOSTBASED_SERVICE
_PRINCIPAL = bytes.fromhex("2a864886f71201020201")  # GSS_KRB5_NT_PRINCIPAL_NAME
_SESSION_KEY = bytes.fromhex("2a864886f71201020205" + "05")  # GSS_C_INQ_SSPI_SESSION_KEY


class Refusal(Enum):
    """Why there is no ticket for a service; the values are MIT's error codes (krb5_err.et)."""

    REVOKED = -1765328366
    POLICY = -1765328372
    EXPIRED = -1765328352
    UNREACHABLE = -1765328228
    UNKNOWN_SERVICE = -1765328377
    NO_TICKET = -1765328189
    OTHER = 0


class GssError(Exception):
    """``refusal`` and the library's own words (English, no secret in them)."""

    def __init__(self, refusal: Refusal, words: str) -> None:
        super().__init__(words)
        self.refusal = refusal


class _Buffer(ctypes.Structure):
    _fields_ = (("length", c_size_t), ("value", c_void_p))


class _Oid(ctypes.Structure):
    _fields_ = (("length", c_uint32), ("elements", c_void_p))


class _OidSet(ctypes.Structure):
    _fields_ = (("count", c_size_t), ("elements", POINTER(_Oid)))


class _BufferSet(ctypes.Structure):
    _fields_ = (("count", c_size_t), ("elements", POINTER(_Buffer)))


class _KeyValue(ctypes.Structure):
    _fields_ = (("key", ctypes.c_char_p), ("value", ctypes.c_char_p))


class _KeyValues(ctypes.Structure):
    _fields_ = (("count", c_uint32), ("elements", POINTER(_KeyValue)))


class Context:
    """One exchange with ``service`` on ``host``, from ``ticket_cache`` (None: the process's default cache).

    Blocks while the KDC is asked for the service's ticket: never on the window's thread.
    """

    def __init__(
        self,
        service: str,
        host: str,
        ticket_cache: Path | None = None,
        mechanism: Mechanism = Mechanism.SPNEGO,
        principal: str = "",
    ) -> None:
        """``principal``: whose ticket alone may be shown (with ``ticket_cache``); "": whoever's is there."""
        self.complete = False
        self._mechanism = _oid(mechanism.value)
        self._name, self._credential, self._context = c_void_p(), c_void_p(), c_void_p()
        name, kept = _buffer(f"{service}@{host}".encode())
        _call("gss_import_name", byref(name), byref(_oid(_HOST_BASED)), byref(self._name))
        del kept
        if ticket_cache is not None:
            self._credential = _credential(ticket_cache, principal, mechanism)

    def step(self, token: bytes | None = None) -> bytes | None:
        """The next token for the server; ``token``: its last one. GssError."""
        given, kept = _buffer(token or b"")
        out = _Buffer()
        flags = _MUTUAL | _REPLAY | _SEQUENCE | _CONFIDENTIAL | _INTEGRITY
        major = _call(
            "gss_init_sec_context", self._credential, byref(self._context), self._name,
            byref(self._mechanism), c_uint32(flags), c_uint32(0), None, byref(given), None, byref(out),
            None, None,
        )  # fmt: skip
        del kept
        self.complete = not major & _CONTINUE
        return _taken(out) or None

    @property
    def session_key(self) -> bytes:
        """The key that both sides now have."""
        found = POINTER(_BufferSet)()
        _call("gss_inquire_sec_context_by_oid", self._context, byref(_oid(_SESSION_KEY)), byref(found))
        try:
            first = found.contents.elements[0]
            return ctypes.string_at(first.value, first.length)
        finally:
            _call("gss_release_buffer_set", byref(found))

    def __del__(self) -> None:
        for release, handle in (
            ("gss_release_name", self._name),
            ("gss_release_cred", self._credential),
        ):
            if handle:
                _call(release, byref(handle))
        if self._context:
            _call("gss_delete_sec_context", byref(self._context), None)


def seconds_left(ticket_cache: Path) -> int:
    """How long the tickets of a cache still hold; 0: not at all. GssError NO_TICKET where there is none."""
    credential, left = _credential(ticket_cache), c_uint32()
    try:
        _call("gss_inquire_cred", credential, None, byref(left), None, None)
    finally:
        _call("gss_release_cred", byref(credential))
    return left.value


def principal_of(ticket_cache: Path) -> str:
    """Whose tickets a cache holds (``name@REALM``). GssError NO_TICKET where there is none."""
    credential, name, out = _credential(ticket_cache), c_void_p(), _Buffer()
    try:
        _call("gss_inquire_cred", credential, byref(name), None, None, None)
        _call("gss_display_name", name, byref(out), None)
        return _taken(out).decode("utf-8", "replace")
    finally:
        if name:
            _call("gss_release_name", byref(name))
        _call("gss_release_cred", byref(credential))


def available() -> bool:
    """Whether this machine has the library."""
    try:
        _library()
    except OSError:
        return False
    return True


@cache
def _library() -> Any:
    if sys.platform == "win32":
        raise OSError("Windows has SSPI instead")
    return ctypes.CDLL(LIBRARY)


def _call(name: str, *arguments: Any) -> int:
    """Call ``name`` with the minor status before ``arguments``; the major status. GssError on failure."""
    minor = c_uint32()
    major = int(getattr(_library(), name)(byref(minor), *arguments)) & 0xFFFFFFFF
    if major & _ROUTINE_ERROR:
        raise GssError(_refusal(minor.value), _words(minor.value))
    return major


def _refusal(minor: int) -> Refusal:
    signed = minor - (1 << 32) if minor & 0x80000000 else minor
    try:
        return Refusal(signed)
    except ValueError:
        return Refusal.OTHER


def _words(minor: int) -> str:
    said, more, out = c_uint32(), c_uint32(), _Buffer()
    kerberos = _oid(Mechanism.KERBEROS.value)
    _library().gss_display_status(
        byref(said), c_uint32(minor), c_int(_MECH_CODE), byref(kerberos), byref(more), byref(out)
    )
    return _taken(out).decode("utf-8", "replace")


def _credential(
    ticket_cache: Path, principal: str = "", mechanism: Mechanism = Mechanism.KERBEROS
) -> c_void_p:
    """Kerberos alone: no other mechanism that a machine may have is ever offered to a server."""
    store = (_KeyValue * 1)(_KeyValue(b"ccache", f"FILE:{ticket_cache}".encode()))
    found, name = c_void_p(), c_void_p()
    text, kept = _buffer(principal.encode())
    wanted, kerberos = (
        _OidSet(1, ctypes.pointer(_oid(each.value))) for each in (mechanism, Mechanism.KERBEROS)
    )
    try:
        if principal:
            _call("gss_import_name", byref(text), byref(_oid(_PRINCIPAL)), byref(name))
        _call(
            "gss_acquire_cred_from", name, c_uint32(0xFFFFFFFF), byref(wanted), c_int(_INITIATE),
            byref(_KeyValues(1, store)), byref(found), None, None,
        )  # fmt: skip
        if mechanism is Mechanism.SPNEGO:
            _call("gss_set_neg_mechs", found, byref(kerberos))
    finally:
        del kept
        if name:
            _call("gss_release_name", byref(name))
    return found


def _buffer(content: bytes) -> tuple[_Buffer, Any]:
    """The buffer and what must live as long as it."""
    kept = ctypes.create_string_buffer(content, len(content) or 1)
    return _Buffer(len(content), ctypes.cast(kept, c_void_p)), kept


def _taken(buffer: _Buffer) -> bytes:
    """The content of a buffer of the library's, which is given back."""
    content = ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""
    _library().gss_release_buffer(byref(c_uint32()), byref(buffer))
    return content


def _oid(content: bytes) -> _Oid:
    kept = ctypes.create_string_buffer(content, len(content))
    oid = _Oid(len(content), ctypes.cast(kept, c_void_p))
    oid.kept = kept
    return oid
