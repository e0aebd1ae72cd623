"""What the report of an incident asks for, in sections; which of them, the kind of incident says.

For every incident: what a local government tells the Ministry of Internal Affairs and its prefecture (what
has happened, what is touched, what residents notice, what was done, how far it is mended, why, who answers).
These are the matters, not a printed form: whoever has one copies from here. Where personal data may have
leaked, also what the Personal Information Protection Commission is told (個人情報の保護に関する法律施行
規則 第 44 条; the same nine matters as its 第 8 条第 1 項): what is known at once, all of it within 30 days
(60 after a wrongful purpose).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.i18n import N_

KIND = "kind"
KINDS: tuple[tuple[str, str], ...] = (
    ("", N_("まだ分からない")),
    ("leak", N_("漏えい・誤送信")),
    ("loss", N_("紛失・盗難")),
    ("malware", N_("マルウェア・不正アクセス")),
    ("outage", N_("障害・停止")),
    ("other", N_("その他")),
)


@dataclass(frozen=True)
class Section:
    """``fields``: (name, title). ``kinds``: of which incidents; empty: of every one."""

    title: str
    hint: str
    fields: tuple[tuple[str, str], ...]
    kinds: frozenset[str] = frozenset()


SECTIONS = (
    Section(
        N_("あらまし"),
        N_("国（総務省）や都道府県への報告で聞かれる事項です。分かったことから書きます。"),
        (
            ("noticed", N_("検知した日時と経緯")),
            ("outline", N_("概要")),
            ("contact", N_("連絡先（担当課・氏名・電話）")),
        ),
    ),
    Section(
        N_("影響"),
        "",
        (
            ("systems", N_("影響を受けたシステム・端末・所属")),
            ("services", N_("住民サービスと業務への影響")),
        ),
    ),
    Section(
        N_("対応"),
        "",
        (
            ("containment", N_("封じ込めと応急の対応")),
            ("told", N_("報告・相談した先（総務省・都道府県・警察など）と日時")),
            ("published", N_("公表の実施状況")),
        ),
    ),
    Section(
        N_("復旧"),
        "",
        (
            ("recovery", N_("復旧の状況")),
            ("expected", N_("復旧した日時、または見込み")),
        ),
        frozenset({"", "malware", "outage", "other"}),
    ),
    Section(
        N_("個人情報の漏えい等"),
        N_(
            "個人情報保護委員会への報告の事項です（個人情報の保護に関する法律施行規則 第 44 条。概要・原因・"
            "公表・再発防止・その他は、ほかの欄のものを使います）。分かったことから速やかに、すべては 30 日"
            "（不正の目的のおそれがあるときは 60 日）以内に報告します。"
        ),
        (
            ("items", N_("漏えい等が発生し、または発生したおそれがある個人情報の項目")),
            ("people", N_("本人の数")),
            ("further", N_("二次被害またはそのおそれの有無とその内容")),
            ("informed", N_("本人への対応の実施状況")),
        ),
        frozenset({"", "leak", "loss", "malware", "other"}),
    ),
    Section(
        N_("原因と再発防止"),
        "",
        (
            ("cause", N_("原因")),
            ("prevention", N_("再発防止のための措置")),
            ("other", N_("その他参考となる事項")),
        ),
    ),
)
TITLES = {KIND: N_("事案の種類"), **{name: title for section in SECTIONS for name, title in section.fields}}


def asked(section: Section, words: Mapping[str, str]) -> bool:
    """Whether ``section`` belongs to a report of this kind; one with words in it is never left out."""
    filled = any(words.get(name, "").strip() for name, _title in section.fields)
    return filled or not section.kinds or words.get(KIND, "") in section.kinds
