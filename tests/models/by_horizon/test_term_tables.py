"""Terms as tables: the library's own decision function, terms that are 0 on average, a monotone effect."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from hgrisk.errors import FitError
from hgrisk.models.by_horizon.term_tables import (
    TermSettings,
    centred,
    fit_library,
    fit_terms,
    library_matrix,
    tables_of,
)
from tests.models.by_horizon.horizon_rows import N_BINS, rows_of

EXACT = 1e-12
EVERY = (0, 1, 2, 3)
SETTINGS = TermSettings(
    n_bins=N_BINS,
    is_text=(False, False, False, True),
    increasing=(False, False, False, False),
    n_interactions=0,
    outer_bags=2,
    share=0.2,
    n_rounds=60,
    rate=0.1,
    min_leaf=20,
    seed=0,
)


@pytest.mark.parametrize("n_interactions", [0, 3])
def test_the_tables_add_up_to_the_decision_function(n_interactions):
    rows, new = rows_of(), rows_of(500, seed=1)
    settings = replace(SETTINGS, n_interactions=n_interactions)
    machine = fit_library(rows, settings, EVERY)
    tables = tables_of(machine, EVERY, settings)
    assert [len(place) for place in tables.places] == [1] * 4 + [2] * n_interactions
    for bins in (rows.bins, new.bins):
        expected = machine.decision_function(library_matrix(bins, EVERY))
        np.testing.assert_allclose(tables.scores(bins), expected, atol=EXACT)
        np.testing.assert_allclose(centred(tables, rows, settings).scores(bins), expected, atol=EXACT)
    assert np.ptp(expected) > 1
    own = fit_terms(rows, settings)
    np.testing.assert_array_equal(own.scores(bins), centred(tables, rows, settings).scores(bins))  # and it repeats


def test_terms_are_0_on_average_and_the_intercept_is_the_mean_score():
    rows = rows_of()
    tables = fit_terms(rows, replace(SETTINGS, n_interactions=2))
    terms = tables.terms(rows.bins)
    np.testing.assert_allclose(rows.weight @ terms, 0.0, atol=1e-9)
    assert rows.weight @ tables.scores(rows.bins) / rows.weight.sum() == pytest.approx(tables.intercept, abs=EXACT)
    np.testing.assert_allclose(tables.intercept + terms.sum(axis=1), tables.scores(rows.bins), atol=EXACT)


def test_known_shapes_are_found():
    tables = fit_terms(rows_of(6000), replace(SETTINGS, n_rounds=400))
    count, many, _, levels = tables.effects
    assert np.polyfit(np.arange(1, 7), count[1:], 1)[0] == pytest.approx(0.4, abs=0.08)
    assert many[0] > many[1:20].mean() + 0.3  # missing values tell
    high = np.isin(np.arange(1, 13), (2, 5, 11))
    assert levels[1:][high].min() > levels[1:][~high].max()
    assert all((deviation >= 0).all() for deviation in tables.deviations)


@pytest.mark.parametrize("n_missing", [0, 19, 20])
def test_a_missing_value_of_fewer_than_20_rows_adds_nothing(n_missing):
    rows = rows_of(missing=(0.0, 0.2, 0.0, 0.0))
    rows.bins[:n_missing, 0] = 0
    tables = fit_terms(rows, SETTINGS)
    assert (tables.effects[0][0] == 0) == (n_missing < 20)
    assert tables.effects[1][0] != 0
    assert rows.weight @ tables.scores(rows.bins) / rows.weight.sum() == pytest.approx(tables.intercept, abs=EXACT)
    pair = fit_terms(rows, replace(SETTINGS, n_interactions=6))
    assert n_missing == 20 or all(
        (e[0] == 0).all() for p, e in zip(pair.places, pair.effects, strict=True) if p[0] == 0
    )


def test_an_increasing_effect_only_rises_and_has_no_joint_term():
    rows = rows_of()
    rows.label[:] = np.random.default_rng(1).random(len(rows.label)) < np.where(rows.bins[:, 1] > 20, 0.3, 0.6)
    free = fit_terms(rows, SETTINGS)
    held = fit_terms(rows, replace(SETTINGS, increasing=(True, True, False, False), n_interactions=6))
    assert np.diff(free.effects[1][1:]).min() < -0.05
    assert np.diff(held.effects[0][1:]).min() >= -EXACT
    assert np.diff(held.effects[1][1:]).min() >= -EXACT
    assert held.places[4:] == ((2, 3),)


def test_columns_that_do_not_vary_have_no_term():
    rows = rows_of()
    rows.bins[:, 0] = 3
    rows.bins[:, 2] = 0
    tables = fit_terms(rows, SETTINGS)
    assert tables.places == ((1,), (3,))
    rows.bins[:, :] = 1
    none = fit_terms(rows, SETTINGS)
    assert none.places == ()
    np.testing.assert_allclose(none.scores(rows.bins[:5]), rows.log_odds(np.ones(len(rows.label), dtype=bool)))


def test_whole_clusters_are_left_out_of_a_bag(monkeypatch):
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415

    seen = {}
    fit = ExplainableBoostingClassifier.fit
    monkeypatch.setattr(
        ExplainableBoostingClassifier, "fit", lambda self, *args, **more: seen.update(more) or fit(self, *args, **more)
    )
    rows = rows_of()
    fit_terms(rows, SETTINGS)
    bags = seen["bags"]
    assert bags.shape == (1500, 2)
    assert set(np.unique(bags)) == {-1, 1}
    np.testing.assert_array_equal((bags < 0).sum(axis=0), 300)
    assert np.ptp(bags.reshape(500, 3, 2), axis=1).max() == 0
    assert (bags[:, 0] != bags[:, 1]).any()


def test_only_the_remark_on_missing_values_is_let_pass(monkeypatch):
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415

    fit = ExplainableBoostingClassifier.fit

    def loud(self, *args, **more):
        warnings.warn("Something else.", UserWarning, stacklevel=1)
        return fit(self, *args, **more)

    monkeypatch.setattr(ExplainableBoostingClassifier, "fit", loud)
    with pytest.raises(UserWarning, match=r"Something else\."):
        fit_terms(rows_of(), SETTINGS)


def test_both_answers_are_among_those_left_out_and_the_others():
    rows = rows_of()
    rows.label[:] = False
    rows.label[:3] = True  # one cluster
    with pytest.raises(FitError, match="with and without a re-report are among those left out and among the others"):
        fit_terms(rows, SETTINGS)
