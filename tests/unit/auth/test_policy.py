import itertools

import pytest

from auth.model import Evidence, Factor
from auth.policy import satisfied, sets_of, still_needed, version
from core.errors import SuiteError

ZONES = {"行政事務系": [["face"], ["pin"]], "番号利用事務系": [["face", "pin"]], "旧": [["totp"]]}
FACE, WEAK_FACE = Evidence(Factor.FACE, 0), Evidence(Factor.FACE, 0, alone=False)
PIN, GLASS = Evidence(Factor.PIN, 0), Evidence(Factor.BREAK_GLASS, 0)


@pytest.mark.parametrize(
    ("zone", "evidence", "opens", "next_factors"),
    [
        ("行政事務系", [], False, (Factor.FACE, Factor.PIN)),
        ("行政事務系", [FACE], True, (Factor.PIN,)),
        ("行政事務系", [WEAK_FACE], False, (Factor.PIN,)),
        ("行政事務系", [WEAK_FACE, PIN], True, ()),
        ("行政事務系", [PIN], True, ()),
        ("番号利用事務系", [], False, (Factor.FACE, Factor.PIN)),
        ("番号利用事務系", [FACE], False, (Factor.PIN,)),
        ("番号利用事務系", [WEAK_FACE], False, (Factor.PIN,)),
        ("番号利用事務系", [PIN], False, (Factor.FACE,)),
        ("番号利用事務系", [FACE, PIN], True, ()),
        ("番号利用事務系", [WEAK_FACE, PIN], True, ()),
        ("番号利用事務系", [FACE, FACE], False, (Factor.PIN,)),
        ("番号利用事務系", [GLASS], True, ()),
        ("旧", [FACE, PIN], False, (Factor.TOTP,)),
    ],
)
def test_what_opens_a_zone(zone: str, evidence: list[Evidence], opens: bool, next_factors: tuple) -> None:
    assert satisfied(evidence, sets_of(ZONES, zone)) is opens
    if not opens:
        assert still_needed(evidence, sets_of(ZONES, zone)) == next_factors


def test_whatever_does_not_open_names_a_factor_to_go_on_with() -> None:
    for zone in ZONES:
        for n in range(3):
            for evidence in itertools.combinations([FACE, WEAK_FACE, PIN], n):
                sets = sets_of(ZONES, zone)
                assert satisfied(evidence, sets) or still_needed(evidence, sets)


@pytest.mark.parametrize("zones", [{}, {"z": []}, {"z": [[]]}, {"z": [["face"], []]}, {"z": [["fase"]]}])
def test_a_mistake_in_the_policy_opens_nothing(zones: dict) -> None:
    with pytest.raises(SuiteError) as caught:
        sets_of(zones, "z")
    assert caught.value.code == "POLICY-001"


def test_the_version_follows_the_content_not_the_order() -> None:
    assert version({"z": [["pin", "face"]]}) == version({"z": [["face", "pin"]]})
    assert version({"z": [["face"]]}) != version({"z": [["pin"]]})
