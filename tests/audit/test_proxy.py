"""The proxy test finds what gives an attribute away, and nothing where nothing does."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from hgrisk.audit.proxy import _auc, _test_rows, proxy_test
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import DataError

N = 600
DRAWN = AuditSettings(n_resamples=40)
FAST = AuditSettings(n_resamples=0)
N_PERMUTED, FEWEST_COVERED = 30, 26  # of 30 intervals of 95 %, fewer than 26 is a chance of 1.6 in 100
CHANCE = 0.02  # the mean of 30 AUCs of chance among 300 rows has a standard error near .006


@pytest.fixture(scope="module")
def X():  # noqa: N802
    rng = np.random.default_rng(4)
    return pd.DataFrame({"reports": rng.poisson(2, N), "kind": rng.choice(["a", "b", "c"], N), "noise": rng.random(N)})


@pytest.fixture(scope="module")
def sex():
    return pd.Series(np.random.default_rng(5).choice(["f", "m"], N, p=[0.4, 0.6]), name="sex")


def test_a_copy_gives_it_away(X, sex):
    result = proxy_test(X.assign(school=sex.map({"f": "north", "m": "south"})), sex, np.arange(N), settings=DRAWN)
    row = result.table.iloc[0]
    assert (row["auc"], row["lower"], row["upper"]) == (1.0, 1.0, 1.0)
    judged = _test_rows(np.arange(N), 0.5, 0)
    assert (row["level"], row["n"], row["n_level"]) == ("f", N // 2, (sex[judged] == "f").sum())
    best = result.top_features.iloc[0]
    assert (best["feature"], best["auc_alone"]) == ("school", 1.0)
    assert result.top_features["weight"].is_monotonic_decreasing


def test_a_permuted_attribute_cannot_be_told(X, sex):
    """Nineteen of twenty intervals hold a half, and the AUCs scatter around it."""
    found = []
    for seed in range(N_PERMUTED):
        mixed = pd.Series(np.random.default_rng(seed).permutation(sex), name="sex")
        found.append(proxy_test(X, mixed, np.arange(N), settings=DRAWN, seed=seed).table.iloc[0])
    table = pd.DataFrame(found)
    assert table["auc"].mean() == pytest.approx(0.5, abs=CHANCE)
    covered = table["lower"].le(0.5) & table["upper"].ge(0.5)
    assert covered.sum() >= FEWEST_COVERED


def test_features_that_do_not_vary_tell_exactly_nothing(sex):
    result = proxy_test(pd.DataFrame({"same": np.ones(N)}), sex, np.arange(N), settings=FAST)
    assert result.auc == 0.5
    assert result.top_features.empty


def test_the_auc_is_that_of_scikit_learn():
    rng = np.random.default_rng(2)
    score, level = np.round(rng.random(300), 2), rng.random(300) < 0.3
    copies = rng.integers(0, 3, size=(3, 300)).astype(np.uint16)
    copies[0] = 1
    for weights, found in zip(copies, _auc(score, level, copies), strict=True):
        assert found == pytest.approx(roc_auc_score(level, score, sample_weight=weights), abs=1e-12)


def test_a_network_does_not_help_to_tell_its_own_rows():
    """What marks a network tells nothing of others, though within it everyone has the same attribute."""
    network = np.arange(N) // 60
    level = pd.Series(np.where(network % 2, "a", "b"), name="level")
    X = pd.DataFrame({"mark": network.astype(str)})
    assert proxy_test(X, level, network, settings=FAST).auc == 0.5
    assert proxy_test(X, level, np.arange(N), settings=FAST).auc == 1.0
    test = _test_rows(network, 0.3, 0)
    assert [len(np.unique(test[network == own])) for own in range(10)] == [1] * 10
    assert test.mean() == 0.3


def test_every_level_is_told_from_the_others_and_small_ones_are_withheld(X):
    rng = np.random.default_rng(9)
    band = pd.Series(rng.choice(["18-25", "26-40", "41+", "85+"], N, p=[0.3, 0.35, 0.3, 0.05]), name="band")
    band[:20] = None
    result = proxy_test(X.assign(young=(band == "18-25").astype(float)), band, np.arange(N), settings=FAST)
    table = result.table.set_index("level")
    assert table.index.tolist() == ["18-25", "26-40", "41+", "85+"]
    assert table["shown"].tolist() == [True, True, True, False]
    assert (result.n_unknown, table["n"].tolist()) == (20, [(N - 20) // 2] * 4)
    assert table.loc["85+", ["auc", "n_level"]].isna().all()
    assert table.loc["18-25", "auc"] == result.auc == 1.0
    assert "85+" not in set(result.top_features["level"])


def test_repeats_to_the_digit(X, sex):
    first, again = (proxy_test(X, sex, np.arange(N), settings=DRAWN, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table, rtol=0, atol=0)
    pd.testing.assert_frame_equal(first.top_features, again.top_features, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"attribute": pd.Series(["a"] * N, name="sex")},
            "An audited attribute has 2 to 20 levels, but found 1 of 'sex': give groups, such as bands of age.",
        ),
        (
            {"attribute": pd.Series(range(N), name="age")},
            "An audited attribute has 2 to 20 levels, but found 600 of 'age': give groups, such as bands of age.",
        ),
        (
            {"attribute": pd.Series(["a", "b"] * (N // 2), name="kind")},
            "An audit-only attribute is no feature, but found 'kind' among them: take it out of the features.",
        ),
        (
            {"clusters": [1, 2]},
            (
                "Every row has an attribute and a cluster, but found 600 rows, 600 values and 2 clusters: pass the "
                "same landmarks to all three."
            ),
        ),
    ],
)
def test_refused(X, sex, change, text):
    with pytest.raises(DataError) as caught:
        proxy_test(X, **{"attribute": sex, "clusters": np.arange(N), **change})
    assert str(caught.value) == text
