"""The regions: their shares, and how much they differ."""

import numpy as np
import pytest

from hgrisk.simulate.regions import INHABITANTS, MERGED, N_REGIONS, SUCCESSOR, region_shares, regional_log_ratios


def test_there_are_26_regions_and_the_successor_is_none_of_them():
    assert N_REGIONS == len(set(INHABITANTS)) == 26
    assert set(MERGED) <= set(INHABITANTS)
    assert SUCCESSOR not in INHABITANTS


def test_shares_are_those_of_the_inhabitants():
    shares = region_shares()
    assert shares.sum() == pytest.approx(1)
    names = list(INHABITANTS)
    ratio = shares[names.index("Utrecht")] / shares[names.index("Zeeland")]
    assert ratio == pytest.approx(INHABITANTS["Utrecht"] / INHABITANTS["Zeeland"])


@pytest.mark.parametrize("log_sd", [0.0, 0.15, 0.34])
def test_log_ratios_have_exactly_that_sd_and_no_mean_over_the_inhabitants(log_sd):
    ratios = regional_log_ratios(log_sd, np.random.default_rng(1))
    assert ratios.shape == (26,)
    assert ratios.std() == pytest.approx(log_sd, abs=1e-12)
    assert ratios @ region_shares() == pytest.approx(0, abs=1e-12)


def test_log_ratios_are_normal_scores_in_an_order_that_the_generator_shuffles():
    rng = np.random.default_rng(1)
    one, two = regional_log_ratios(1, rng), regional_log_ratios(1, rng)
    assert one.tolist() != two.tolist()
    one_ordered, two_ordered = (np.sort(ratios - ratios.mean()) for ratios in (one, two))
    assert one_ordered == pytest.approx(two_ordered)
    assert one_ordered == pytest.approx(-one_ordered[::-1])  # symmetric about the mean
    assert one_ordered[-1] == pytest.approx(2.2, abs=0.1)
    assert regional_log_ratios(1, np.random.default_rng(1)).tolist() == one.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_log_ratios_can_be_kept_apart_from_others(seed):
    rng = np.random.default_rng(seed)
    other = regional_log_ratios(0.2, rng)
    ratios = regional_log_ratios(0.3, rng, apart_from=other)
    assert np.corrcoef(other, ratios)[0, 1] == pytest.approx(0, abs=1e-12)
    assert ratios.std() == pytest.approx(0.3)
    same = regional_log_ratios(0.3, np.random.default_rng(seed), apart_from=np.zeros(26))
    assert same.tolist() == regional_log_ratios(0.3, np.random.default_rng(seed)).tolist()
