"""Tables of numbers: the exact sentence for every rule."""

from math import inf, nan

import pytest

from hgrisk.errors import ConfigError
from hgrisk.simulate.parameters.number_tables import check_keys, check_ratios, check_shares, check_total


def refused(check, *arguments):
    with pytest.raises(ConfigError) as error:
        check(*arguments)
    return str(error.value)


def test_sound_tables_pass():
    check_keys("them", {"b": 1, "a": 2}, ("a", "b"))
    check_shares("them", {"a": 0, "b": 1})
    check_ratios("them", {"a": 0.01, "b": 9.0})
    check_total("them", {"a": 0.1, "b": 0.2, "c": 0.7})


def test_every_key_stands_there_once():
    assert refused(check_keys, "them", {"a": 1}, ("a", "b")) == "them names every key once, but found a: give a, b."
    assert refused(check_keys, "them", {}, ("a", "b")) == "them names every key once, but found none: give a, b."
    assert refused(check_keys, "them", {"a": 1, "b": 1, "c": 1}, ("a", "b")) == (
        "them names every key once, but found a, b, c: give a, b."
    )


@pytest.mark.parametrize("share", [-0.1, 1.1, nan, inf])
def test_shares_lie_between_0_and_1(share):
    text = f"them lie in [0, 1], but found {share} for b: give a share."
    assert refused(check_shares, "them", {"a": 0.5, "b": share}) == text
    assert refused(check_total, "them", {"a": 0.5, "b": share}) == text


@pytest.mark.parametrize("ratio", [-1.0, 0.0, nan, inf])
def test_ratios_have_a_logarithm(ratio):
    text = f"them are above 0, but found {ratio} for b: give 1 for no difference."
    assert refused(check_ratios, "them", {"a": 0.5, "b": ratio}) == text


def test_shares_add_up():
    text = "them adds up to 1, but found 0.9: rescale the shares."
    assert refused(check_total, "them", {"a": 0.5, "b": 0.4}) == text
    assert refused(check_total, "them", {"a": 0.5, "b": 0.50000001}) == (
        "them adds up to 1, but found 1.00000001: rescale the shares."
    )
