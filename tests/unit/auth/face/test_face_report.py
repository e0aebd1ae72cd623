"""face-report: what a folder is taken for, what is written, and that it can be stopped and repeated."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from auth.face.compare import Metric
from auth.face.encode import AlignedEncoder
from auth.face.engine import FaceAnalyser, most_central
from auth.face.frame import Image
from auth.face.report import main, run
from auth.face.report import presentations as played
from auth.face.report.folder import Picture, read_folder
from auth.face.report.measure import measure
from auth.face.report.page import page
from auth.face.report.presentations import present
from auth.face.report.samples import Sample, collect, read_frame
from auth.face.report.summary import EngineUnderTest
from auth.face.report.verification import attack_matches, session_trials, still_trials
from core.errors import SuiteError
from core.jobs import Cancelled


def touch(root: Path, *places: str) -> None:
    for place in places:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_the_layout_says_what_a_picture_is(tmp_path: Path) -> None:
    touch(
        tmp_path,
        *("office/1/a.jpg", "office/1/b.png", "office/2/a.jpg", "3/a.jpg", "stray.jpg", "1/2/3/4/5/6.jpg"),
        *("set/live/1/mon/1.jpg", "set/print/1/mon/1.jpg", "set/screen/1/mon/1.jpg", "office/1/notes.txt"),
    )
    folder = read_folder(tmp_path)
    assert {(p.group, p.person) for p in folder.stills} == {
        ("office", "1"),
        ("office", "2"),
        (tmp_path.name, "3"),
    }
    assert [(p.group, p.person, p.session) for p in folder.live] == [("set", "1", "mon")]
    assert [p.species for p in folder.attacks] == ["print", "screen"]
    assert folder.ignored == 2


def test_sessions_may_lie_at_the_top(tmp_path: Path) -> None:
    touch(tmp_path, "live/1/mon/1.jpg", "live/2/mon/1.jpg", "print/1/mon/1.jpg")
    folder = read_folder(tmp_path)
    assert len(folder.live) == 2
    assert folder.attacks[0].group == tmp_path.name


@pytest.mark.parametrize(
    "places", [[], ["a/1.jpg", "a/2.jpg"], ["a.jpg"]], ids=["empty", "one person", "flat"]
)
def test_a_folder_without_two_people_is_refused(tmp_path: Path, places: Sequence[str]) -> None:
    touch(tmp_path, *places)
    with pytest.raises(SuiteError) as caught:
        read_folder(tmp_path)
    assert caught.value.code == "FACE-030"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as caught:
        read_folder(tmp_path / "nowhere")
    assert caught.value.code == "FACE-030"


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut"], ids=["empty", "text", "cut"]
)
def test_a_file_that_is_no_picture_is_no_frame(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    assert read_frame(tmp_path / "x.jpg") is None
    assert read_frame(tmp_path / "nowhere.jpg") is None


def sample(person: str, vector: Sequence[float], session: str = "", species: str = "") -> Sample:
    picture = Picture(Path("x"), "g", person, session, species)
    return Sample(picture, True, {"e": np.array(vector, np.float32)} if vector else {})


def test_stills_are_compared_each_with_each_inside_a_group() -> None:
    samples = [sample("a", (1, 0)), sample("a", (0.6, 0.8)), sample("b", (0, 1)), sample("c", ())]
    [trial] = still_trials(samples, "e", Metric.COSINE)
    assert trial.scores.genuine.tolist() == pytest.approx([0.4])
    assert sorted(trial.scores.impostor.tolist()) == pytest.approx([0.2, 1.0])
    assert (trial.pictures, trial.failed, trial.protocol) == (4, 1, "still-1-1")


def test_a_template_is_never_compared_with_its_own_session() -> None:
    def session(person: str, name: str, vector: tuple[float, float]) -> list[Sample]:
        return [sample(person, vector, name) for _ in range(10)]

    samples = [*session("a", "1", (1, 0)), *session("a", "2", (0.6, 0.8)), *session("b", "1", (0, 1))]
    trials = session_trials(samples, [], "e", Metric.COSINE)
    assert [trial.protocol for trial in trials] == ["session-1-1", "session-8-5"]
    several = trials[1].scores
    assert set(several.genuine.round(4)) == {0.4}  # 0 would be the own session
    assert len(several.genuine) == 2 * 3 * 2  # two sessions, three templates each, two probes of the other
    assert len(several.impostor) == 2 * (2 * 3 * 2)


def test_a_print_that_the_matcher_takes_is_counted_for_its_species() -> None:
    live = [sample("a", (1, 0), "1") for _ in range(8)]
    attacks = [sample("a", (1, 0), "1", "print") for _ in range(10)]
    attacks += [sample("a", (0, 1), "1", "mask") for _ in range(5)]
    found = attack_matches(attacks, live, "e", Metric.COSINE, 0.37)
    assert (found["print"].errors, found["print"].n) == (2, 2)
    assert (found["mask"].errors, found["mask"].n) == (0, 1)


@pytest.fixture
def office(tmp_path: Path, portrait: Image) -> Path:
    """Two people that are one: enough to run every step on a public-domain face; nobody is told apart."""
    root = tmp_path / "faces"
    for person, mirror in (("1", False), ("2", True)):
        face = portrait[:300, 75:375][:, ::-1] if mirror else portrait[:300, 75:375]
        for number in range(3):
            _write(root / "office" / person / f"{number}.png", cv2.convertScaleAbs(face, beta=5 * number))
        for kind, session in (("live", "mon"), ("live", "tue"), ("print", "mon")):
            for number in range(6):
                path = root / "set" / kind / person / session / f"{number}.png"
                _write(path, np.roll(face, 2 * number, axis=1))
    return root


def _write(path: Path, image: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.asarray(image))


def engines(encoder: AlignedEncoder) -> list[EngineUnderTest]:
    return [EngineUnderTest(encoder, Metric.COSINE, {"alone": 0.37})]


def silent(done: float = 0.0, total: float | None = None, text: str = "") -> None:
    pass


def test_a_report_holds_every_part_and_its_page_escapes_names(
    office: Path, encoder: AlignedEncoder, tmp_path: Path
) -> None:
    steps: list[str] = []
    summary = measure(office, engines(encoder), tmp_path / "cache", lambda _d, _t, text: steps.append(text))
    assert {result.protocol for result in summary.results} == {"still-1-1", "session-1-1"}
    assert {each.species for each in summary.presentations} == {"live", "print"}
    assert [(species, rate.value) for _engine, species, _limit, rate in summary.matches] == [("print", 1.0)]
    assert {each.step for each in summary.latency}
    assert len(dict.fromkeys(steps)) == 4
    text = page(replace(summary, folder="<b>office", notes=("<script>",)))
    assert "<b>" not in text
    assert "<script>" not in text
    assert "&lt;b&gt;office" in text
    for svg in text.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + svg.split("</svg>")[0] + "</svg>")  # noqa: S314 our own text
    assert "APCER" in text


def test_pictures_without_any_face_give_a_report_that_says_so(
    encoder: AlignedEncoder, tmp_path: Path
) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (4, 120, 160, 3)).astype(np.uint8)
    for number, image in enumerate(noise):
        _write(tmp_path / "faces" / str(number % 2) / f"{number}.png", image)
    summary = measure(tmp_path / "faces", engines(encoder), tmp_path / "cache", silent)
    assert summary.results == ()
    assert summary.latency == ()
    assert "比べられる組がありませんでした" in page(summary)


def test_cancelling_leaves_no_report(office: Path, tmp_path: Path) -> None:
    def cancel(done: float = 0.0, total: float | None = None, text: str = "") -> None:
        if done > 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(office, tmp_path / "out", cancel)
    assert not (tmp_path / "out").exists()


def test_the_cache_gives_the_same_vectors_and_a_damaged_one_is_measured_anew(
    office: Path, encoder: AlignedEncoder, tmp_path: Path
) -> None:
    pictures = read_folder(office).stills
    analyser = FaceAnalyser(most_central)

    def vectors() -> np.ndarray:
        found = collect(pictures, [encoder], analyser, tmp_path / "cache", lambda _done: None)
        return np.stack([each.vectors[encoder.name] for each in found])

    first = vectors()
    [cached] = (tmp_path / "cache").glob("*.npz")
    assert cached.parent.stat().st_mode & 0o077 == 0
    cached.rename(cached.with_name(f"{encoder.name}-{encoder.version}-older.npz"))
    assert np.abs(vectors() - first).max() < 1e-6
    assert list((tmp_path / "cache").glob("*.npz")) == [cached], "vectors of an older version are not kept"
    assert (vectors() == first).all()
    cached.write_bytes(b"damaged")
    assert np.abs(vectors() - first).max() < 1e-6


def test_the_cache_is_really_used(office: Path, encoder: AlignedEncoder, tmp_path: Path) -> None:
    pictures = read_folder(office).stills
    collect(pictures, [encoder], FaceAnalyser(most_central), tmp_path / "cache", lambda _done: None)

    class Blind(FaceAnalyser):
        def analyse(self, frame: object) -> object:  # type: ignore[override]
            raise AssertionError("looked again")

    again = collect(pictures, [encoder], Blind(most_central), tmp_path / "cache", lambda _done: None)
    assert all(each.vectors for each in again)


def test_a_still_picture_shown_to_the_camera_is_not_live(
    office: Path, analyser: FaceAnalyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(played, "CHALLENGES", 2)
    attacks = read_folder(office).attacks
    [found] = present(attacks, analyser, lambda _done: None)
    assert (found.species, found.runs, found.rate.n) == ("print", 2, 4)
    assert found.rate.errors == 0
    assert sum(found.ends.values()) == 4


@pytest.mark.shared_data
@pytest.mark.timeout(400)  # a minute of computing, where many share a machine several times that
def test_the_command_writes_page_csv_and_json(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a few real people, copied for the length of the test."""
    monkeypatch.setattr(played, "CHALLENGES", 1)
    source, few = shared_data / "faces", tmp_path / "faces"
    for person in sorted((source / "casia").iterdir())[:3]:
        shutil.copytree(person, few / "casia" / person.name)
    for kind, number in (("live", 8), ("print", 6)):
        for person in ("0001", "0004"):
            for session in sorted((source / "nuaa" / kind / person).iterdir())[:2]:
                target = few / "nuaa" / kind / person / session.name
                target.mkdir(parents=True)
                for frame in sorted(session.iterdir())[:number]:
                    shutil.copy(frame, target)
    out = tmp_path / "out"
    assert main([str(few), "--out", str(out)]) == 0
    assert str(out / "index.html") in capsys.readouterr().out
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    assert {result["engine"] for result in figures["results"]} == {"mobilefacenet", "dlib"}
    assert next(p for p in figures["presentations"] if p["species"] == "print")["rate"]["errors"] == 0
    with (out / "figures.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {"FNMR", "FMR", "APCER", "IAPAR", "bona fide denied"} == {row["figure"] for row in rows}
    for row in rows:
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["000", "007", "012"], [0, 7, 12]),
        (["a", "b", "c"], [0, 1, 2]),
        (["1", "2", "x"], [0, 1, 2]),
        (["10", "9"], [0, 1]),
        (["5", "5"], [0, 1]),
        (["99999999999999999999", "100000000000000000000"], [0, 1]),
    ],
)
def test_frames_are_as_far_apart_as_their_numbers(names: list[str], numbers: list[int]) -> None:
    run = [Picture(Path(f"{name}.jpg"), "g", "p", "s") for name in names]
    assert [number for number, _picture in played._numbered(run)] == numbers
