"""The report of an incident as one text, to be handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.clock import TOKYO
from core.i18n import _
from core.wareki import format_short
from office.incident import Incident, Step
from office.incident_fields import KIND, KINDS, SECTIONS, TITLES, asked


def report_text(incident: Incident, fields: Mapping[str, str], timeline: Sequence[Step]) -> str:
    """The report to hand on: the kind's sections, then the timeline. A drill says so first."""
    lines = [_("【訓練】") if incident.drill else "", _("事案 {number}: {title}").format(
        number=incident.id, title=incident.title), ""]  # fmt: skip
    kind = dict(KINDS).get(fields.get(KIND, ""), KINDS[0][1])
    lines += [f"■ {_(TITLES[KIND])}", _(kind), ""]
    for section in (each for each in SECTIONS if asked(each, fields)):
        lines += [f"【{_(section.title)}】", ""]
        for name, title in section.fields:
            lines += [f"■ {_(title)}", fields.get(name, "").strip() or _("（確認中）"), ""]
    lines.append(f"【{_('時系列')}】")
    for step in timeline:
        when = format_short(datetime.fromtimestamp(step.time, TOKYO), seconds=True)
        words = " ".join(step.words.splitlines())
        lines.append("　".join(filter(None, (when, step.actor, step_words(step), step.subject, words))))
    return "\n".join(lines).lstrip("\n") + "\n"


def step_words(step: Step) -> str:
    """What a step was; a row of the trail carries its own words."""
    return {
        "opened": _("事案の開始"),
        "locked-person": _("職員を停止"),
        "locked-terminal": _("端末を停止"),
        "note": _("対応"),
        "closed": _("事案の終了"),
        "trail": "",
    }[step.kind]
