import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.importance import draw_importance


def test_the_largest_are_drawn_first_and_what_is_zero_is_not(importance):
    shuffled = importance.sample(frac=1.0, random_state=3)
    drawing = draw_importance(shuffled, name="Cox", top=3, labels={"feature_0": "Earlier reports"})
    assert drawing.title == "Cox: the 3 features that move its score most"
    assert drawing.alt == (
        "Dots with 95% intervals: the mean size of what 3 features add to the score of Cox. "
        "Earlier reports: 0.0900 (0.0810 to 0.0990). feature_1: 0.0853 (0.0767 to 0.0938). "
        "feature_2: 0.0805 (0.0725 to 0.0886)."
    )
    every = draw_importance(importance, name="Cox", top=99)
    assert every.title == "Cox: the 19 features that move its score"
    assert "feature_19" not in every.alt + every.svg


def test_a_single_feature_and_families_have_titles_of_their_own(importance):
    assert draw_importance(importance.head(1), name="Cox", lang="nl").title == (
        "Cox: het ene kenmerk dat de score beweegt"
    )
    families = importance.head(2).assign(family=["problems", "context"])
    drawing = draw_importance(families, name="Cox", kind="family", labels={"problems": "Problems"})
    assert drawing.title == "Cox: what families of features move its score"
    assert "Problems: 0.0900" in drawing.alt


def test_without_intervals_the_sizes_stand_alone(importance):
    drawing = draw_importance(importance.assign(lower=np.nan, upper=np.nan), name="Cox", top=1)
    assert drawing.alt.endswith("feature_0: 0.0900.")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_every_interval_is_in_print(importance, size):
    svg = draw_importance(importance, name="Cox", top=4, size=size).svg
    for row in importance.head(4).to_dict("records"):
        assert f">{row['mean_abs']:.4f}</text>" in svg
        assert f">{row['lower']:.4f} to {row['upper']:.4f}</text>" in svg


def test_nothing_to_draw_is_refused(importance):
    with pytest.raises(DataError) as caught:
        draw_importance(importance.assign(mean_abs=0.0), name="Cox")
    assert str(caught.value) == ("A figure of importance has a row above 0, but found none of 20: leave out 'Cox'.")
    with pytest.raises(DataError, match="add family"):
        draw_importance(importance.drop(columns="family"), name="Cox", kind="family")
