"""Which kinds of file are looked into, by suffix."""

from __future__ import annotations

TEXT = frozenset({"txt", "csv", "tsv", "md", "log", "json", "xml", "html", "htm", "ini", "toml"})
SHEETS = frozenset({"xlsx", "xlsm", "xlsb", "xls", "ods"})
KNOWN = TEXT | SHEETS | {"docx", "docm", "pptx", "pptm", "pdf"}
IMAGES = frozenset({"jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp"})
PICTURED = IMAGES | {"pdf"}
CLOSED = frozenset(
    {"doc", "dot", "ppt", "pps", "rtf", "jtd", "jtt", "jaw", "odt", "odp", "vsd", "vsdx", "msg", "eml"}
)
"""Documents in which people expect words to be found, and for which there is no reader here."""
UNKNOWN_KIND = "kind"
"""The reason that is given for them."""
