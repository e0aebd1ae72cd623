"""Which kinds of file are looked into, by suffix."""

from __future__ import annotations

TEXT = frozenset({"txt", "csv", "tsv", "md", "log", "json", "xml", "html", "htm", "ini", "toml"})
SHEETS = frozenset({"xlsx", "xlsm", "xlsb", "xls", "ods"})
KNOWN = TEXT | SHEETS | {"docx", "docm", "pptx", "pptm", "pdf"}
IMAGES = frozenset({"jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp"})
PICTURED = IMAGES | {"pdf"}
