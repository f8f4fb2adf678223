"""The subdistribution hazard without splitting a row, against rows that are split at every event time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import FitError
from hgrisk.hazards.fit import CoxRows, fit_cox
from hgrisk.hazards.observation import observe
from hgrisk.hazards.subdistribution import fit_subdistribution, pose_subdistribution, score_residuals_staying

SAME = 1e-7
PIECES = ("X", "duration", "happened", "entry", "weight")


def draw(seed, n=150, *, late=False, days=12):
    """Rows with ties, weights, and three ends; one long row keeps somebody under observation all the time."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    entry = np.where(rng.random(n) < 0.5, 0.0, rng.integers(0, 4, n)) if late else np.zeros(n)
    entry[:10] = 0.0
    duration = entry + np.ceil(rng.exponential(5.0 * np.exp(-0.5 * X[:, 0]))).clip(1, days)
    end = rng.choice(3, n, p=[0.3, 0.4, 0.3])
    duration[:10], end[:10] = days + 5.0, 0
    weight = rng.integers(1, 4, n).astype(float)
    return CoxRows(X, duration, end == 1, entry if late else None, weight), end == 2


def split(rows, competing):
    """Lay every row that had a competing event out over the event times after it, weighted at each."""
    entry = np.zeros(len(rows.X)) if rows.entry is None else rows.entry
    observation = observe(rows.duration, ~(rows.happened | competing), rows.entry, rows.weight)
    pieces = [(place, entry[place], rows.duration[place], rows.happened[place], 1.0) for place in range(len(entry))]
    times = np.unique(rows.duration[rows.happened])
    for place in np.flatnonzero(competing):
        since = rows.duration[place]
        own = observation.before(np.array([since]))[0]
        for time in times[times > since]:
            share = np.exp(observation.before(np.array([time]))[0] - own)
            pieces.append((place, since, time, False, share))
            since = time
    table = pd.DataFrame(pieces, columns=["row", "entry", "stop", "happened", "share"])
    row = table["row"].to_numpy()
    weight = table["share"].to_numpy() * rows.weight[row]
    happened = table["happened"].to_numpy()
    return CoxRows(rows.X[row], table["stop"].to_numpy(), happened, table["entry"].to_numpy(), weight), row


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from(["efron", "breslow"]))
def test_it_equals_a_cox_regression_of_split_rows(seed, late, ties):
    rows, competing = draw(seed, late=late)
    cluster = np.arange(len(competing)) // 3
    mine = fit_subdistribution(rows, competing, cluster=cluster, ties=ties)
    pieces, row = split(rows, competing)
    theirs = fit_cox(pieces, cluster=cluster[row], ties=ties)
    np.testing.assert_allclose(mine.coef, theirs.coef, atol=SAME)
    np.testing.assert_allclose(mine.model_covariance, theirs.model_covariance, rtol=SAME, atol=1e-10)
    np.testing.assert_allclose(mine.covariance, theirs.covariance, rtol=SAME, atol=1e-10)
    assert mine.loglik == pytest.approx(theirs.loglik, abs=1e-8)
    assert mine.loglik_null == pytest.approx(theirs.loglik_null, abs=1e-8)
    scale = np.exp((mine.center - theirs.center) @ mine.coef)
    np.testing.assert_allclose(mine.hazard, theirs.hazard * scale, rtol=SAME)


def in_strata(parts):
    """Put the rows of several draws together, as strata of one regression, in mixed order."""
    whole = {name: np.concatenate([getattr(rows, name) for rows, _ in parts]) for name in ("X", "duration", "happened")}
    whole["entry"] = np.concatenate([np.zeros(len(rows.X)) if rows.entry is None else rows.entry for rows, _ in parts])
    whole["weight"] = np.concatenate([rows.weight for rows, _ in parts])
    whole["stratum"] = np.repeat(np.arange(len(parts)), [len(rows.X) for rows, _ in parts])
    order = np.random.default_rng(1).permutation(len(whole["X"]))
    competing = np.concatenate([competing for _, competing in parts])
    return CoxRows(**{name: column[order] for name, column in whole.items()}), competing[order], order


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from(["efron", "breslow"]))
def test_strata_equal_a_cox_regression_of_rows_that_are_split_within_each(seed, ties):
    parts = [draw(seed, late=True), draw(seed + 1, n=90, days=30), draw(seed + 2, n=60, late=True, days=6)]
    parts[1] = (replace(parts[1][0], X=parts[1][0].X + 500.0), parts[1][1])  # a far higher hazard there changes nothing
    rows, competing, order = in_strata(parts)
    cluster = np.arange(len(order)) // 2
    mine = fit_subdistribution(rows, competing, cluster=cluster[order], ties=ties)
    pieces = [split(*part) for part in parts]
    first = np.cumsum([0, *[len(part[0].X) for part in parts]])
    whole = {name: np.concatenate([getattr(piece, name) for piece, _ in pieces]) for name in PIECES}
    stratum = np.repeat(np.arange(3), [len(row) for _, row in pieces])
    source = np.concatenate([row + begin for (_, row), begin in zip(pieces, first, strict=False)])
    theirs = fit_cox(CoxRows(**whole, stratum=stratum), cluster=cluster[source], ties=ties)
    np.testing.assert_allclose(mine.coef, theirs.coef, atol=SAME)
    np.testing.assert_allclose(mine.model_covariance, theirs.model_covariance, rtol=SAME, atol=1e-10)
    np.testing.assert_allclose(mine.covariance, theirs.covariance, rtol=SAME, atol=1e-10)
    assert mine.loglik == pytest.approx(theirs.loglik, abs=1e-7)
    np.testing.assert_array_equal(mine.stratum, theirs.stratum)
    np.testing.assert_array_equal(mine.times, theirs.times)
    scale = np.exp((mine.center - theirs.center) @ mine.coef)
    np.testing.assert_allclose(mine.hazard, theirs.hazard * scale, rtol=1e-5)


def test_columns_of_their_own_make_strata_as_good_as_fits_of_their_own():
    parts = [draw(11, late=True), draw(12, days=30)]
    apart = [
        (replace(rows, X=np.hstack((rows.X * (place == 0), rows.X * (place == 1)))), competing)
        for place, (rows, competing) in enumerate(parts)
    ]
    rows, competing, _ = in_strata(apart)
    together = fit_subdistribution(rows, competing)
    alone = [fit_subdistribution(*part) for part in parts]
    np.testing.assert_allclose(together.coef, np.concatenate([one.coef for one in alone]), atol=SAME)
    for place, one in enumerate(alone):
        block = slice(2 * place, 2 * place + 2)
        np.testing.assert_allclose(together.covariance[block, block], one.covariance, rtol=1e-6)
    assert together.loglik == pytest.approx(sum(one.loglik for one in alone))
    assert together.largest_weight == pytest.approx(max(one.largest_weight for one in alone))


def test_a_stratum_without_events_adds_nothing():
    rows, competing = draw(13)
    idle = replace(draw(14)[0], happened=np.zeros(150, dtype=bool))
    both, ended, _ = in_strata([(rows, competing), (idle, np.ones(150, dtype=bool))])
    mine, alone = fit_subdistribution(both, ended), fit_subdistribution(rows, competing)
    np.testing.assert_allclose(mine.coef, alone.coef, atol=SAME)
    np.testing.assert_allclose(mine.covariance, alone.covariance, rtol=1e-6)
    assert set(mine.stratum) == {0}


def test_without_competing_events_it_is_a_cox_regression_with_huber_errors():
    rows, competing = draw(1, late=True)
    mine = fit_subdistribution(rows, np.zeros(len(competing), dtype=bool), penalty=0.05)
    theirs = fit_cox(rows, cluster=np.arange(len(competing)), penalty=0.05)
    for name in ("coef", "covariance", "model_covariance", "hazard", "times", "center"):
        np.testing.assert_allclose(getattr(mine, name), getattr(theirs, name), rtol=1e-9, err_msg=name)
    assert mine.loglik == pytest.approx(theirs.loglik)
    assert mine.largest_weight == 1.0


def test_with_nobody_censored_those_with_a_competing_event_are_as_good_as_followed_for_ever():
    rows, competing = draw(2)
    ends = rows.duration.max() + 1
    rows = CoxRows(rows.X, rows.duration, ~competing, None, rows.weight)
    for_ever = CoxRows(rows.X, np.where(competing, ends, rows.duration), ~competing, None, rows.weight)
    mine, theirs = fit_subdistribution(rows, competing), fit_cox(for_ever, cluster=np.arange(len(competing)))
    np.testing.assert_allclose(mine.coef, theirs.coef, atol=SAME)
    np.testing.assert_allclose(mine.covariance, theirs.covariance, rtol=1e-6)


def test_residuals_add_up_to_the_gradient_and_information_is_its_slope():
    rows, competing = draw(3, late=True)
    problem = pose_subdistribution(replace(rows, stratum=np.arange(len(competing)) % 3), competing)
    coef, small = np.array([0.3, -0.2]), 1e-5
    gradient, information = problem.derivatives(problem.at(coef))
    summed = score_residuals_staying(problem, problem.at(coef)).sum(axis=0) / problem.design.scale
    np.testing.assert_allclose(summed, gradient, atol=1e-9)
    for place in range(2):
        step = small * (np.arange(2) == place)
        above, below = problem.at(coef + step), problem.at(coef - step)
        assert gradient[place] == pytest.approx((above.loglik - below.loglik) / 2 / small, rel=1e-6)
        slope = (problem.derivatives(below)[0] - problem.derivatives(above)[0]) / 2 / small
        np.testing.assert_allclose(information[place], slope, rtol=1e-6, atol=1e-6)


def test_a_weight_of_two_is_a_row_twice_and_the_order_does_not_matter():
    rows, competing = draw(4, late=True)
    whole = fit_subdistribution(rows, competing, cluster=np.arange(len(competing)), ties="breslow")
    twice = np.repeat(np.arange(len(competing)), rows.weight.astype(int))[::-1]
    plain = CoxRows(rows.X[twice], rows.duration[twice], rows.happened[twice], rows.entry[twice])
    again = fit_subdistribution(plain, competing[twice], cluster=twice, ties="breslow")
    np.testing.assert_allclose(again.coef, whole.coef, atol=SAME)
    np.testing.assert_allclose(again.covariance, whole.covariance, rtol=1e-6)


def test_the_unit_of_time_does_not_matter():
    rows, competing = draw(5, late=True)
    whole = fit_subdistribution(rows, competing)
    years = CoxRows(rows.X, rows.duration / 365.25, rows.happened, rows.entry / 365.25, rows.weight)
    np.testing.assert_allclose(fit_subdistribution(years, competing).coef, whole.coef, atol=SAME)


def test_few_under_observation_early_on_show_as_a_large_weight():
    duration = np.concatenate(([3.0, 40.0], np.full(100, 20.0) + np.arange(100)))
    entry = np.concatenate(([0.0, 0.0], np.full(100, 10.0)))
    happened = np.arange(102) > 0
    competing = np.arange(102) == 0
    rows = CoxRows(np.arange(102.0)[:, None] % 7, duration, happened, entry)
    # one of two at risk ends by a competing event; then a hundred come, so that the one at risk stands for 101
    assert fit_subdistribution(rows, competing).largest_weight == pytest.approx(101.0)


def test_without_delayed_entry_no_weight_is_above_1():
    rows, competing = draw(7)
    X, duration = rows.X, rows.duration + np.random.default_rng(7).random(len(competing))
    assert fit_subdistribution(CoxRows(X, duration, rows.happened), competing).largest_weight == 1.0


def message(call, *args, **kwargs):
    with pytest.raises(FitError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_a_spell_without_anybody_is_refused():
    X, happened = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([False, True, True, True])
    rows = CoxRows(X, np.array([3.0, 5.0, 20.0, 30.0]), happened, np.array([0.0, 0.0, 10.0, 10.0]))
    text = message(fit_subdistribution, rows, ~happened)
    assert text.startswith("Fine-Gray weights need somebody under observation")
    assert "found nobody whose time at risk goes on at day 10:" in text


def test_bad_input_is_refused_in_one_sentence():
    rows, competing = draw(6)
    nothing = CoxRows(rows.X, rows.duration, np.zeros(len(competing), dtype=bool))
    assert "at least one re-report, but found none" in message(fit_subdistribution, nothing, competing)
    flat = CoxRows(np.column_stack((rows.X[:, 0], np.ones(len(competing)))), rows.duration, rows.happened)
    assert "no variation in 'b'" in message(fit_subdistribution, flat, competing, names=["a", "b"])
    ordered = CoxRows(rows.happened[:, None].astype(float), rows.duration, rows.happened)
    assert "perfectly ordered by 'x0'" in message(fit_subdistribution, ordered, competing)
    one = np.zeros(len(competing))
    assert "at least 2 clusters" in message(fit_subdistribution, rows, competing, cluster=one)
