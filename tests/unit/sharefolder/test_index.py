from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.errors import Disconnected
from sharefolder.index import bigram, crawl
from sharefolder.index.readable import first_readable
from sharefolder.index.snippet import marks, snippet
from sharefolder.index.store import IndexStore, Wish
from sharefolder.index.usage import Usage
from sharefolder.local import LocalStorage
from sharefolder.model import Entry

NOTHING = Report(lambda _done, _total, _text: None)
WORDS = [
    "令和",
    "公園",
    "道路",
    "災害",
    "土木部",
    "橋りょう",
    "予算",
    "R8",
    "GIS",
    "課",
    "々",
    "ー",
    "高松市",
]


def entry(path: str, changed: float = 1.0) -> Entry:
    return Entry(path, path.rpartition("/")[2], False, 1, changed)


@pytest.fixture
def index(tmp_path: Path) -> IndexStore:
    return IndexStore(tmp_path / "index" / "share.db")


@pytest.fixture(params=[2_000, 0], ids=["few hits", "many hits"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> IndexStore:
    """Hits put in order by their dates, and entries looked through by date: the same answers."""
    return IndexStore(tmp_path / "index" / "share.db", request.param)


def paths(index: IndexStore, words: str, **filters: object) -> set[str]:
    return {hit.entry.path for hit in index.search(Wish(words, **filters))}  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_every_word_is_found_exactly_where_a_substring_search_finds_it(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Recall and precision 1.0 against the oracle, for words of one character and more."""
    draw = random.Random(seed)
    index = IndexStore(tmp_path_factory.mktemp("index") / "share.db", few=draw.choice((0, 2_000)))
    texts = {f"{n}.txt": "".join(draw.choices([*WORDS, "\n", "、"], k=12)) for n in range(25)}
    entries = [entry(path) for path in texts]
    index.put(entries, lambda _e: True)
    index.read([(e, bigram.lines(texts[e.path]), "") for e in entries])
    for word in [*WORDS, "和公", "部橋", "g"]:
        truth = {path for path, text in texts.items() if bigram.fold(word) in bigram.fold(text)}
        found = {hit.entry.path for hit in index.search(Wish(word)) if hit.in_text}
        assert found == truth, word


@given(st.text(max_size=40))
def test_no_query_is_syntax(query: str) -> None:
    index = IndexStore(Path(os.environ["MAHOROBA_HOME"]) / "x.db")
    index.search(Wish(query))
    index.search(Wish(f'{query}" OR * NEAR('))


def test_width_case_and_spaces_between_kanji_do_not_matter(index: IndexStore) -> None:
    index.put([entry("ﾄﾞｳﾛ台帳　２０２６.XLSX"), entry("土 木 部.txt")], lambda _e: False)
    assert paths(index, "ドウロ台帳 2026") == {"ﾄﾞｳﾛ台帳　２０２６.XLSX"}
    assert paths(index, "土木部") == {"土 木 部.txt"}


def test_the_newest_comes_first_whenever_it_was_put(either: IndexStore) -> None:
    dated = [(entry(f"課/予算{number}.txt", number * 86_400.0), number) for number in range(300)]
    random.Random(5).shuffle(dated)
    either.put([each for each, _number in dated], lambda e: e.name < "予算2")
    waiting = either.waiting(500)
    either.read([(each, "予算\n要求", "") for each in waiting])
    hits = either.search(Wish("予算"), 60)
    assert [hit.entry.name for hit in hits] == [f"予算{number}.txt" for number in range(299, 239, -1)]
    written = [hit.entry for hit in either.search(Wish("要求"), 500)]
    assert written == sorted(waiting, key=lambda each: -each.changed)
    either.forget(["課/予算299.txt"])
    assert either.search(Wish("予算"), 1)[0].entry.name == "予算298.txt"


def test_a_hit_of_this_reader_is_found_behind_any_number_of_others(either: IndexStore) -> None:
    others = [entry(f"人事課/予算{number}.txt", 1e9 + number) for number in range(3_000)]
    either.put([entry("財政課/予算の要点.txt"), *others], lambda _e: False)

    def may_read(asked: Sequence[str]) -> list[bool]:
        return [path.startswith("財政課/") for path in asked]

    found = first_readable(may_read, either.found(Wish("予算")), 60)
    assert ([hit.entry.path for hit in found.hits], found.whole) == (["財政課/予算の要点.txt"], True)
    cut = first_readable(may_read, either.found(Wish("予算")), 60, patience_s=-1.0)
    assert (cut.hits, cut.whole) == ([], False), "whoever had no time says so"
    (narrowed,) = either.search(Wish("予算", section="財政課"), 60)
    assert narrowed.entry.path == "財政課/予算の要点.txt"


def test_filters_by_section_kind_and_year(either: IndexStore) -> None:
    index = either
    in_2020, in_2026 = 1_590_000_000.0, 1_780_000_000.0
    index.put(
        [
            entry("土木部/予算.xlsx", in_2026),
            entry("土木部2/予算.xlsx", in_2026),
            entry("税務課/予算.pdf", in_2020),
        ],
        lambda _e: False,
    )
    assert paths(index, "予算", section="土木部") == {"土木部/予算.xlsx"}
    assert paths(index, "予算", kinds=frozenset({"pdf"})) == {"税務課/予算.pdf"}
    assert paths(index, "予算", year=2020) == {"税務課/予算.pdf"}


@pytest.fixture
def share(tmp_path: Path) -> Path:
    root = tmp_path / "share"
    (root / "土木部").mkdir(parents=True)
    (root / "土木部" / "橋.txt").write_text("令和8年度の橋りょう点検", "cp932")
    (root / "税.csv").write_text("税目,額\n県民税,１，２００", "utf-8-sig")
    return root


def crawled(root: Path, index: IndexStore, sandbox: Sandbox) -> crawl.Crawled:
    storage = LocalStorage(root)
    result = crawl.list_again(storage, index, NOTHING)
    crawl.read_waiting(storage, index, sandbox, NOTHING)
    return result


def test_what_changes_on_the_share_changes_in_the_index(
    share: Path, index: IndexStore, sandbox: Sandbox
) -> None:
    crawled(share, index, sandbox)
    assert paths(index, "点検") == {"土木部/橋.txt"}
    assert crawled(share, index, sandbox).changed == 0
    (share / "土木部" / "橋.txt").write_text("通行止め", "utf-8")
    (share / "税.csv").unlink()
    crawled(share, index, sandbox)
    assert paths(index, "点検") == set()
    assert paths(index, "通行止め") == {"土木部/橋.txt"}
    assert paths(index, "税") == set()
    shutil.rmtree(share / "土木部")
    (share / "土木部").write_text("いまはファイル", "utf-8")
    crawled(share, index, sandbox)
    assert paths(index, "通行止め") == set()
    (share / "土木部").unlink()
    crawled(share, index, sandbox)
    assert index.counts() == {}


@pytest.mark.parametrize("in_place", [True, False])
def test_what_is_put_in_a_files_place_with_its_size_and_time_is_read(
    share: Path, index: IndexStore, sandbox: Sandbox, in_place: bool
) -> None:
    file = share / "土木部" / "橋.txt"
    os.utime(file, (1e9, 1e9))
    crawled(share, index, sandbox)
    time.sleep(0.02)  # more than a step of the clock that dates files
    size = file.stat().st_size
    other = file if in_place else share / "other"
    other.write_bytes("堤防の見まわり".encode("cp932").ljust(size))
    os.utime(other, (1e9, 1e9))
    other.replace(file)
    assert file.stat().st_size == size
    assert crawled(share, index, sandbox).changed == 1
    assert paths(index, "点検") == set()
    assert paths(index, "堤防") == {"土木部/橋.txt"}


def test_what_is_not_searched_is_named_with_its_reason(
    share: Path, index: IndexStore, sandbox: Sandbox
) -> None:
    (share / "名簿.csv").write_text("氏名,住所\n" * 200_000 + "松江太郎,末尾\n", "utf-8")
    (share / "一太郎.JTD").write_bytes(b"x")
    (share / "絵.png").write_bytes(b"x")
    crawled(share, index, sandbox)
    assert paths(index, "住所") == {"名簿.csv"}
    assert paths(index, "松江太郎") == set()
    assert dict(index.unread()) == {"名簿.csv": "partly", "一太郎.JTD": "kind"}
    assert all(reason_words(reason) != reason for _path, reason in index.unread())


def test_one_change_costs_one_folder_and_the_new_ones_in_it(
    share: Path, index: IndexStore, sandbox: Sandbox
) -> None:
    storage = LocalStorage(share)
    crawled(share, index, sandbox)
    (share / "土木部" / "新" / "中").mkdir(parents=True)
    (share / "土木部" / "新" / "中" / "堤防.txt").touch()
    (share / "別.txt").touch()
    seen = crawl.list_changed(storage, index, NOTHING, "土木部/新/中")
    assert (paths(index, "堤防"), seen.folders) == ({"土木部/新/中/堤防.txt"}, 3)
    assert paths(index, "別") == set()


def test_a_vanished_share_forgets_nothing(share: Path, index: IndexStore, sandbox: Sandbox) -> None:
    crawled(share, index, sandbox)
    before = index.counts()
    share.rename(share.with_name("elsewhere"))
    with pytest.raises(Disconnected):
        crawled(share, index, sandbox)
    assert index.counts() == before


def test_parts_and_lock_files_are_not_for_people(share: Path, index: IndexStore, sandbox: Sandbox) -> None:
    (share / ".mahoroba-0123456789abcdef.part").touch()
    (share / "~$予算.xlsx").touch()
    crawled(share, index, sandbox)
    assert sum(index.counts().values()) == 3


def test_the_sentence_around_the_words_and_where_they_stand() -> None:
    found = snippet("一行目\n令和８年度の橋りょう点 検の結果\n", "8年度 点検")
    assert found is not None
    assert [found.text[a:b] for a, b in found.marks] == ["８年度", "点 検"]
    assert snippet("無関係", "点検") is None
    assert marks("点検点検", "点検") == ((0, 4),)


@pytest.mark.shared_data
def test_every_document_is_read_or_refused_with_a_reason(
    shared_data: Path, index: IndexStore, sandbox: Sandbox
) -> None:
    """All of the damaged and hostile documents and the real workbooks: no hang, no crash of ours."""
    storage = LocalStorage(shared_data)
    for folder in ("documents", "workbooks"):
        crawl.list_again(storage, index, NOTHING, folder)
    total = crawl.read_waiting(storage, index, sandbox, NOTHING)
    counts = index.counts()
    assert total == len(list((shared_data / "documents").iterdir())) + len(
        list((shared_data / "workbooks").iterdir())
    )
    assert counts["text"] >= 0.9 * total
    unread = index.unread()
    assert counts["text"] + len(unread) + counts.get("none", 0) == total
    assert all(reason_words(reason) != reason for _path, reason in unread), "each reason is a sentence"
    assert len(paths(index, "高松市")) > 50


def test_a_month_that_is_over_is_a_number(tmp_path: Path) -> None:
    """Who it was is gone from the disk with the month's key; the same person counts anew in the next."""
    month = ["2026-11"]
    usage = Usage(tmp_path / "usage.json", lambda: month[0])
    for account in (1001, 1002, 1001):
        usage.came(account)
    assert usage.months() == {"2026-11": 2}
    before = (tmp_path / "usage.json").read_text("ascii")
    people = [part for part in before.split('"') if len(part) == 24]
    assert len(people) == 2
    month[0] = "2026-12"
    assert usage.months() == {"2026-11": 2, "2026-12": 0}
    after = (tmp_path / "usage.json").read_text("ascii")
    assert not [person for person in people if person in after]
    (tmp_path / "usage.json").write_text("damaged")
    usage.came(1001)
    assert usage.months() == {"2026-12": 1}
