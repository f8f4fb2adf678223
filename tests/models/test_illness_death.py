"""A Cox regression of each passage of the care chain, and what the states come to."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks

from hgrisk.curves import aalen_johansen
from hgrisk.errors import ConfigError, DataError, FitError, HgriskError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.illness_death import CARE_CHAIN, MultiState
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.surv import Surv

RATES = {
    ("report", "handover_sent"): 1 / 60,
    ("handover_sent", "accepted"): 1 / 20,
    ("accepted", "first_contact"): 1 / 30,
    **{(state, "re_report"): 1 / 500 for state in CARE_CHAIN},
}


def stays_of(seed=1, n=300):
    """Cases that walk through the care chain until a re-report or the end of their follow-up."""
    rng = np.random.default_rng(seed)
    rows = []
    for case in range(n):
        prior, state, since = float(rng.poisson(1.0)), "report", 0.0
        until = float(rng.integers(100, 600))
        while state in CARE_CHAIN:
            raised = {to: 1.0 if to != "re_report" else np.exp(0.5 * prior) for to in CARE_CHAIN[state]}
            waits = {to: np.ceil(rng.exponential(1 / (RATES[state, to] * raised[to]))) for to in CARE_CHAIN[state]}
            following = min(waits, key=waits.get)
            stop = since + waits[following]
            if stop > until:
                if until > since:
                    rows.append((f"case-{case}", prior, state, None, since, until))
                break
            rows.append((f"case-{case}", prior, state, following, since, stop))
            state, since = following, stop
    columns = ["case", "prior_reports", "from_state", "to_state", "entry_days", "duration_days"]
    table = pd.DataFrame(rows, columns=columns)
    X = table[["prior_reports"]].assign(noise=rng.normal(size=len(table))).set_index(table["case"])
    return X, table[columns[2:]], table["case"].to_numpy()


@pytest.fixture(scope="module")
def fitted():
    X, stays, case = stays_of()
    return MultiState(prepare=False).fit(X, stays, cluster=case), X, stays, case


def test_each_passage_is_a_cox_regression_of_the_stays_in_its_state(fitted):
    model, X, stays, case = fitted
    assert model.states_ == ["report", "handover_sent", "accepted", "first_contact", "re_report"]
    assert model.coef_.shape == (7, 2)
    for place, (origin, target) in enumerate(model.passages_):
        here = (stays["from_state"] == origin).to_numpy()
        event = np.where(stays["to_state"] == target, 1, np.where(stays["to_state"].isna(), 0, 2))[here]
        y = Surv.from_arrays(event, stays["duration_days"][here], stays["entry_days"][here])
        alone = CoxRegression(prepare=False).fit(X[here], y, cluster=case[here])
        np.testing.assert_allclose(model.coef_[place], alone.coef_, rtol=1e-9)
        np.testing.assert_allclose(model.covariance_[place], alone.covariance_, rtol=1e-9)
        assert model.n_events_[place] == alone.n_events_
    table = model.summary_
    assert len(table) == 14
    its = table[(table["from_state"] == "report") & (table["to_state"] == "re_report")].set_index("feature")
    assert its.loc["prior_reports", "coef"] == pytest.approx(0.5, abs=3 * its.loc["prior_reports", "se"])
    np.testing.assert_allclose(np.log(table["upper"] / table["lower"]), 2 * 1.959964 * table["se"], rtol=1e-6)


def test_probabilities_add_up_and_a_re_report_is_an_end(fitted):
    model, X, stays, _ = fitted
    days = [0.0, 10.0, 50.0, 200.0]
    inside = model.predict_occupation(X, days)
    assert inside.shape == (len(X), 4, 5)
    np.testing.assert_allclose(inside.sum(axis=2), 1.0, atol=1e-12)
    np.testing.assert_array_equal(inside[:, 0], np.eye(5)[np.zeros(len(X), dtype=int)])
    ended = model.predict_cumulative_incidence(X, days)
    np.testing.assert_array_equal(ended, inside[:, :, 4])
    assert np.all(np.diff(ended, axis=1) >= 0)
    assert np.corrcoef(X["prior_reports"], ended[:, 3])[0, 1] > 0.9
    at_50 = model.occupation_[np.searchsorted(model.occupation_times_, 50.0, side="right") - 1]
    np.testing.assert_allclose(inside[stays["entry_days"] == 0, 2].mean(axis=0), at_50, atol=0.03)
    np.testing.assert_array_equal(model.predict_occupation(X, days[::-1]), inside[:, ::-1])


def test_looking_ahead_in_two_steps_is_looking_ahead_in_one(fitted):
    model, X, _, _ = fitted
    whole = model.predict_occupation(X[:3], [200.0])[:, 0]
    middle = model.predict_occupation(X[:3], [80.0])[:, 0]
    onwards = [model.predict_occupation(X[:3], [200.0], state=state, since_days=80.0)[:, 0] for state in model.states_]
    np.testing.assert_allclose(np.einsum("ns,snt->nt", middle, np.array(onwards)), whole, atol=1e-12)
    np.testing.assert_array_equal(onwards[4], np.tile(np.eye(5)[4], (3, 1)))


def test_where_everybody_is_followed_the_states_are_counted():
    X, stays, _ = stays_of(2)
    model = MultiState(prepare=False).fit(X, stays)
    at = 90.0
    early = model.occupation_[np.searchsorted(model.occupation_times_, at, side="right") - 1]
    here = (stays["entry_days"] <= at) & (at < stays["duration_days"])
    counted = stays["from_state"][here].value_counts()
    ended = ((stays["to_state"] == "re_report") & (stays["duration_days"] <= at)).sum()
    expected = np.array([*(counted.get(state, 0) for state in model.states_[:4]), ended])
    np.testing.assert_allclose(early, expected / 300, atol=1e-12)  # nobody is censored before day 100


def test_one_end_of_two_has_the_aalen_johansen_curve():
    rng = np.random.default_rng(3)
    days, event = rng.integers(1, 50, 200).astype(float), rng.choice(3, 200)
    target = pd.Series(event).map({1: "re_report", 2: "moved"})
    stays = pd.DataFrame({"from_state": "report", "to_state": target, "entry_days": 0.0, "duration_days": days})
    X = pd.DataFrame({"noise": rng.normal(size=200)})
    model = MultiState({"report": ["re_report", "moved"]}, prepare=False).fit(X, stays)
    expected = aalen_johansen(days, event).at(model.occupation_times_)
    np.testing.assert_allclose(model.occupation_[:, 1], expected, atol=1e-12)


def test_weights_count_and_the_order_of_stays_does_not(fitted):
    model, X, stays, case = fitted
    mixed = np.random.default_rng(4).permutation(len(X))
    again = MultiState(prepare=False).fit(X.iloc[mixed], stays.iloc[mixed], cluster=case[mixed])
    np.testing.assert_allclose(again.coef_, model.coef_, atol=1e-8)
    np.testing.assert_allclose(again.occupation_, model.occupation_, atol=1e-12)
    heavy = MultiState(prepare=False).fit(X, stays, sample_weight=np.full(len(X), 3.0))
    np.testing.assert_allclose(heavy.coef_, model.coef_, atol=1e-7)
    np.testing.assert_allclose(heavy.model_covariance_, model.model_covariance_ / 3, rtol=1e-6)
    np.testing.assert_allclose(heavy.occupation_, model.occupation_, atol=1e-12)


def test_it_keeps_no_case_and_loads_without_code():
    X, stays, case = stays_of(5)
    model = MultiState(penalty=0.01).fit(X.assign(region=np.where(case < "case-2", "a", "b")), stays, cluster=case)
    assert b"case-" not in pickle.dumps(model)
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED_TYPES)
    loaded = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    X = X.assign(region="a")
    np.testing.assert_array_equal(loaded.predict_occupation(X, [90]), model.predict_occupation(X, [90]))
    assert not [name for name in vars(clone(model)) if name.endswith("_")]


def test_it_ends_a_pipeline(fitted):
    model, X, stays, _ = fitted
    pipeline = Pipeline([("chain", MultiState(prepare=False))]).fit(X, stays)
    np.testing.assert_allclose(pipeline["chain"].coef_, model.coef_, rtol=1e-12)


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
    ],
)
def test_scikit_learn_checks_that_need_no_outcome(check):
    check("MultiState", MultiState())


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_stays_that_are_none_are_refused_in_one_sentence():
    X, stays, case = stays_of(6, n=60)
    fit = MultiState(prepare=False).fit
    assert "from_state, to_state, entry_days" in message(DataError, fit, X, stays.drop(columns="to_state"))
    assert "found ndarray" in message(DataError, fit, X, np.zeros(len(X)))
    assert "one row per stay" in message(DataError, fit, X[:-1], stays)
    odd = stays.assign(to_state="nowhere")
    assert "'nowhere': add it or correct the stay" in message(DataError, fit, X, odd)
    over = message(DataError, fit, X, stays.assign(from_state="re_report", to_state=None))
    assert "a stay in 're_report': leave out stays in the last states ('re_report')." in over
    late = stays.assign(entry_days=stays["duration_days"])
    assert "before its duration" in message(DataError, fit, X, late)
    assert "above 0 days" in message(DataError, fit, X, stays.assign(duration_days=-1.0))
    assert "Some case weight is above 0" in message(DataError, fit, X, stays, sample_weight=np.zeros(len(X)))
    missing = np.where(np.arange(len(X)) == 0, None, case)
    assert "one per stay" in message(DataError, fit, X, stays, cluster=missing)
    named = message(DataError, fit, X, stays, cluster="case")
    assert f"one per stay, but found 'case': pass a column of {len(X)} labels" in named


def test_settings_and_fits_that_cannot_be_are_refused_in_one_sentence():
    X, stays, _ = stays_of(7, n=60)
    assert "each once" in message(ConfigError, MultiState({}).fit, X, stays)
    assert "'a' to itself" in message(ConfigError, MultiState({"a": ["a"]}).fit, X, stays)
    assert "finite number from 0" in message(ConfigError, MultiState(penalty=-1.0).fit, X, stays)
    fit = MultiState(prepare=False).fit
    flat = message(FitError, fit, X.assign(noise=1.0), stays)
    assert flat.startswith("The passage from 'report' to 'handover_sent': an unpenalised Cox regression takes columns")
    assert "no variation in 'noise'" in flat
    assert "'noise'" in message(HgriskError, fit, X.assign(noise=np.nan), stays)
    assert "at least one column" in message(DataError, fit, X[[]], stays)
    never = dict(CARE_CHAIN) | {"first_contact": ("re_report", "closed")}
    text = message(FitError, MultiState(never, prepare=False).fit, X, stays)
    assert text == (
        "The passage from 'first_contact' to 'closed' happens at least once, but found none: "
        "leave it out of the transitions."
    )


def test_predictions_that_cannot_be_are_refused_in_one_sentence(fitted):
    model, X, _, _ = fitted
    assert "one of those at fit, but found 'nowhere'" in message(
        FitError, model.predict_occupation, X, [10], state="nowhere"
    )
    for days, since in (([1e6], 0.0), ([5.0], 10.0), ([np.nan], 0.0)):
        assert "Times are days from" in message(FitError, model.predict_occupation, X, days, since_days=since)
    assert "nothing follows, but found 'report'" in message(
        FitError, model.predict_cumulative_incidence, X, [10], end="report"
    )
    assert "missing 'noise'" in message(FitError, model.predict_occupation, X[["prior_reports"]], [10])
