"""sqlite-utils, imported without numpy.

It looks for numpy only to convert numpy's own types on insert, which nobody here does: 13 MiB and a tenth of
a second of each process that opens a file.
"""

from __future__ import annotations

import sys

_ABSENT = "numpy" not in sys.modules
if _ABSENT:
    sys.modules["numpy"] = None  # type: ignore[assignment] # says "not there" to an import
try:
    from sqlite_utils import Database
finally:
    if _ABSENT:
        del sys.modules["numpy"]

__all__ = ["Database"]
