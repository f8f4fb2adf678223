"""PointsCard: filled in by hand it says what the model says, and its risks are those that were seen."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.by_horizon.card_points import CardSize, learn_points
from hgrisk.models.by_horizon.items import learn_item
from hgrisk.models.by_horizon.out_of_fold import deal_rows
from hgrisk.models.by_horizon.rounding import Coded
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
    for day in card.supported_times_:
        lines = table[table["horizon_days"] == day]
        read = [next(r for w, r in zip(lines["total"], lines["risk"], strict=True) if fits(w, its)) for its in total]
        np.testing.assert_allclose(card.predict_risk(some, day), read, atol=EXACT)


def placed_by_hand(low, high, ends):
    """Which part of the ranks from low to high lies between each two ends."""
    inside = [max(min(high, upper) - max(low, lower), 0.0) for lower, upper in pairwise(ends)]
    return np.array(inside) / (high - low)


def test_a_risk_is_that_of_rows_on_cards_made_without_them(card, features, outcome):
    """The slow way: five cards, each row by its rank on the one that did not know it, shares by hand."""
    uncensored = uncensored_probability(outcome["duration_days"], outcome["event"], np.ones(len(outcome)))
    known = [outcome_at(outcome["duration_days"], outcome["event"], uncensored, day) for day in card.supported_times_]
    items = [learn_item(features[name], 4, 20) for name in features]
    level = np.column_stack([item.levels_of(features[item.feature]) for item in items])
    by_name = sorted(range(len(items)), key=lambda place: items[place].feature)
    keys = [*(level[:, place] for place in by_name), outcome["event"], outcome["duration_days"]]
    fold = deal_rows(None, [*keys, np.ones(len(outcome))])
    yes = np.column_stack([its.weight * its.label for its in known])
    no = np.column_stack([its.weight * ~its.label for its in known])
    total = card.predict_total(features)
    group = np.maximum(np.searchsorted(card.lowest_total_, total, side="right") - 1, 0)
    assert np.bincount(group).tolist() == card.n_rows_.tolist()
    ends = np.concatenate(([0], np.cumsum(card.n_rows_))) / len(total)
    parts = np.zeros((len(total), len(card.n_rows_)))
    for number in range(5):
        without = fold != number
        made = learn_points(items, Coded(level[without], yes[without], no[without]), CardSize(12, 5, 0.003))
        its = sum(points[level[:, place]] for place, points in made)
        for row in np.flatnonzero(~without):
            parts[row] = placed_by_hand(np.mean(its < its[row]), np.mean(its <= its[row]), ends)
    seen = (parts.T @ yes) / (parts.T @ (yes + no))
    alone = np.isclose(card.own_risk_, seen, atol=1e-9)
    assert alone.sum() >= 6
    for column in np.flatnonzero(~alone.all(axis=0)):  # the others share the mean of their pool
        pooled = ~alone[:, column]
        assert np.all(np.diff(card.own_risk_[:, column]) >= 0)
        assert len(np.unique(card.own_risk_[pooled, column])) <= pooled.sum() // 2
    assert np.all((card.risk_lower_ < card.risk_) & (card.risk_ < card.risk_upper_))


def noisy(effect, seed, n=800, n_features=20):
    """Rows of which three features of many have a small effect, or none has any; the true risks too."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, n_features))
    chance = 1 / (1 + np.exp(1.0 - effect * values[:, :3].sum(axis=1)))
    yes = rng.random(n) < chance
    X = pd.DataFrame(values, columns=[f"x{place}" for place in range(n_features)])
    return X, Surv.from_arrays(yes.astype(int), np.where(yes, 100, 400)), chance


def covered_and_told(effect, seed):
    """How many printed intervals cover the truth, and how far apart risks of new rows are for each true distance."""
    X, y, _ = noisy(effect, seed)
    card = PointsCard((365,)).fit(X, y)
    new, _, chance = noisy(effect, seed + 1000, 20_000)
    group = np.maximum(np.searchsorted(card.lowest_total_, card.predict_total(new), side="right") - 1, 0)
    size = np.bincount(group, minlength=len(card.risk_))
    truth = np.bincount(group, chance, minlength=len(size))[size > 0] / size[size > 0]
    covered = (card.risk_lower_[size > 0, 0] <= truth) & (truth <= card.risk_upper_[size > 0, 0])
    risk = card.predict_risk(new, 365)
    return covered, np.cov(risk, chance)[0, 1], risk.var()


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_printed_risks_are_those_of_new_rows_and_intervals_cover(effect):
    """Of the rows that made the card, the shares cover 4 of 10 where there is noise only, and 6 with a weak signal."""
    covered, together, spread = zip(*(covered_and_told(effect, seed) for seed in range(10)), strict=True)
    assert np.concatenate(covered).mean() > 0.87
    if effect:
        assert 0.75 < np.sum(together) / np.sum(spread) < 1.3  # slope of the truth on what is predicted
    else:
        assert np.sqrt(np.mean(spread)) < 0.035  # against 0.1 of shares among the rows that made the card


def test_networks_are_left_out_whole():
    """Copies in another fold would let a row help to make the card that it is placed on."""
    rows, told = np.repeat(np.arange(300), 3), []
    for seed in range(4):
        X, y, _ = noisy(0.0, seed, n=300)
        fits = [PointsCard((365,), min_rows=60).fit(X.iloc[rows], y[rows], cluster=its) for its in (rows, None)]
        told.append([model.predict_risk(X, 365).std() for model in fits])
    together, apart = np.mean(told, axis=0)
    assert together < 0.04
    assert apart > 0.08
    named = PointsCard((365,), min_rows=60).fit(X.iloc[rows], y[rows], cluster=[f"n{name:03}" for name in rows])
    np.testing.assert_array_equal(named.risk_upper_, fits[0].risk_upper_)


def test_folds_of_which_no_card_can_be_made_are_refused():
    X, y, _ = noisy(0.0, 3, n=300)
    with pytest.raises(ConfigError, match="found 1 clusters for 2 folds: pass more networks or leave cluster out"):
        PointsCard((365,)).fit(X, y, cluster=np.zeros(300))
    few = np.where(np.arange(300) < 290, 0, np.arange(300))
    with pytest.raises(FitError, match="are left when a fold is left out, but found all rows with one in one fold"):
        PointsCard((350,)).fit(X, Surv.from_arrays(few == 0, np.where(few == 0, 100, 400)), cluster=few)


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
    assert card.card_[["level", "points"]].to_numpy().tolist() == [["known", 0], ["not known", 1]]


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
