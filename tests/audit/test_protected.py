"""An audit-only attribute is refused as a feature under any name, and honest features are left in peace."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score

from hgrisk.audit.protected import FEWEST, _auc, check_protected
from hgrisk.errors import DataError

N = 600
RULE = r"^No feature gives away an attribute that no model may see, but found "
RNG = np.random.default_rng(3)
LEVELS = RNG.choice(["a", "b", "c"], N, p=[0.6, 0.3, 0.1])


def check(feature, attribute=LEVELS, networks=None, name="code"):
    attributes = pd.DataFrame({"faith": pd.Series(attribute, dtype=object)})
    check_protected(pd.DataFrame({name: feature}), attributes, np.arange(N) if networks is None else networks)


def test_the_attribute_under_its_own_name_is_refused():
    with pytest.raises(DataError, match=RULE + r"'faith' as both: take 'faith' out of the features, or list 'faith' "):
        check(RNG.normal(size=N), name="faith")


@pytest.mark.parametrize("names", [{"a": "x", "b": "y", "c": "z"}, {"a": 2, "b": 1, "c": 3}, {"a": 0, "b": 1}])
def test_other_names_for_the_same_values_are_refused(names):
    text = RULE + r"'code' with the values of 'faith' one to one: take 'code' out of the features, or list 'faith' "
    with pytest.raises(DataError, match=text + r"under by instead of only_audit\.$"):
        check(pd.Series(LEVELS).map(names))


@pytest.mark.parametrize(
    ("feature", "level"),
    [
        (np.where(RNG.random(N) < 0.005, "x", LEVELS), "a"),  # a slip here and there
        (pd.Series(LEVELS) + pd.Series(RNG.choice(["1", "2"], N)), "a"),  # a finer division
        (pd.Series(LEVELS).map({"a": 5, "b": 9, "c": 7}) + RNG.choice([0.0, 0.1, 0.2], N), "a"),
        (np.where(LEVELS == "b", RNG.choice([2, 4], N), RNG.choice([1, 3, 5], N)), "b"),  # in no order
        (np.where(LEVELS == "b", RNG.normal(8, 1, N), RNG.normal(0, 1, N)), "b"),
        (np.where(LEVELS == "b", -RNG.normal(8, 1, N), RNG.normal(0, 1, N)), "b"),
        (np.where(LEVELS == "c", np.nan, RNG.normal(0, 1, N)), "c"),
        (np.where(RNG.random(N) < 0.5, None, np.where(LEVELS == "c", "yes", RNG.choice(["no", "not"], N))), "c"),
    ],
)
def test_a_feature_that_tells_a_level_is_refused_however_it_tells(feature, level):
    text = rf"'code', which tells '{level}' in 'faith' with an AUC of (0\.99\d|1\.000): take 'code' out of the features"
    with pytest.raises(DataError, match=RULE + text):
        check(feature)


def test_a_feature_that_goes_with_the_attribute_is_left_to_the_proxy_test():
    check(np.where(RNG.random(N) < 0.2, "x", LEVELS))
    check(np.where(LEVELS == "b", RNG.normal(2, 1, N), RNG.normal(0, 1, N)))
    check(np.arange(N))
    check([f"word {place}" for place in range(N)])  # a value for each row tells nothing
    check(np.full(N, np.nan))


def test_where_the_attribute_is_unknown_there_is_nothing_to_tell():
    known = np.where(np.arange(N) < 300, LEVELS, None)
    check(np.where(np.arange(N) < 300, 1.0, np.nan), known)
    with pytest.raises(DataError, match=r"with the values of 'faith' one to one"):
        check(np.where(np.arange(N) < 300, LEVELS, "a"), known)


def rare(n):
    return np.where(np.arange(N) < n, "rare", "other")


@pytest.mark.parametrize(("n", "found"), [(FEWEST, True), (FEWEST - 1, False)])
def test_levels_of_few_rows_or_networks_prove_nothing_by_their_rank(n, found):
    number = np.concatenate([np.full(n, 9.0), RNG.normal(0, 1, N - n)])
    together = np.maximum(np.arange(N), 1)  # the first two rows are of one household network
    if found:
        with pytest.raises(DataError, match=r"which tells 'other' in 'faith'"):
            check(number, rare(n))
    else:
        check(number, rare(n))
    check(number, rare(n), together)


def test_a_copy_is_found_at_any_size_of_level_but_that_of_one_network():
    with pytest.raises(DataError, match="one to one"):
        check(rare(2) == "rare", rare(2))
    check(rare(2) == "rare", rare(2), np.maximum(np.arange(N), 1))


@given(hnp.arrays(np.int64, 40, elements=st.integers(0, 6)), hnp.arrays(np.bool_, 40))
def test_the_auc_is_the_usual_one_in_the_better_direction(values, is_level):
    ours, others = (np.bincount(values[rows], minlength=7) for rows in (is_level, ~is_level))
    found = _auc(ours, others, by_share=False)
    if is_level.all() or not is_level.any():
        assert found == 0.5
        return
    usual = roc_auc_score(is_level, values)
    assert found == pytest.approx(max(usual, 1 - usual), abs=1e-12)
    share = np.array([is_level[values == value].mean() for value in values])
    assert _auc(ours, others, by_share=True) == pytest.approx(roc_auc_score(is_level, share), abs=1e-12)
