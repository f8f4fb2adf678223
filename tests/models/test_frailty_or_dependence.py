"""Frailty or event dependence: what each made-up world shows, and the care that the table asks for."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from hgrisk.errors import DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.frailty_or_dependence import earlier_re_reports, frailty_or_dependence
from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import Surv


def courses(seed, *, variance=0.0, dependence=0.0, n=300):
    rng = np.random.default_rng(seed)
    rows = []
    for household in range(n):
        frailty = rng.gamma(1 / variance, variance) if variance else 1.0
        children, since, count = float(rng.integers(0, 2)), 0.0, 0
        while since < 1000:
            rate = frailty * np.exp(0.5 * children + dependence * np.log1p(count)) / 500
            at = since + np.ceil(rng.exponential(1 / rate))
            rows.append((household, children, since, min(at, 1000.0), int(at <= 1000)))
            since, count = at, count + 1
    table = pd.DataFrame(rows, columns=["household", "children", "since", "stop", "event"])
    table = table.sample(frac=1, random_state=seed)
    y = Surv.from_arrays(table["event"], table["stop"], table["since"])
    return table[["children"]], y, table["household"].to_numpy()


@pytest.mark.parametrize(
    ("world", "best"),
    [({}, "neither"), ({"variance": 0.8}, "frailty"), ({"dependence": 0.8}, "dependence"),
     ({"variance": 0.8, "dependence": 1.0}, "both")],
)  # fmt: skip
def test_the_smallest_aic_is_that_of_the_world(world, best):
    table = frailty_or_dependence(*courses(3, **world), prepare=False)
    assert table["form"][table["aic"].idxmin()] == best
    assert table["form"].tolist() == ["neither", "dependence", "frailty", "both"]
    # a part that was not there is not found beside the other
    both = table.set_index("form").loc["both"]
    assert both["p_frailty"] > 0.01 or "variance" in world
    assert both["p_dependence"] > 0.01 or "dependence" in world


def test_even_a_world_with_frailty_alone_shows_dependence_where_frailty_is_not_asked_for():
    table = frailty_or_dependence(*courses(7, variance=0.8), prepare=False).set_index("form")
    assert table.loc["dependence", "p_dependence"] < 0.001
    assert table.loc["both", "p_dependence"] > 0.01


def test_likelihoods_are_those_of_the_models_and_tests_follow_from_them():
    X, y, household = courses(4, variance=0.8, n=150)
    table = frailty_or_dependence(X, y, household, prepare=False).set_index("form")
    alone = SharedFrailtyCox(prepare=False).fit(X, y, cluster=household)
    assert table.loc["frailty", "loglik"] == pytest.approx(alone.loglik_)
    assert table.loc["frailty", "frailty_variance"] == alone.frailty_variance_
    assert table.loc["frailty", "p_frailty"] == pytest.approx(alone.frailty_p_value_)
    assert table["n_parameters"].tolist() == [1, 2, 2, 3]
    np.testing.assert_allclose(table["aic"], 2 * table["n_parameters"] - 2 * table["loglik"])
    ratio = 2 * (table.loc["dependence", "loglik"] - table.loc["neither", "loglik"])
    assert table.loc["dependence", "p_dependence"] == pytest.approx(chi2.sf(ratio, 1))
    wald = table.loc["dependence", "dependence"] / table.loc["dependence", "dependence_se"]
    assert wald**2 == pytest.approx(ratio, rel=0.2)
    assert table["frailty_variance"].isna().tolist() == [True, True, False, False]
    assert table["dependence"].isna().tolist() == [True, False, True, False]


def test_features_are_prepared_and_the_table_says_what_it_does_not_tell():
    X, y, household = courses(5, variance=0.5, n=150)
    X = X.assign(region=np.random.default_rng(5).choice(["north", "south"], len(X)), idle=1)
    table = frailty_or_dependence(X, y, household)
    assert table["n_parameters"].tolist() == [2, 3, 3, 4]
    assert "no finding about households" in table.attrs["caution"]
    assert list(X) == ["children", "region", "idle"]


def test_earlier_re_reports_are_those_of_the_household_up_to_the_start():
    y = Surv.from_arrays([1, 1, 0, 1, 2, 1], [10, 20, 30, 15, 40, 5.5], [0, 10, 20, 0, 15, 0])
    household = np.array(["b", "b", "b", "a", "a", "c"])
    assert earlier_re_reports(y, household).tolist() == [0, 1, 2, 0, 1, 0]
    mixed = np.array([4, 2, 0, 5, 3, 1])
    assert earlier_re_reports(y[mixed], household[mixed]).tolist() == [1, 2, 0, 0, 0, 1]


def test_a_frailty_of_variance_1_and_a_dependence_of_1_are_one_hazard():
    rng = np.random.default_rng(8)
    stop = np.cumsum(np.ceil(rng.exponential(20_000 / rng.gamma(1.0, 1.0, 300)[:, None], (300, 60))), axis=1)
    start = np.column_stack((np.zeros(300), stop[:, :-1]))
    seen = start < 80_000
    y = Surv.from_arrays((stop <= 80_000)[seen], np.minimum(stop, 80_000)[seen], start[seen])
    household = np.nonzero(seen)[0]
    X = pd.DataFrame({"noise": rng.normal(size=300)[household]})
    frailty = SharedFrailtyCox(prepare=False, variance=1.0).fit(X, y, cluster=household)
    offset = np.log1p(earlier_re_reports(y, household))
    dependence = CoxRegression(prepare=False).fit(X, y, offset=offset)
    # up to what the steps of a baseline hazard make of it, and a feature that tells nothing
    assert frailty.loglik_ == pytest.approx(dependence.loglik_, abs=2.0)
    assert frailty.loglik_without_frailty_ < frailty.loglik_ - 100


def test_bad_input_is_refused_in_one_sentence():
    X, y, household = courses(6, n=40)
    plain = Surv.from_arrays(y["event"], y["duration_days"])
    for error, args, rule in (
        (DataError, (X, plain, household), "are intervals, but found an outcome without entry_days"),
        (DataError, (X, y, household[:-1]), f"{len(y)} rows, {len(y)} outcomes and {len(y) - 1} households"),
        (DataError, (X, y, np.arange(len(y))), "one row in every group"),
    ):
        with pytest.raises(error, match=rule):
            frailty_or_dependence(*args, prepare=False)
    once = (y["entry_days"] == 0) & (y["duration_days"] > 1)
    with pytest.raises(DataError, match="Rows of one subject do not overlap"):
        frailty_or_dependence(X[once], y[once], np.arange(once.sum()) // 2, prepare=False)
    before = Surv.from_arrays(np.zeros(once.sum()), np.ones(once.sum()), np.zeros(once.sum()))
    after = Surv.from_arrays(y["event"][once], y["duration_days"][once], np.ones(once.sum()))
    both, twice = np.concatenate((before, after)), np.tile(household[once], 2)
    with pytest.raises(FitError, match="no variation in 'log_earlier_re_reports'"):
        frailty_or_dependence(pd.concat((X[once], X[once])), both, twice, prepare=False)
