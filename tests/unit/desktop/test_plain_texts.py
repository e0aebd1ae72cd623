"""No text from outside becomes markup: where Qt would guess, the code says that it is plain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

DESKTOP = Path(__file__).resolve().parents[3] / "desktop"
TIPS = {"setToolTip": -1, "showText": 1}
"""Calls that show a tool tip, and which argument it is."""
MARKUP = {"setHtml": ("desktop/pages/sharefolder/found.py",), "setTextFormat": ("desktop/ui/page.py",)}
"""Calls that choose how a text is read, and the files that may: each escapes, or says PlainText."""


def told(source: str, name: str) -> Iterator[str]:
    """Every place of ``source`` where Qt would be left to guess."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = f"{name}:{call.lineno}: {ast.unparse(call)[:90]}"
        tip = call.args[TIPS[called]] if called in TIPS and call.args else None
        if called == "setData" and "ToolTipRole" in ast.unparse(call):
            tip = call.args[-1]
        if tip is not None and not _plain_tip(tip, source):
            yield place
        if called == "QLabel" and name != "desktop/ui/page.py" and not all(map(_constant, call.args)):
            yield place
        if called in MARKUP and name not in MARKUP[called]:
            yield place

    for asked in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.If)):
        if "ToolTipRole" in ast.unparse(asked.test):
            for line in (node for part in asked.body for node in ast.walk(part)):
                if isinstance(line, ast.Return) and line.value and not _plain_tip(line.value, source):
                    yield f"{name}:{line.lineno}: {ast.unparse(line)[:90]}"


def _plain_tip(tip: ast.expr, source: str) -> bool:
    """``plain(…)``, our own finished words, or a name that was made so in the same file."""
    if isinstance(tip, ast.Name):
        return f"{tip.id} = plain(" in source
    own = isinstance(tip, ast.Call) and isinstance(tip.func, ast.Name)
    return own and (tip.func.id == "plain" or (tip.func.id == "_" and all(map(_constant, tip.args))))  # type: ignore[union-attr, attr-defined]


def _constant(argument: ast.expr) -> bool:
    """Words of ours, or the widget that it is in."""
    return isinstance(argument, ast.Constant) or ast.unparse(argument) in ("self", "parent")


def test_no_label_and_no_tool_tip_is_left_to_qts_guess() -> None:
    files = sorted(DESKTOP.rglob("*.py"))
    assert len(files) > 100
    found = [
        place
        for file in files
        for place in told(file.read_text("utf-8"), file.relative_to(DESKTOP.parent).as_posix())
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "made.setToolTip(name)",
        "item.setToolTip(0, name)",
        'made.setToolTip(_("「{name}」").format(name=name))',
        "QToolTip.showText(place, name, self)",
        "QLabel(name)",
        "QLabel(name, self)",
        "label.setTextFormat(form)",
        "document.setHtml(text)",
        "def data(role):\n    if role in (DisplayRole, ToolTipRole):\n        return name",
        "item.setData(Qt.ItemDataRole.ToolTipRole, name)",
    ],
)
def test_each_such_line_is_found(line: str) -> None:
    assert len(list(told(line, "desktop/pages/some.py"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "made.setToolTip(plain(name))",
        'made.setToolTip(_("閉じる"))',
        "QLabel()",
        "QLabel(self)",
        "if role == ToolTipRole:\n    say(plain(name))",
    ],
)
def test_what_is_said_to_be_plain_is_not(line: str) -> None:
    assert list(told(line, "desktop/pages/some.py")) == []
