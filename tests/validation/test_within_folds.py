"""Rankings within folds: a slow count of pairs and flags, one fold is no fold, and levels of folds do not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.registry import all_metrics, get_metric, get_metrics
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.surv import Surv
from hgrisk.validation.within_folds import (
    RANKING,
    FoldSamples,
    is_ranking,
    pooled_settings,
    with_rankings,
    within_folds,
)

EXACT = 1e-12
RANKINGS = tuple(name for name, metric in all_metrics().items() if metric.kind in RANKING)


def censored(n: int, seed: int) -> tuple[Sample, np.ndarray]:
    """Return n rows with competing events and censoring, risks with ties, and their outcome."""
    rng = np.random.default_rng(seed)
    risk = np.round(rng.random(n), 1)
    days = np.ceil(rng.exponential(500 / (0.3 + risk)))
    end = np.ceil(rng.uniform(200, 900, n))
    y = Surv.from_arrays(np.where(days <= end, rng.integers(1, 3, n), 0), np.minimum(days, end))
    return Sample.build(y, y, risk[:, None], [365]), y


def known(again: np.ndarray, risk: np.ndarray) -> Sample:
    """Return rows that are all followed past the horizon."""
    y = Surv.from_arrays(again, np.where(again, 100, 400))
    return Sample.build(y, y, np.asarray(risk, dtype=float)[:, None], [365])


def by_pairs(again, risk, fold):
    won = pairs = 0.0
    for number in np.unique(fold):
        rows = fold == number
        for case in risk[rows & again]:
            others = risk[rows & ~again]
            won += (case > others).sum() + 0.5 * (case == others).sum()
            pairs += len(others)
    return won / pairs


def flags(risk, fold, share):
    """Return the share of each row that is flagged, capacity by capacity; ties share the room that is left."""
    out = np.zeros(len(risk))
    for number in np.unique(fold):
        room = share * np.sum(fold == number)
        for value in sorted(set(risk[fold == number]), reverse=True):
            rows = (fold == number) & (risk == value)
            out[rows] = min(1.0, room / rows.sum())
            room -= out[rows].sum()
    return out


@given(st.integers(0, 10**6), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_rankings_are_those_of_a_slow_count(seed, n_folds):
    rng = np.random.default_rng(seed)
    again, risk = rng.random(60) < 0.4, np.round(rng.random(60), 1)
    fold = rng.integers(0, n_folds, 60)
    again[fold == 0] = False  # a fold without a re-report has no pair
    again[fold == 1] = np.arange(np.sum(fold == 1)) % 2 == 0
    folds = FoldSamples(known(again, risk), fold, np.ones((1, 60), dtype=np.uint16))
    flagged = flags(risk, fold, 0.2)
    found, missed = again @ flagged, again @ (1 - flagged)
    expected = {
        "auc": by_pairs(again, risk, fold),
        "capacity_recall": found / again.sum(),
        "capacity_precision": found / flagged.sum(),
        "number_needed_to_flag": flagged.sum() / found if found else np.nan,
        "expected_cost": (10 * missed + ~again @ flagged) / 60,
    }
    for name, value in expected.items():
        metric = get_metric(name).with_parameters(capacity_share=0.2)
        got = within_folds(metric, 365, folds)[0]
        assert got == pytest.approx(value, abs=EXACT, nan_ok=True), name


@pytest.mark.parametrize("name", RANKINGS)
def test_one_fold_is_the_whole(name):
    sample, _ = censored(300, 4)
    draws = cluster_weights(np.arange(300) // 2, 25, 1)
    metric = get_metric(name)
    folds = FoldSamples(sample, np.zeros(300, dtype=int), draws)
    np.testing.assert_allclose(within_folds(metric, 365.0, folds), metric.compute(sample, 365, draws), rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in RANKINGS if name != "net_benefit"])
def test_the_level_of_a_fold_does_not_matter(name):
    """Risks of one fold are halved: within it nothing changes, over all folds everything would."""
    sample, y = censored(300, 5)
    fold, draws = np.arange(300) % 3, cluster_weights(np.arange(300), 25, 1)
    halved = Sample.build(y, y, sample.risk * np.where(fold == 1, 0.5, 1.0)[:, None], [365])
    one, other = (within_folds(get_metric(name), 365.0, FoldSamples(each, fold, draws)) for each in (sample, halved))
    np.testing.assert_allclose(one, other, rtol=1e-12)
    assert get_metric(name).estimate(sample, 365) != get_metric(name).estimate(halved, 365)


@pytest.mark.parametrize("name", RANKINGS)
def test_equal_risks_in_each_fold_are_chance(name):
    """The level of a fold runs against its outcome, as in cross-validation of the base rate."""
    again = np.arange(120) % 4 < 2
    fold = np.where(again, np.arange(120) % 3, np.maximum(np.arange(120) % 3, np.arange(120) % 2))
    level = np.array([0.5 - again[fold == number].mean() / 4 for number in range(3)])
    folds = FoldSamples(known(again, level[fold]), fold, cluster_weights(np.arange(120), 40, 2))
    draws = within_folds(get_metric(name).with_parameters(capacity_share=0.1), 365.0, folds)
    if get_metric(name).kind == "discrimination":
        assert set(draws) == {0.5}
    if name == "capacity_recall":
        assert draws[0] == pytest.approx(0.1, abs=EXACT)


def test_a_fold_that_counts_and_cannot_be_judged_is_not_passed_over():
    """A threshold of 1 has no price, so the net benefit of that fold, and of all folds, is not defined."""
    risk = np.array([1.0, 0.2, 0.5, 0.1])
    folds = FoldSamples(known(np.array([True, False, True, False]), risk), np.array([0, 0, 1, 1]), np.ones((1, 4)))
    assert np.isnan(within_folds(get_metric("net_benefit").with_parameters(capacity_share=0.5), 365.0, folds)).all()


def test_an_evaluation_keeps_its_form():
    sample, y = censored(200, 6)
    clusters, fold = np.arange(200) // 2, np.arange(200) // 2 % 4
    asked = EvaluationSettings(
        horizons_days=(365,), metrics=("auc", "brier", "capacity_recall"), capacity_shares=(0.1,), n_resamples=30
    )
    metrics = get_metrics(asked.metrics, asked.capacity_shares)
    whole, part = (
        evaluate(y, y, sample.risk, [365], clusters=clusters, settings=each, seed=3, model="m")
        for each in (asked, pooled_settings(asked))
    )
    assert set(part.table["metric"]) == {"brier"}
    found = with_rankings(part, metrics, FoldSamples(sample, fold, cluster_weights(clusters, 30, 3)))
    levels = [not is_ranking(name.partition("@")[0]) for name in metrics]
    same = ["model", "metric", "horizon_days", "group", "n", "n_events"]
    pd.testing.assert_frame_equal(found.table[same], whole.table[same])
    pd.testing.assert_frame_equal(found.table[levels], whole.table[levels])
    assert list(found.replicates) == list(whole.replicates)
    assert found.pairing == whole.pairing
    assert (found.table["lower"] < found.table["upper"]).all()
    none = pooled_settings(asked.model_copy(update={"metrics": ("auc",)}))
    assert none.metrics == ("auc",)
