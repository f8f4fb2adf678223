"""Random numbers by address: known answers of SplitMix64, and keys that are never shared."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.simulate.draws import household_keys, substream, uniform

SEED = np.uint64(1234567)
ANSWERS = (
    6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
)  # fmt: skip
"""The first numbers of SplitMix64 from that seed (Rosetta Code, Pseudo-random numbers/Splitmix64)."""

WORDS = st.integers(0, 2**64 - 1)


def slow_splitmix(seed, counter):
    """Return a number of SplitMix64 in whole numbers without end."""
    mask = 2**64 - 1
    z = (seed + (counter + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def test_the_numbers_are_those_of_splitmix64():
    assert [int(substream(SEED, counter)) for counter in range(5)] == list(ANSWERS)


@settings(max_examples=50, deadline=None)
@given(WORDS, st.integers(0, 2**40))
def test_any_key_and_counter_wrap_as_64_bits_do(seed, counter):
    number = substream(np.uint64(seed), counter)
    assert int(number) == slow_splitmix(seed, counter)
    found = uniform(np.uint64(seed), counter)
    assert 0 <= found < 1
    assert int(found * 2**53) == int(number) >> 11
    assert found * 2**53 % 1 == 0


def test_uniform_numbers_are_uniform_over_counters_and_over_keys():
    keys = household_keys(5, 0, 4000)
    for numbers in ([uniform(SEED, i) for i in range(4000)], [uniform(key, 0) for key in keys]):
        counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
        assert ((counts - 400) ** 2 / 400).sum() < 27.9  # chi squared, 9 degrees of freedom, 0.1 %


def test_keys_follow_the_sequence_of_their_block():
    keys = household_keys(7, 3, 5)
    assert keys.dtype == np.uint64
    word = int(np.random.SeedSequence(7, spawn_key=(3, 0)).generate_state(1, np.uint64)[0])
    assert keys.tolist() == [slow_splitmix(word, i) for i in range(5)]


def test_keys_are_the_same_twice_and_no_household_plays_a_part_in_those_of_another():
    assert household_keys(7, 3, 50).tolist() == household_keys(7, 3, 80).tolist()[:50]


@pytest.mark.parametrize("other", [(8, 3), (7, 4), (3, 7)])
def test_keys_differ_between_blocks_and_seeds(other):
    assert len({*household_keys(7, 3, 1000).tolist(), *household_keys(*other, 1000).tolist()}) == 2000
