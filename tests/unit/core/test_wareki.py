"""Dates as offices write them: era boundaries, 元年, full-width typing, and mistakes named."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SuiteError
from core.wareki import (
    format_date,
    format_datetime,
    format_fiscal_year,
    format_month,
    format_short,
    format_short_fiscal_year,
    parse_date,
)

GREGORIAN = date(1873, 1, 1)
BOUNDARIES = [
    (date(1873, 1, 1), "明治6年1月1日（水）"),
    (date(1912, 7, 29), "明治45年7月29日（月）"),
    (date(1912, 7, 30), "大正元年7月30日（火）"),
    (date(1926, 12, 24), "大正15年12月24日（金）"),
    (date(1926, 12, 25), "昭和元年12月25日（土）"),
    (date(1989, 1, 7), "昭和64年1月7日（土）"),
    (date(1989, 1, 8), "平成元年1月8日（日）"),
    (date(2019, 4, 30), "平成31年4月30日（火）"),
    (date(2019, 5, 1), "令和元年5月1日（水）"),
    (date(2019, 12, 31), "令和元年12月31日（火）"),
    (date(2020, 1, 1), "令和2年1月1日（水）"),
    (date(2026, 11, 23), "令和8年11月23日（月）"),
]


@pytest.mark.parametrize(("day", "text"), BOUNDARIES)
def test_each_era_begins_and_ends_on_its_day(day: date, text: str) -> None:
    assert format_date(day) == text
    assert parse_date(text) == day


def test_a_month_is_called_by_the_era_of_its_first_day() -> None:
    days = (date(2026, 11, 30), date(2019, 5, 1), date(1989, 1, 31), date(1926, 12, 31))
    assert [format_month(day) for day in days] == [
        "令和8年11月",
        "令和元年5月",
        "昭和64年1月",
        "大正15年12月",
    ]


def test_a_fiscal_year_is_called_by_the_era_of_its_december() -> None:
    assert [format_fiscal_year(year) for year in (1988, 2018, 2019, 2026)] == [
        "昭和63年度",
        "平成30年度",
        "令和元年度",
        "令和8年度",
    ]
    assert [format_short_fiscal_year(year) for year in (2018, 2019, 2026)] == ["H30", "R1", "R8"]


@given(st.dates(min_value=GREGORIAN, max_value=date(2117, 12, 31)))
def test_what_is_written_is_read_back(day: date) -> None:
    assert parse_date(format_date(day)) == day


@given(
    st.dates(min_value=GREGORIAN),
    st.sampled_from(["{:%Y-%m-%d}", "{:%Y/%m/%d}", "{0.year}年{0.month}月{0.day}日"]),
)
def test_western_dates_are_read(day: date, pattern: str) -> None:
    assert parse_date(pattern.format(day)) == day


@pytest.mark.parametrize(
    "text",
    [
        "R8.11.23",
        "r8.11.23",
        "R08.11.23",
        "Ｒ８．１１．２３",
        "R8/11/23",
        "R8-11-23",
        "R8−11−23",
        "令和8年11月23日",
        "令和８年１１月２３日（月）",
        "令和8年11月23日(月)",
        " 令和 8 年 11 月 23 日 ",
        "㋿8年11月23日",
        "2026/11/23",
        "2026-11-23",
        "２０２６／１１／２３",
        "2026.11.23",
        "2026年11月23日（月）",
        "\u30002026/11/23\u3000",
    ],
)
def test_what_people_type_is_read(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["R元.5.1", "R1.5.1", "令和元年5月1日", "令和1年5月1日", "令和01年05月01日"])
def test_the_first_year_may_be_written_both_ways(text: str) -> None:
    assert parse_date(text) == date(2019, 5, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今日",
        "R8.13.1",
        "R8.2.29",
        "2026-02-30",
        "R0.1.1",
        "R8.11",
        "8.11.23",
        "2026-11-23T00:00",
        "X8.11.23",
        "R8.11.23 24:00",
        "1872-12-31",
        "M5.12.2",
        "R八.1.1",
        "R٨.1.1",
        "令和8年11月23日（）",
        "R8.11.23" + " " * 100,
        "9" * 10_000,
        "﷽" * 64,
        "\x00",
    ],
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SuiteError, match=r"R8\.11\.23") as caught:
        parse_date(text)
    assert caught.value.code == "DATE-001"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("平成31年5月1日", "令和元年5月1日（水）"),
        ("昭和64年1月8日", "平成元年1月8日（日）"),
        ("H35.4.1", "令和5年4月1日（土）"),
        ("令和元年4月30日", "平成31年4月30日（火）"),
        ("明治45年7月30日", "大正元年7月30日（火）"),
    ],
)
def test_a_day_outside_the_era_is_refused_and_the_right_one_offered(text: str, suggestion: str) -> None:
    with pytest.raises(SuiteError) as caught:
        parse_date(text)
    assert caught.value.code == "DATE-002"
    assert suggestion in caught.value.next_step


def test_a_wrong_weekday_is_pointed_out() -> None:
    with pytest.raises(SuiteError) as caught:
        parse_date("令和8年11月23日（火）")
    assert caught.value.code == "DATE-003"
    assert "（月）" in caught.value.next_step


def test_years_before_the_gregorian_calendar_have_no_form() -> None:
    with pytest.raises(ValueError, match="1873"):
        format_date(date(1872, 12, 31))


def test_a_moment_is_shown_in_japanese_time() -> None:
    assert format_datetime(datetime(2026, 11, 23, 17, 30)) == "令和8年11月23日（月）17:30"
    assert format_datetime(datetime(2019, 4, 30, 15, 0, tzinfo=UTC)) == "令和元年5月1日（水）00:00"
    assert format_short(datetime(2026, 11, 23, 17, 30)) == "R8.11.23（月）17:30"
    assert format_short(datetime(2026, 11, 23, 17, 30, 5), seconds=True) == "R8.11.23（月）17:30:05"
    assert format_short(datetime(2019, 4, 30, 15, 0, tzinfo=UTC)) == "R1.5.1（水）00:00"
    assert parse_date(format_short(datetime(1926, 12, 25, 9, 5)).removesuffix("09:05")) == date(1926, 12, 25)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(SuiteError):
        assert parse_date(text) >= GREGORIAN
