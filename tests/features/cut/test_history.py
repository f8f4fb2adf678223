"""The cut hands out tables of what was known, made when they are asked for."""

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.cut.history import CutHistory
from tests.builders import build, case, report


def test_the_view_has_the_landmarks_with_covariates_and_a_given_regional_series():
    histories = build([report(0), report(60)], [case(size=4)])
    cut = CutHistory.of(histories, select_landmarks(histories, CohortSettings()))
    view = cut.view(("size",), None)
    assert view.landmarks["size"].to_list() == [4, 4]
    assert "case_id" not in view.landmarks.columns
    assert cut.view((), view.regional.clear()).regional.height == 0
    assert "case_id" not in view.members.columns
