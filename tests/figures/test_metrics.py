import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.metrics import draw_metric


def test_every_model_and_horizon_is_said(scores):
    alt = draw_metric(scores, metric="uno_c", labels={"cox": "Cox"}).alt
    assert "6 months, Cox: 0.660 (0.640 to 0.680)." in alt
    assert "12 months, base_rate: 0.500 (0.480 to 0.520)." in alt


def test_one_horizon_is_named_in_the_title(scores):
    drawing = draw_metric(scores, metric="uno_c", horizons=[365], labels={"uno_c": "C"})
    assert drawing.title == "C by model at 12 months"
    assert "6 months" not in drawing.alt


def test_undefined_scores_are_printed_as_such(scores):
    empty = scores.assign(estimate=np.nan, lower=np.nan, upper=np.nan)
    assert "not defined" in draw_metric(empty, metric="uno_c").svg


def test_an_unknown_metric_is_refused(scores):
    with pytest.raises(DataError, match="found uno_c: ask for one of these, not auc of all"):
        draw_metric(scores, metric="auc")
