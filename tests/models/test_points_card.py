"""PointsCard: filled in by hand it says what the model says, and its risks are those that were seen."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.points_card import PointsCard
from hgrisk.surv import Surv

EXACT = 1e-12
AUC_LOST = 0.03
"""Of three numbers with a straight effect, cut into four levels each."""
MEAN_ERROR = 0.08
"""Of risks: within a level of so few, the true ones differ by about as much."""


@pytest.fixture(scope="module")
def card(features, outcome):
    return PointsCard(penalty=0.003).fit(features, outcome)


def fits(word, value):
    """Whether a person would tick this level for this value."""
    if pd.isna(value):
        return word == "not known"
    if isinstance(value, str | bool | np.bool_):
        return word == (value if isinstance(value, str) else "yes" if value else "no")
    low, up = -np.inf, np.inf
    if word.startswith("below "):
        up = float(word.removeprefix("below "))
    elif word.endswith(" or more"):
        low = float(word.removesuffix(" or more"))
    elif " to below " in word:
        low, up = map(float, word.split(" to below "))
    elif word != "not known":
        ends = [float(end) for end in word.split(" to ")]
        low, up = ends[0], ends[-1] + 1  # whole numbers
    return word != "not known" and low <= value < up


def by_hand(table, row):
    total = 0
    for item, lines in table.groupby("item"):
        ticked = [points for word, points in zip(lines["level"], lines["points"], strict=True) if fits(word, row[item])]
        if not ticked:
            ticked = lines.loc[lines["level"] == "any other", "points"].tolist()
        assert len(ticked) == 1
        total += ticked[0]
    return total


def test_a_card_filled_in_by_hand_gives_the_total_and_its_risk(card, features):
    strange = features.iloc[:3].assign(region=["new", None, "tiny"], prior_reports_ever=[99, 0, 3])
    some = pd.concat([features.iloc[:150], strange])
    some["prior_reports_ever"] = some["prior_reports_ever"].astype(float).where(np.arange(len(some)) % 9 > 0)
    total = [by_hand(card.card_, row) for _, row in some.iterrows()]
    np.testing.assert_array_equal(card.predict_total(some), total)
    table = card.risk_by_total_
    for place, day in enumerate(card.supported_times_):
        lines = table[table["horizon_days"] == day]
        read = [next(r for w, r in zip(lines["total"], lines["risk"], strict=True) if fits(w, its)) for its in total]
        np.testing.assert_allclose(1 / (1 + np.exp(-card._logits(some)[:, place])), read, atol=EXACT)


def test_a_risk_is_the_weighted_share_of_rows_with_such_a_total(card, features, outcome):
    uncensored = uncensored_probability(outcome["duration_days"], outcome["event"], np.ones(len(outcome)))
    total = card.predict_total(features)
    group = np.searchsorted(card.lowest_total_, np.maximum(total, card.lowest_total_[0]), side="right") - 1
    assert np.bincount(group).tolist() == card.n_rows_.tolist()
    seen = []
    for day in card.supported_times_:
        known = outcome_at(outcome["duration_days"], outcome["event"], uncensored, day)
        seen.append(np.bincount(group, known.weight * known.label) / np.bincount(group, known.weight))
    seen = np.column_stack(seen)
    alone = np.isclose(card.risk_, seen, atol=EXACT)
    assert alone.sum() >= 6
    for column in np.flatnonzero(~alone.all(axis=0)):  # the others share the mean of their pool
        pooled = ~alone[:, column]
        assert np.all(np.diff(card.risk_[:, column]) >= 0)
        assert len(np.unique(card.risk_[pooled, column])) <= pooled.sum() // 2
    assert np.all((card.risk_lower_ < card.risk_) & (card.risk_ < card.risk_upper_))


def test_a_card_is_small(card, features, outcome):
    assert card.card_["item"].nunique() == len(card.items_) <= 12
    assert card.card_["points"].between(0, 5).all()
    assert card.n_rows_.min() >= 20
    assert (card.card_.groupby("item")["points"].min() == 0).all()
    small = PointsCard(max_items=2, max_points=1, bins=2).fit(features, outcome)
    assert small.card_["item"].nunique() <= 2
    assert set(small.card_["points"]) == {0, 1}
    assert small.predict_total(features).max() <= 2


def test_missing_values_are_known_from_points_of_their_own():
    rng = np.random.default_rng(0)
    count = rng.integers(0, 3, 1500).astype(float)
    unknown = rng.random(1500) < 0.3
    yes = rng.random(1500) < np.where(unknown, 0.8, 0.3)
    X = pd.DataFrame({"count": np.where(unknown, np.nan, count)})
    card = PointsCard((365,)).fit(X, Surv.from_arrays(yes.astype(int), np.where(yes, 100, 400)))
    points = card.card_.set_index("level")["points"]
    assert points["not known"] > points.drop("not known").max()
    assert card.predict_risk(X, 365)[unknown].mean() == pytest.approx(0.8, abs=0.05)


def test_a_yes_or_no_of_which_only_the_missing_tell_is_said_in_words():
    rng = np.random.default_rng(3)
    unknown = rng.random(1500) < 0.3
    yes = rng.random(1500) < np.where(unknown, 0.8, 0.3)
    X = pd.DataFrame({"seen": np.where(unknown, np.nan, rng.integers(0, 2, 1500))})
    card = PointsCard((365,), max_points=1).fit(X, Surv.from_arrays(yes.astype(int), np.where(yes, 100, 400)))
    assert card.card_[["level", "points"]].to_numpy().tolist() == [["no or yes", 0], ["not known", 1]]


def test_points_cost_little_of_what_a_regression_tells_apart():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(4000, 6)), columns=list("abcdef")).assign(g=rng.poisson(1.0, 4000))
    chance = 1 / (1 + np.exp(1.5 - 0.8 * X["a"] + 0.5 * X["b"] - 0.7 * np.minimum(X["g"], 3)))
    yes = rng.random(4000) < chance
    y = Surv.from_arrays(yes.astype(int), np.where(yes, 100, 400))
    card = PointsCard((365,)).fit(X[:2000], y[:2000])
    line = ReReportLogistic((365,)).fit(X[:2000], y[:2000])
    known, line_known = (model.score(X[2000:], y[2000:]) for model in (card, line))
    assert known > line_known - AUC_LOST
    assert {"a", "b", "g"} <= set(card.card_["item"])
    assert np.abs(card.predict_risk(X[2000:], 365) - chance[2000:]).mean() < MEAN_ERROR


def test_terms_are_points_around_the_mean(card, features):
    terms = card.score_terms(features, 365)
    assert terms.scale == "points"
    assert terms.largest_gap() < EXACT
    np.testing.assert_array_equal(terms.score, card.predict_total(features))
    assert terms.base == pytest.approx(terms.score.mean(), abs=1e-9)
    assert list(terms.names) == list(dict.fromkeys(card.card_["item"]))
    with pytest.raises(FitError, match="predicts 183, 365, 548 days only"):
        card.score_terms(features, 100)


def test_the_same_rows_give_the_same_digits_and_no_rare_text_is_kept(card, features, outcome):
    again = PointsCard(penalty=0.003).fit(features, outcome)
    assert again.risk_.tobytes() == card.risk_.tobytes()
    assert again.items_ == card.items_
    assert "tiny" not in str(vars(card))


def test_a_large_penalty_leaves_an_empty_card_and_the_base_rate(features, outcome):
    card = PointsCard(penalty=100).fit(features, outcome)
    assert card.card_.empty
    days = list(card.supported_times_)
    base = BaseRate().fit(features, outcome).predict_cumulative_incidence(features[:1], days)
    np.testing.assert_allclose(card.predict_cumulative_incidence(features[:1], days), base, atol=1e-9)
    assert card.risk_by_total_["total"].unique().tolist() == ["any"]
    assert card.score_terms(features, 365).names == ()


def test_rows_without_any_item_and_wrong_settings_are_refused(features, outcome):
    with pytest.raises(DataError, match="A card has an item that tells rows apart, but found none with two levels"):
        PointsCard().fit(features[["region"]].assign(region="north"), outcome)
    for setting, value, rule in (
        ("max_items", 13, "max_items is a whole number from 1 to 12, but found 13"),
        ("max_points", 0, "max_points is a whole number from 1 to 10, but found 0"),
        ("bins", 1, "bins is a whole number from 2 to 10, but found 1"),
        ("penalty", 0, "A penalty of a card is finite and above 0, but found 0"),
        ("min_rows", 0, "min_rows is a whole number from 1, but found 0"),
    ):
        with pytest.raises(ConfigError, match=rule):
            PointsCard(**{setting: value}).fit(features, outcome)
