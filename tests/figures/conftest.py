"""Small invented tables, one per figure."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.curves import incidence_table
from hgrisk.figures.calibration import draw_calibration
from hgrisk.figures.coefficients import draw_coefficients
from hgrisk.figures.course import draw_course
from hgrisk.figures.importance import draw_importance
from hgrisk.figures.incidence import draw_incidence
from hgrisk.figures.ladder import STEPS, draw_ladder
from hgrisk.figures.metrics import draw_metric
from hgrisk.figures.regions import draw_regions
from hgrisk.figures.shapes import draw_shape


def make_ladder(estimates=(0.5, 0.62, 0.64, 0.65, 0.67, 0.59), half_gain=0.01):
    gains = np.append(np.nan, np.diff(estimates))
    table = pd.DataFrame({"step": STEPS, "metric": "uno_c", "horizon_days": 365, "estimate": estimates, "gain": gains})
    table = table.assign(lower=table["estimate"] - 0.02, upper=table["estimate"] + 0.02)
    return table.assign(gain_lower=table["gain"] - half_gain, gain_upper=table["gain"] + half_gain)


@pytest.fixture(scope="session")
def incidence():
    rng = np.random.default_rng(5)
    days = np.ceil(rng.exponential(900, 600))
    follow_up = np.ceil(rng.uniform(400, 1200, 600))
    return incidence_table(np.minimum(days, follow_up), days <= follow_up)


@pytest.fixture(scope="session")
def ladder():
    return make_ladder()


@pytest.fixture
def ladder_with():
    return make_ladder


@pytest.fixture(scope="session")
def calibration():
    predicted = np.array([0.1, 0.2, 0.3, 0.4])
    observed = np.array([0.11, 0.28, 0.31, 0.33])
    table = pd.DataFrame({"group": range(1, 5), "n": [100, 100, 100, 4], "predicted": predicted, "observed": observed})
    return table.assign(lower=observed - 0.05, upper=observed + 0.05)


@pytest.fixture(scope="session")
def coefficients():
    rng = np.random.default_rng(1)
    coef = rng.normal(0, 0.3, 25)
    se = np.full(25, 0.1)
    names = [f"feature_{number}" for number in range(25)]
    table = pd.DataFrame({"model": "cox", "feature": names, "coef": coef, "se": se})
    return table.assign(lower=np.exp(coef - 0.196), upper=np.exp(coef + 0.196))


@pytest.fixture(scope="session")
def scores():
    rows = [
        (model, "uno_c", days, group, value, value - 0.02, value + 0.02, 500, 120)
        for model, value in (("cox", 0.66), ("base_rate", 0.5))
        for days in (183, 365)
        for group in ("all", "region=Zeeland")
    ]
    columns = ["model", "metric", "horizon_days", "group", "estimate", "lower", "upper", "n", "n_events"]
    return pd.DataFrame(rows, columns=columns)


def make_importance():
    sizes = np.linspace(0.09, 0.0, 20)
    table = pd.DataFrame({"feature": [f"feature_{number}" for number in range(20)], "mean_abs": sizes})
    return table.assign(family="problems", lower=sizes * 0.9, upper=sizes * 1.1)


def make_shape():
    return pd.DataFrame(
        [
            ("0", 0.0, 0.0, 400, -0.21, -0.25, -0.18),
            ("1 to 3", 1.0, 3.0, 300, 0.13, 0.08, 0.16),
            ("4 to 20", 4.0, 20.0, 100, 0.34, 0.29, 0.40),
            ("not recorded", np.nan, np.nan, 50, 0.02, 0.02, 0.02),
        ],
        columns=["label", "low", "high", "n", "mean", "lower", "upper"],
    )


@pytest.fixture(scope="session")
def importance():
    return make_importance()


@pytest.fixture(scope="session")
def shape():
    return make_shape()


def in_parts(scores):
    """Return one metric at one horizon in two parts, named after years."""
    rows = scores[(scores["group"] == "all") & (scores["horizon_days"] == 365)]
    return pd.concat([rows.assign(part="2020", at=2020), rows.assign(part="2021", at=2021)])


@pytest.fixture(scope="session")
def drawings(incidence, ladder, calibration, coefficients, scores):
    """Every figure, both languages, both sizes, as functions without arguments."""
    parts = in_parts(scores)
    calls = (
        (draw_incidence, incidence, {}),
        (draw_ladder, ladder, {"horizon_days": 365}),
        (draw_calibration, calibration, {"name": "Cox"}),
        (draw_coefficients, coefficients, {"model": "cox"}),
        (draw_metric, scores, {"metric": "uno_c"}),
        (draw_importance, make_importance(), {"name": "Cox"}),
        (draw_shape, make_shape(), {"name": "Earlier reports", "unit": "count"}),
        (draw_shape, make_shape().assign(low=np.nan, high=np.nan), {"name": "Who reported"}),
        (draw_regions, parts[parts["model"] == "cox"], {"metric": "uno_c", "horizon_days": 365, "name": "Cox"}),
        (draw_course, parts, {"metric": "uno_c", "horizon_days": 365, "along": "years"}),
    )
    return [
        lambda draw=draw, table=table, how=how, lang=lang, size=size: draw(table, lang=lang, size=size, **how)
        for draw, table, how in calls
        for lang in ("en", "nl")
        for size in ("wide", "narrow")
    ]


@pytest.fixture(scope="session")
def drawn(drawings):
    return [draw() for draw in drawings]
