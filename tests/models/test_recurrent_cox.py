"""RecurrentCox: what each formulation sees of a household, known rates, and refusals."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold, cross_validate

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.recurrent_cox import FORMULATIONS, RecurrentCox
from hgrisk.surv import Surv

SAME = 1e-7


def simulate(n=3000, seed=1, competing=0.0):
    """Poisson re-reports at rate 0.002 exp(0.5 x) per day until a random end, in rows from one to the next."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    end = rng.uniform(200, 1000, n)
    leaves = rng.exponential(1 / competing, n) if competing else np.full(n, np.inf)
    rows = []
    for household in range(n):
        at, stop = 0.0, min(end[household], leaves[household])
        while at < stop:
            then = at + rng.exponential(1 / (0.002 * np.exp(0.5 * x[household])))
            event = 1 if then < stop else 2 * int(leaves[household] < end[household])
            rows.append((household, x[household], at, min(then, stop), event))
            at = then
    frame = pd.DataFrame(rows, columns=["household", "x", "entry_days", "duration_days", "event"])
    return frame[["x"]], Surv.from_frame(frame, entry_days="entry_days"), frame["household"].to_numpy()


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_rows_in_any_order_give_the_same_fit(formulation):
    X, y, household = simulate(200)
    mixed = np.random.default_rng(0).permutation(len(X))
    model = RecurrentCox(formulation, prepare=False).fit(X, y, subject=household)
    again = RecurrentCox(formulation, prepare=False).fit(X.iloc[mixed], y[mixed], subject=household[mixed])
    np.testing.assert_allclose(again.coef_, model.coef_, rtol=SAME)
    np.testing.assert_allclose(again.covariance_, model.covariance_, rtol=SAME)
    assert model.n_subjects_ == 200


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_splitting_a_row_changes_nothing(formulation):
    X, y, household = simulate(150)
    halfway = np.floor((y["entry_days"] + y["duration_days"]) / 2)
    able = np.flatnonzero((halfway > y["entry_days"]) & (np.arange(len(y)) % 2 == 0))
    first, second = y[able].copy(), y.copy()
    first["duration_days"], first["event"] = halfway[able], 0
    second["entry_days"][able] = halfway[able]
    whole = RecurrentCox(formulation, prepare=False).fit(X, y, subject=household)
    split = RecurrentCox(formulation, prepare=False).fit(
        pd.concat([X, X.iloc[able]]), np.concatenate([second, first]), subject=np.append(household, household[able])
    )
    np.testing.assert_allclose(split.coef_, whole.coef_, rtol=SAME)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=SAME)


def test_andersen_gill_finds_the_rate_of_a_poisson_process():
    X, y, household = simulate()
    model = RecurrentCox(prepare=False).fit(X, y, subject=household)
    assert model.coef_[0] == pytest.approx(0.5, abs=4 * model.summary_["se"][0])
    new = pd.DataFrame({"x": [-1.0, 0.0, 1.0]})
    expected = 0.002 * np.exp(0.5 * new["x"].to_numpy())[:, None] * [100, 365]
    np.testing.assert_allclose(model.predict_mean_count(new, [100, 365]), expected, rtol=0.06)
    np.testing.assert_allclose(model.predict_cumulative_incidence(new, [100, 365]), 1 - np.exp(-expected), atol=0.02)


def test_competing_events_end_the_count():
    X, y, household = simulate(competing=0.002)
    model = RecurrentCox(prepare=False).fit(X, y, subject=household)
    lasting = (1 - np.exp(-0.002 * 365)) / 0.002
    count = model.predict_mean_count(pd.DataFrame({"x": [0.0]}), [365])[0, 0]
    assert count == pytest.approx(0.002 * lasting, rel=0.06)


def test_the_gap_formulation_counts_days_from_the_last_re_report():
    X, y, household = simulate(300)
    number = pd.Series(household).groupby(household).cumcount()
    gaps = Surv.from_arrays(y["event"], y["duration_days"] - y["entry_days"])
    by_hand = CoxRegression(prepare=False, strata=["k"]).fit(X.assign(k=number), gaps, cluster=household)
    model = RecurrentCox("pwp_gap_time", prepare=False).fit(X, y, subject=household)
    np.testing.assert_allclose(model.coef_, by_hand.coef_, rtol=SAME)
    np.testing.assert_allclose(model.covariance_, by_hand.covariance_, rtol=SAME)
    new = pd.DataFrame({"x": [0.5]})
    expected = by_hand.predict_risk(new.assign(k=0), 100)
    np.testing.assert_allclose(model.predict_risk(new, 100), expected, rtol=SAME)


def test_the_first_stratum_of_the_marginal_model_is_the_time_to_the_first_re_report():
    X, y, household = simulate(300)
    first = ~pd.Series(household).duplicated().to_numpy()
    alone = CoxRegression(prepare=False).fit(X[first], y[first], cluster=household[first])
    model = RecurrentCox("wei_lin_weissfeld", max_events=1, prepare=False).fit(X, y, subject=household)
    np.testing.assert_allclose(model.coef_, alone.coef_, rtol=SAME)
    np.testing.assert_allclose(model.covariance_, alone.covariance_, rtol=SAME)
    assert model.n_events_ == alone.n_events_


def test_later_re_reports_can_be_left_out():
    X, y, household = simulate(300)
    number = pd.Series(household).groupby(household).cumcount().to_numpy()
    kept = number < 2
    for formulation in ("andersen_gill", "pwp_total_time"):
        short = RecurrentCox(formulation, max_events=2, prepare=False).fit(X, y, subject=household)
        by_hand = RecurrentCox(formulation, prepare=False).fit(X[kept], y[kept], subject=household[kept])
        np.testing.assert_allclose(short.coef_, by_hand.coef_, rtol=SAME)
        assert short.last_followup_days_ == y["duration_days"][kept].max()


def test_probabilities_end_with_the_follow_up_until_the_first_re_report():
    X = pd.DataFrame({"x": [0.0, 1.0, 1.0, 0.0, 0.0]})
    y = Surv.from_arrays([1, 0, 1, 1, 0], [30, 365, 100, 200, 400], [0, 30, 0, 0, 200])
    model = RecurrentCox("pwp_total_time", prepare=False, penalty=1.0).fit(X, y, subject=[1, 1, 2, 3, 3])
    assert 0 < model.predict_risk(X[:1], 200)[0] < 1
    with pytest.raises(FitError, match=r"Predictions of stratum 're-report 1' end .* of 200 days, but found 365"):
        model.predict_risk(X, 365)


def refusal(error, *args, model=None, **kwargs):
    with pytest.raises(error) as caught:
        (model or RecurrentCox(prepare=False)).fit(*args, **kwargs)
    return str(caught.value)


def test_rows_that_cannot_be_of_one_subject_are_refused_without_its_label():
    X = pd.DataFrame({"x": [0.0, 1.0, 2.0]})
    overlapping = Surv.from_arrays([1, 1, 0], [30, 90, 60], [0, 20, 0])
    text = refusal(DataError, X, overlapping, subject=["secret", "secret", "b"])
    assert "Rows of one subject do not overlap, but found (20, 90] after (0, 30]" in text
    assert "secret" not in text
    after = Surv.from_arrays([2, 1, 0], [30, 90, 60], [0, 40, 0])
    assert "a row from day 40 after a competing event" in refusal(DataError, X, after, subject=[1, 1, 2])
    assert "Each row has a subject" in refusal(DataError, X, after, subject=[1, None, 2])
    assert "Subject labels are one per row" in refusal(DataError, X, after, subject=[1])
    weights = {"sample_weight": [1.0, 0.0, 1.0], "subject": [1, 1, 2]}
    y = Surv.from_arrays([1, 1, 0], [30, 90, 60], [0, 40, 0])
    assert "A subject's rows all have a weight above 0, or none" in refusal(DataError, X, y, **weights)


@pytest.mark.parametrize("formulation", FORMULATIONS)
def test_whose_each_row_is_must_be_known_even_with_clusters(formulation):
    X, y, household = simulate(20)
    model = RecurrentCox(formulation, prepare=False)
    for given in ({}, {"cluster": household}):
        text = refusal(DataError, X, y, model=model, **given)
        assert text == (
            "Re-reports are counted by subject, but found none: pass subject=, such as the household of each row."
        )


def test_cross_validation_passes_the_subject_and_scores_rows_that_enter_late():
    X, y, household = simulate(400)
    found = cross_validate(
        RecurrentCox(prepare=False),
        X,
        y,
        cv=GroupKFold(3),
        groups=household,
        params={"subject": household},
        error_score="raise",
    )
    assert np.all(found["test_score"] > 0.55)


def test_clusters_hold_whole_subjects():
    X, y, household = simulate(60)
    text = refusal(DataError, X, y, subject=household, cluster=np.arange(len(y)))
    assert "All rows of a subject are in one cluster, but found" in text
    wide = RecurrentCox(prepare=False).fit(X, y, subject=household, cluster=household // 2)
    own = RecurrentCox(prepare=False).fit(X, y, subject=household, cluster=household)
    plain = RecurrentCox(prepare=False).fit(X, y, subject=household)
    np.testing.assert_allclose(own.covariance_, plain.covariance_, rtol=SAME)
    assert abs(wide.covariance_[0, 0] / plain.covariance_[0, 0] - 1) > SAME


def test_settings_are_checked_at_fit():
    X, y, household = simulate(20)
    unknown = RecurrentCox("gap", prepare=False)
    assert "formulation is one of andersen_gill, pwp" in refusal(ConfigError, X, y, model=unknown)
    none = RecurrentCox(max_events=0, prepare=False)
    assert "max_events is a whole number from 1" in refusal(ConfigError, X, y, model=none)
    model = RecurrentCox("pwp_gap_time", prepare=False).fit(X, y, subject=household)
    with pytest.raises(ConfigError, match="Only 'andersen_gill' is a model of the rate"):
        model.predict_mean_count(X, [100])
