"""The settings of the care chain: what is refused, in which words."""

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.care import DECISIONS, HOLDERS, Care


def refused(**values):
    with pytest.raises(ConfigError) as error:
        Care.parse(values, "care")
    return str(error.value)


@pytest.mark.parametrize(("name", "keys"), [("decision_shares", DECISIONS), ("holder_shares", HOLDERS)])
def test_shares_are_complete_and_add_up(name, keys):
    assert refused(**{name: {"end": 1}}) == f"{name} names every key once, but found end: give {', '.join(keys)}."
    assert refused(**{name: dict.fromkeys(keys, 0.25)}) == (
        f"{name} adds up to 1, but found {0.25 * len(keys):.4g}: rescale the shares."
    )
    one = {**dict.fromkeys(keys, 0.0), keys[0]: 1.0}
    assert getattr(Care(**{name: one}), name) == one


def test_a_time_without_length_is_refused():
    assert refused(waiting_median_days=0) == (
        "care: waiting_median_days must be valid, but found 0: input should be greater than 0."
    )
