"""``python -m tests.gallery [SCENE ...]``: make the guides' pictures again, all or these."""

import os
import sys

from tests.gallery.pictures import DOCS, make

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for written in make(only=sys.argv[1:]):
    print(written.relative_to(DOCS), flush=True)
