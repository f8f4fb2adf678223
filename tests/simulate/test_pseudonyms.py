"""Keys are one to one, depend on the seed, and keep nothing of the order of the numbers."""

import numpy as np
import pytest

from hgrisk.simulate.pseudonyms import case_ids, person_ids


@pytest.mark.parametrize("keys", [case_ids, person_ids])
def test_every_number_has_a_key_of_its_own(keys):
    numbers = np.concatenate([np.arange(100_000), np.arange(2**32 - 1000, 2**32)])
    found = keys(5, numbers)
    assert found.n_unique() == numbers.size
    assert set(found.str.len_chars()) == {11}
    assert found.to_list() == keys(5, numbers).to_list()


def test_another_seed_gives_other_keys():
    numbers = np.arange(1000)
    assert not set(case_ids(1, numbers)) & set(case_ids(2, numbers))


def test_persons_and_households_are_shuffled_apart():
    numbers = np.arange(1000)
    assert (case_ids(1, numbers).str.slice(1) != person_ids(1, numbers).str.slice(1)).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_keys_tells_nothing(seed):
    numbers = np.arange(20_000)
    keys = case_ids(seed, numbers).str.slice(1).cast(int).to_numpy()
    assert abs(np.corrcoef(numbers, keys)[0, 1]) < 0.03
    steps = np.diff(keys)
    assert np.unique(steps).size > 10_000  # a multiplication alone would leave two
    assert (np.corrcoef(numbers % 6, keys)[0, 1]) < 0.03
