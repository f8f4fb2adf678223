"""Risks by total: weighted shares, pooled where few or falling, with an interval that covers."""

import numpy as np
import pytest

from hgrisk.models.by_horizon.out_of_fold import rank_ranges
from hgrisk.models.by_horizon.totals import Z_95, risk_by_total
from hgrisk.models.inputs.censoring_weights import HorizonOutcome

EXACT = 1e-12


def known(label, weight=None):
    label = np.asarray(label, dtype=bool)
    return HorizonOutcome(label, np.ones(len(label)) if weight is None else weight, 1.0)


def test_a_risk_is_the_weighted_share_of_its_total():
    total = np.repeat([0.0, 1.0, 4.0], 4)
    weight = np.tile([1.0, 2.0, 0.0, 1.0], 3)
    label = [0, 0, 1, 1] * 2 + [1, 1, 0, 0]
    found = risk_by_total(total, (known(label, weight),), np.full(12, 3.0), 1)
    assert found.lowest.tolist() == [0, 1, 4]
    assert found.n_rows.tolist() == [4, 4, 4]
    np.testing.assert_allclose(found.risk[:, 0], [1 / 4, 1 / 4, 3 / 4], atol=EXACT)


def test_the_interval_is_wilsons():
    """Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E: 81 of 263."""
    found = risk_by_total(np.zeros(263), (known(np.arange(263) < 81),), np.ones(263), 20)
    assert found.risk[0, 0] == pytest.approx(81 / 263, abs=EXACT)
    assert found.lower[0, 0] == pytest.approx(0.2553, abs=5e-5)
    assert found.upper[0, 0] == pytest.approx(0.3662, abs=5e-5)


def test_intervals_cover_nineteen_times_in_twenty_despite_unequal_weights():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        weight = rng.choice([1.0, 3.0], 150)
        found = risk_by_total(np.zeros(150), (known(rng.random(150) < 0.2, weight),), np.ones(150), 20)
        covered += found.lower[0, 0] <= 0.2 <= found.upper[0, 0]
    assert 0.92 < covered / 400 < 0.98


def test_few_rows_and_totals_with_one_answer_are_pooled_upwards_and_the_rest_at_the_top_joins_below():
    total = np.array([0.0] * 3 + [1.0] * 5 + [2.0] * 6 + [3.0] * 5 + [7.0] * 2)
    label = [0, 1, 0, *[1, 0, 0, 0, 0], *[1, 1, 1, 1, 1, 1], *[0, 1, 1, 1, 1], 1, 0]
    found = risk_by_total(total, (known(label),), np.ones(21), 4)
    assert found.lowest.tolist() == [0, 2]  # 0 has 3 rows; 2 has no row without a re-report; 7 has 2 rows
    assert found.n_rows.tolist() == [8, 13]
    np.testing.assert_allclose(found.risk[:, 0], [2 / 8, 11 / 13], atol=EXACT)


def test_a_horizon_whose_share_falls_shares_its_mean_and_the_other_stays():
    total = np.repeat([0.0, 1.0, 2.0], 10)
    falling, rising = ([x < share for share in shares for x in range(10)] for shares in ((2, 6, 3), (1, 3, 5)))
    found = risk_by_total(total, (known(falling), known(rising)), np.ones(30), 5)
    np.testing.assert_allclose(found.risk, [[0.2, 0.1], [0.45, 0.3], [0.45, 0.5]], atol=EXACT)
    assert found.upper[1, 0] == found.upper[2, 0]


def test_too_few_rows_for_any_group_are_one_group():
    found = risk_by_total(np.arange(4.0), (known([0, 1, 0, 1]),), np.ones(4), 20)
    assert found.lowest.tolist() == [0]
    assert found.risk.tolist() == [[0.5]]


def test_intervals_cover_rows_that_go_together():
    rng = np.random.default_rng(0)
    truth, size, covered, alone = np.array([0.2, 0.35, 0.5]), 5, [], []
    for _ in range(150):
        total = np.repeat(rng.integers(0, 3, 300), size)
        drawn = np.where(rng.random(1500) < 0.7, np.repeat(rng.random(300), size), rng.random(1500))
        its = total.astype(float), (known(drawn < truth[total]),), np.ones(1500), 20
        for cluster, hits in ((np.repeat(np.arange(300), size), covered), (None, alone)):
            found = risk_by_total(*its, cluster=cluster)
            if len(found.risk) == 3:
                hits.extend((found.lower[:, 0] <= truth) & (truth <= found.upper[:, 0]))
    assert 0.92 < np.mean(covered) < 0.98
    assert np.mean(alone) < 0.85


def test_copies_within_a_network_count_as_one_row_and_one_network_as_one():
    label = np.arange(60) % 3 == 0
    once = risk_by_total(np.zeros(60), (known(label),), np.ones(60), 20, cluster=np.arange(60))
    rows = np.repeat(np.arange(60), 4)
    four = risk_by_total(np.zeros(240), (known(label[rows]),), np.ones(240), 20, cluster=rows)
    np.testing.assert_allclose([four.lower, four.upper], [once.lower, once.upper], atol=EXACT)
    wider = risk_by_total(np.zeros(240), (known(label[rows]),), np.ones(240), 20)
    assert wider.upper[0, 0] - wider.lower[0, 0] < 0.6 * (four.upper[0, 0] - four.lower[0, 0])
    lone = risk_by_total(np.zeros(60), (known(label),), np.ones(60), 20, cluster=np.zeros(60))
    middle, half = (1 / 3 + Z_95**2 / 2) / (1 + Z_95**2), Z_95 / (1 + Z_95**2) * np.sqrt(2 / 9 + Z_95**2 / 4)
    np.testing.assert_allclose([lone.lower[0, 0], lone.upper[0, 0]], [middle - half, middle + half], atol=EXACT)


def test_networks_never_narrow_an_interval():
    """Rows of a network that differ more than others would be worth more than their number; we do not count on it."""
    label = np.arange(100) % 2 == 0
    pairs = risk_by_total(np.zeros(100), (known(label),), np.ones(100), 20, cluster=np.arange(100) // 2)
    apart = risk_by_total(np.zeros(100), (known(label),), np.ones(100), 20)
    np.testing.assert_array_equal(pairs.lower, apart.lower)


def test_ranks_of_the_totals_themselves_change_nothing_and_others_move_the_answers():
    rng = np.random.default_rng(2)
    total, weight = rng.integers(0, 5, 400).astype(float), rng.choice([1.0, 2.0], 400)
    outcomes = (known(rng.random(400) < 0.1 + 0.15 * total),)
    own = risk_by_total(total, outcomes, weight, 20)
    same = risk_by_total(total, outcomes, weight, 20, ranges=rank_ranges(3 * total, weight))
    for one, other in ((own.risk, same.risk), (own.lower, same.lower), (own.n_rows, same.n_rows)):
        np.testing.assert_allclose(one, other, atol=EXACT)
    nowhere = risk_by_total(total, outcomes, weight, 20, ranges=np.tile([0.0, 1.0], (400, 1)))
    np.testing.assert_allclose(nowhere.risk, np.average(outcomes[0].label, weights=weight), atol=EXACT)
    assert nowhere.n_rows.tolist() == own.n_rows.tolist()
