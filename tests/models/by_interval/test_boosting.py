"""Bins, an order of rows that does not depend on the one given, rounds; scikit-learn's boosting as the judge."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from hgrisk.models.by_interval.boosting import Growth, Rows, boost, into_bins, learn_edges, log_rates, settled_order
from hgrisk.models.by_interval.intervals import cut_into_spells, even_edges

SAME_AS_SKLEARN = 1e-4  # it keeps gradients with seven digits


def rows_of(X, duration, event, interval=1000.0, weight=None):
    spells = cut_into_spells(duration, event, None, even_edges(interval, None, float(duration.max())))
    edges = [learn_edges(column) for column in X.T]
    n_bins = np.array([len(its) + 1 for its in edges], dtype=np.int64)
    weights = np.ones(len(X)) if weight is None else weight
    return Rows(into_bins(X, edges), n_bins, np.zeros(X.shape[1], dtype=np.int64), spells, weights, 1)


def sample(n=1500, seed=1):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 12, (n, 3)).astype(float)
    X[rng.random((n, 3)) < 0.15] = np.nan
    rate = np.exp(0.15 * np.nan_to_num(X[:, 0], nan=8) - 0.8 * (X[:, 1] > 5) * (X[:, 2] > 3)) / 500
    time, stop = rng.exponential(1 / rate), rng.uniform(50, 1000, n)
    return X, np.minimum(time, stop), (time <= stop).astype(int)


def test_bins_of_few_values_part_at_the_middles():
    assert learn_edges(np.array([3.0, 1, np.nan, 1, 2])).tolist() == [1.5, 2.5]
    assert learn_edges(np.array([7.0, 7.0])).tolist() == []
    assert learn_edges(np.array([np.nan])).tolist() == []
    one, next_one = 1.0, np.nextafter(1.0, 2)
    edges = learn_edges(np.array([one, next_one, -1e300, 1e300]))
    assert into_bins(np.array([[-1e300], [one], [next_one], [1e300]]), [edges]).ravel().tolist() == [1, 2, 3, 4]


def test_bins_of_many_values_are_quantiles_and_missing_is_zero():
    values = np.append(np.random.default_rng(1).permutation(6400).astype(float), np.nan)
    edges = learn_edges(values)
    bins = into_bins(values[:, None], [edges]).ravel()
    assert bins[-1] == 0
    assert np.abs(np.bincount(bins[:-1], minlength=65)[1:] - 100).max() <= 1
    heavy = learn_edges(np.append(np.zeros(9000), np.arange(1, 100)))
    assert len(heavy) == len(set(heavy)) <= 63


def test_the_settled_order_depends_on_what_rows_hold_alone():
    X, duration, event = sample(n=300)
    rows = rows_of(X, duration, event)
    mixed = np.random.default_rng(2).permutation(300)
    one = settled_order(rows.bins, rows.spells, rows.weight)
    other = settled_order(rows.bins[mixed], rows.spells.only(mixed), rows.weight)
    np.testing.assert_array_equal(rows.bins[one], rows.bins[mixed][other])
    np.testing.assert_array_equal(rows.spells.left[one], rows.spells.left[mixed][other])


def test_one_interval_equals_scikit_learns_poisson_boosting():
    X, duration, event = sample()
    rows = rows_of(X, duration, event)
    mine = boost(rows, Growth(3, 0.2, 0.0, 1e-3), 15, np.zeros(len(X), dtype=bool))
    theirs = HistGradientBoostingRegressor(
        loss="poisson", max_iter=15, max_depth=3, max_leaf_nodes=None, min_samples_leaf=1, learning_rate=0.2,
        early_stopping=False,
    )  # fmt: skip
    exposure = rows.spells.left
    theirs.fit(X, event / exposure, sample_weight=exposure)
    found = np.exp(log_rates(rows.bins, mine.baseline, mine.trees)[:, 0])
    np.testing.assert_allclose(found, theirs.predict(X), rtol=SAME_AS_SKLEARN)


def test_intervals_equal_scikit_learns_boosting_on_rows_by_person_and_interval():
    X, duration, event = sample(n=600)
    rows = rows_of(X, duration, event, interval=200.0)
    mine = boost(rows, Growth(2, 0.3, 0.0, 1e-3), 10, np.zeros(len(X), dtype=bool))
    row, time = np.nonzero(rows.spells.at_risk(np.zeros(len(X), dtype=bool)) > 0)
    exposure = rows.spells.at_risk(np.zeros(len(X), dtype=bool))[row, time]
    observed = (event[row] == 1) & (time == rows.spells.last[row])
    # its first guess is one for all: the baseline by interval is brought in as part of the exposure
    scaled = exposure * np.exp(mine.baseline[time])
    theirs = HistGradientBoostingRegressor(
        loss="poisson", max_iter=10, max_depth=2, max_leaf_nodes=None, min_samples_leaf=1, learning_rate=0.3,
        early_stopping=False,
    )  # fmt: skip
    columns = np.column_stack((X[row], time))
    theirs.fit(columns, observed / scaled, sample_weight=scaled)
    found = log_rates(rows.bins, mine.baseline, mine.trees)[row, time] - mine.baseline[time]
    first_guess = np.log(observed.sum() / scaled.sum())
    np.testing.assert_allclose(found, np.log(theirs.predict(columns)) - first_guess, atol=0.02)


def test_the_baseline_is_events_over_time_at_risk():
    duration, event = np.array([10.0, 15, 20, 20, 5]), np.array([0, 1, 1, 0, 0])
    rows = rows_of(np.arange(5.0)[:, None], duration, event, interval=10.0)
    boosted = boost(rows, Growth(1, 0.1, 1.0, 1e9), 5, np.array([False] * 4 + [True]))
    mean = 2 / (4 + 2.5)
    np.testing.assert_allclose(np.exp(boosted.baseline), [1 / (4 + 1 / mean), 3 / (2.5 + 1 / mean)])
    assert len(boosted.trees["roots"]) == 0
    np.testing.assert_array_equal(log_rates(rows.bins, boosted.baseline, boosted.trees), [boosted.baseline] * 5)


def test_boosting_stops_when_those_left_out_are_no_better_for_it():
    X, duration, event = sample(n=900)
    noise = np.random.default_rng(5).normal(size=(900, 3))
    left_out = np.arange(900) % 3 == 0
    useful = boost(rows_of(X, duration, event), Growth(3, 0.2, 1.0, 5.0), 200, left_out, patience=10)
    useless = boost(rows_of(noise, duration, event), Growth(3, 0.2, 1.0, 5.0), 200, left_out, patience=10)
    assert max(useful.scores) > useful.scores[0] + 5
    assert 10 <= len(useless.trees["roots"]) < len(useful.trees["roots"]) < 200
    assert len(useful.scores) == len(useful.trees["roots"]) + 1 == int(np.argmax(useful.scores)) + 11


def test_weights_count_as_copies():
    X, duration, event = sample(n=400)
    weight = np.random.default_rng(3).integers(1, 4, 400)
    copies = np.repeat(np.arange(400), weight)
    growth, none = Growth(3, 0.2, 1.0, 5.0), np.zeros(400, dtype=bool)
    rows = rows_of(X, duration, event, 100.0, weight.astype(float))
    many = rows_of(X[copies], duration[copies], event[copies], 100.0)
    one = boost(rows, growth, 20, none)
    other = boost(many, growth, 20, np.zeros(len(copies), dtype=bool))
    found = log_rates(rows.bins, other.baseline, other.trees)
    np.testing.assert_allclose(log_rates(rows.bins, one.baseline, one.trees), found, atol=1e-8)
    assert found.std() > 0.3
