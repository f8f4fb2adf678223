"""Both languages say the same things, with the same places for values."""

from __future__ import annotations

import re

import pytest

from hgrisk.errors import ConfigError
from hgrisk.explain.words import load_words, number, window_words


def leaves(words, path=()):
    if isinstance(words, str):
        return {path: sorted(set(re.findall(r"{(\w+)}", words)))}
    return {key: found for name, part in words.items() for key, found in leaves(part, (*path, name)).items()}


def test_both_languages_have_the_same_words_and_values():
    assert leaves(load_words("en")) == leaves(load_words("nl"))


def test_an_unknown_language_is_refused():
    with pytest.raises(ConfigError, match="'de'"):
        load_words("de")


@pytest.mark.parametrize(
    ("value", "english"), [(0.0, "0"), (0.1, "0.1"), (-2.0, "-2"), (1.999, "2"), (99.99, "99.99"), (1234.5, "1234")]
)
def test_numbers(value, english):
    assert number(value, "en") == english
    assert number(value, "nl") == english.replace(".", ",")


def test_an_amount_of_nothing_has_no_minus():
    assert (number(-0.001, "en", signed=True), number(-0.006, "nl", signed=True)) == ("+0.00", "-0,01")


@pytest.mark.parametrize(
    ("days", "english"), [(30, "in the last month"), (90, "in the last 3 months"), (45, "in the last 45 days")]
)
def test_windows(days, english):
    assert window_words(days, "en") == english
