"""What curves by group share: intervals, columns at fit, times, storage."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.stats import norm
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.by_group.group_curves import loglog_band
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.surv import Surv

CURVES = pytest.mark.parametrize("kind", [KaplanMeier, AalenJohansen])


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(11)
    X = pd.DataFrame({"region": rng.choice(["a", "b"], 250), "note": rng.normal(size=250)})
    return X, Surv.from_arrays(rng.integers(0, 2, 250), rng.integers(1, 90, 250))


def test_the_interval_is_even_on_its_scale_and_ends_at_the_one_before():
    survival, error = np.array([1.0, 0.8, 0.3, 0.0]), np.array([0.0, 0.05, 0.1, 0.0])
    lower, upper = loglog_band(survival, error, float(norm.ppf(0.975)))
    scale = np.log(-np.log(np.array([lower[1:3], survival[1:3], upper[1:3]])))
    np.testing.assert_allclose(scale[0] - scale[1], scale[1] - scale[2])
    np.testing.assert_allclose(
        scale[0] - scale[1], 1.959964 * error[1:3] / np.abs(survival[1:3] * np.log(survival[1:3]))
    )
    assert (lower[0], upper[0], lower[3], upper[3]) == (1, 1, 0, upper[2])


@CURVES
def test_levels_change_the_interval_alone(kind, rows):
    X, y = rows
    wide, narrow = (kind(by="region", level=level).fit(X, y).at([30]) for level in (0.99, 0.5))
    assert (wide["lower"] < narrow["lower"]).all()
    assert (wide["upper"] > narrow["upper"]).all()
    same = [name for name in wide if name not in {"lower", "upper"}]
    pd.testing.assert_frame_equal(wide[same], narrow[same])


@CURVES
def test_columns_and_times_are_checked_as_in_every_model(kind, rows):
    X, y = rows
    model = kind(by="region").fit(X, y)
    with pytest.raises(FitError, match="missing 'note'"):
        model.predict(X[["region"]])
    with pytest.raises(FitError, match="0 or more"):
        model.predict_risk(X, -1)
    with pytest.raises(FitError, match="longest training follow-up of 89 days"):
        model.predict_risk(X, 90)
    with pytest.raises(NotFittedError):
        kind().predict(None)
    with pytest.raises(NotFittedError):
        kind().table_  # noqa: B018
    with pytest.raises(DataError, match="one row per landmark"):
        kind().fit(X, y[1:])
    with pytest.raises(ConfigError, match="level is a probability"):
        kind(level=95).fit(X, y)
    with pytest.raises(DataError, match="A cluster has one label per row"):
        kind().fit(X, y, cluster=[1])


@CURVES
def test_arrays_are_grouped_by_the_names_they_get(kind, rows):
    _, y = rows
    X = np.column_stack([np.arange(250) % 2, np.zeros(250)])
    model = kind(by="x0").fit(X, y)
    assert model.groups_["x0"].tolist() == [0, 1]
    assert len(np.unique(model.predict_risk(X, 30))) == 2


@CURVES
def test_what_is_kept_is_plain_and_loads_without_code(kind, rows):
    X, y = rows
    model = kind(by="region").fit(X, y, cluster=np.arange(250) // 2)
    assert all(250 not in np.shape(value) for value in vars(model).values())
    stored = skops.io.dumps(model)
    own = f"{kind.__module__}.{kind.__qualname__}"
    assert skops.io.get_untrusted_types(data=stored) == [own]
    loaded = skops.io.loads(stored, trusted=[own])
    pd.testing.assert_frame_equal(loaded.table_, model.table_)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    copied = clone(model)
    assert copied.get_params() == {"by": "region", "level": 0.95, "start_days": 0.0}


@CURVES
def test_the_order_of_groups_by_score_is_that_of_their_risk(kind, rows):
    X, y = rows
    model = kind(by="region").fit(X, y)
    both = pd.DataFrame({"region": ["a", "b"], "note": [0.0, 0.0]})
    last = model.group_followup_days_.min()
    assert np.argmax(model.predict(both)) == np.argmax(model.predict_risk(both, last))
    np.testing.assert_allclose(1 - np.exp(-np.exp(model.predict(both))), model.predict_risk(both, last))
