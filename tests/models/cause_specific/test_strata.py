"""Strata that are columns of X: their names in words, how far they predict, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.cause_specific.strata import StrataOfColumns
from hgrisk.models.cox import CoxRegression
from hgrisk.models.fine_gray import FineGray
from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import Surv


class Stratified(StrataOfColumns):
    """A model that has nothing but strata."""

    def __init__(self, strata):
        self.strata = strata


FRAME = pd.DataFrame({"region": ["north", "south", "north"], "year": [2020, 2021, 2020], "count": [1.0, 2.0, 3.0]})


def labels(strata, frame=FRAME):
    return Stratified(strata)._stratum_labels(frame).tolist()


def test_a_stratum_is_named_by_its_values():
    assert labels(["region"]) == ["region='north'", "region='south'", "region='north'"]
    assert labels(["year", "region"])[:2] == ["year=2020, region='north'", "year=2021, region='south'"]


def test_a_whole_number_is_the_same_in_any_type_and_no_text():
    types = ("int16", "int64", "float32", "float64", "Int64", "category")
    assert {tuple(labels(["year"], FRAME.assign(year=FRAME["year"].astype(one)))) for one in types} == {
        ("year=2020", "year=2021", "year=2020")
    }
    assert labels(["year"], FRAME.assign(year=FRAME["year"].astype(str)))[0] == "year='2020'"
    assert labels(["count"], FRAME.assign(count=[0.5, 1.0, np.float32(2)])) == ["count=0.5", "count=1", "count=2"]


def test_strata_are_no_features():
    assert Stratified(["region", "year"])._features(FRAME).columns.tolist() == ["count"]
    for none in (None, []):
        assert Stratified(none)._features(FRAME) is FRAME
        assert Stratified(none)._stratum_labels(FRAME) is None


def test_wrong_strata_are_refused_in_one_sentence():
    with pytest.raises(ConfigError, match=r"Strata are a list of columns, but found 'region': give \['region'\]\."):
        labels("region")
    with pytest.raises(ConfigError, match="Strata are columns of the features, but found 'town'"):
        labels(["region", "town"])
    with pytest.raises(DataError, match="Every row has a stratum, but found a missing value in 'year'"):
        labels(["year"], FRAME.assign(year=[2020, None, 2021]))


@pytest.mark.parametrize("model", [CoxRegression, FineGray, SharedFrailtyCox])
def test_probabilities_end_with_the_follow_up_of_their_own_stratum(model):
    rng = np.random.default_rng(3)
    X = pd.DataFrame({"count": rng.poisson(1.0, 300), "region": np.repeat(["north", "south", "west"], 100)})
    end = np.repeat([900.0, 300.0, 900.0], 100)
    days = np.minimum(np.ceil(rng.exponential(600, 300)), end)
    event = np.where((days < end) & (X["region"] != "west"), 1, 0)
    fitted = model(prepare=False, strata=["region"]).fit(X, Surv.from_arrays(event, days), cluster=np.arange(300) // 3)
    np.testing.assert_array_equal(fitted.stratum_followup_days_, [900, 300, 900])
    north, south, west = X[:1], X[100:101], X[200:201]
    assert 0 < fitted.predict_risk(south, 300)[0] < 1
    assert 0 < fitted.predict_risk(north, 900)[0] < 1
    with pytest.raises(FitError) as caught:
        fitted.predict_cumulative_incidence(pd.concat([north, south]), [100, 301])
    assert str(caught.value) == (
        "Predictions of stratum \"region='south'\" end at its longest training follow-up of 300 days, but found 301: "
        "ask for an earlier time."
    )
    with pytest.raises(FitError) as caught:
        fitted.predict_risk(west, 100)
    assert str(caught.value) == (
        "A stratum to predict for had a re-report at fit, but found none in \"region='west'\": "
        "join the stratum with another, or fit without strata."
    )
