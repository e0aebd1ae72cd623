"""A template at rest: a few vectors sealed with AES-256-GCM, bound to person and model. No picture.

Layout of the plain text, little-endian: ``MHT1``, u16 dimensions, u16 vectors, float32 values.
Sealed: 12-byte nonce, cipher text, 16-byte tag. Staff number, model and version are associated data,
so a row copied to another person, or read as another model's, does not open.
"""

from __future__ import annotations

import os
import struct

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from core.errors import SuiteError
from core.i18n import _

_MAGIC = b"MHT1"
_HEAD = struct.Struct("<4sHH")
_NONCE = 12
_TAG = 16
MOST_DIMENSIONS = 2048
MOST_VECTORS = 64


def seal(
    vectors: NDArray[np.float32], key: bytes, *, staff_number: str, model: str, model_version: str
) -> bytes:
    """Seal ``vectors`` (n, d) under a 32-byte ``key``. SuiteError FACE-101 if they are none."""
    values = np.ascontiguousarray(vectors, dtype="<f4")
    _check(values)
    plain = _HEAD.pack(_MAGIC, values.shape[1], values.shape[0]) + values.tobytes()
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(staff_number, model, model_version))


def unseal(
    sealed: bytes, key: bytes, *, staff_number: str, model: str, model_version: str
) -> NDArray[np.float32]:
    """The (n, d) vectors. SuiteError FACE-102 when tampered with, cut, another's, or another model's."""
    longest = _NONCE + _HEAD.size + 4 * MOST_DIMENSIONS * MOST_VECTORS + _TAG
    if not _NONCE + _HEAD.size + _TAG < len(sealed) <= longest:
        raise _unreadable()
    try:
        plain = AESGCM(key).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], _bound_to(staff_number, model, model_version)
        )
    except InvalidTag as error:
        raise _unreadable() from error
    magic, dimensions, count = _HEAD.unpack_from(plain)
    if magic != _MAGIC or len(plain) != _HEAD.size + 4 * dimensions * count:
        raise _unreadable()
    values = np.frombuffer(plain, "<f4", offset=_HEAD.size).reshape(count, dimensions)
    _check(values)
    return values.astype(np.float32)


def _bound_to(staff_number: str, model: str, model_version: str) -> bytes:
    parts = [p.encode() for p in ("mahoroba-template", staff_number, model, model_version)]
    return b"".join(struct.pack("<I", len(p)) + p for p in parts)


def _check(values: NDArray[np.float32]) -> None:
    if values.ndim != 2 or not (
        0 < values.shape[1] <= MOST_DIMENSIONS and 0 < values.shape[0] <= MOST_VECTORS
    ):
        raise _no_vectors()
    lengths = np.linalg.norm(values.astype(np.float64), axis=1)
    if not np.all((lengths > 0.1) & (lengths < 10.0)):  # 1 for most encoders, about 1.4 for dlib; NaN fails
        raise _no_vectors()


def _no_vectors() -> SuiteError:
    return SuiteError(
        _("顔の登録データを作れませんでした。"),
        _("顔の特徴の数値が正しくありません。"),
        _("もう一度、顔の登録をやり直してください。"),
        "FACE-101",
    )


def _unreadable() -> SuiteError:
    return SuiteError(
        _("顔の登録データを開けませんでした。"),
        _("データが壊れているか、別の人・別の方式のものです。"),
        _("暗証番号でサインインし、顔を登録し直してください。"),
        "FACE-102",
    )
