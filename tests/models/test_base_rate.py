"""BaseRate: the Aalen-Johansen curve for everyone."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.curves import aalen_johansen
from hgrisk.models.base_rate import BaseRate
from hgrisk.surv import Surv


def test_it_is_the_training_curve_for_every_row(features, outcome):
    times = np.arange(0, outcome["duration_days"].max(), 7)
    model = BaseRate().fit(features, outcome)
    expected = aalen_johansen(outcome["duration_days"], outcome["event"]).at(times)
    result = model.predict_cumulative_incidence(features, times)
    np.testing.assert_array_equal(result, np.tile(expected, (len(features), 1)))
    assert not model.predict(features).any()


def test_weights_are_copies(features, outcome):
    copies = np.random.default_rng(1).integers(0, 3, len(features))
    row = np.repeat(np.arange(len(features)), copies)
    weighted = BaseRate().fit(features, outcome, sample_weight=copies)
    repeated = BaseRate().fit(features.iloc[row], outcome[row])
    assert weighted.predict_risk(features[:1], 365) == pytest.approx(
        repeated.predict_risk(features[:1], 365), rel=1e-12
    )


def test_features_of_any_kind_are_accepted_and_none_is_kept():
    X = pd.DataFrame({"when": pd.to_datetime(["2020-01-01", None, "2021-01-01"]), "what": [None, "a", np.inf]})
    model = BaseRate().fit(X, Surv.from_arrays([0, 0, 2], [10, 20, 30]))
    assert model.predict_risk(X, 30).tolist() == [0, 0, 0]
    assert model.incidence_.shape == (0,)
