"""An error is one sentence: rule, what was found, cure."""

import pytest

from hgrisk.errors import ConfigError, DataError, FitError, HgriskError, ResultError


@pytest.mark.parametrize("kind", [HgriskError, DataError, ConfigError, FitError, ResultError])
def test_one_sentence_of_rule_found_and_cure(kind):
    error = kind("A horizon is positive", "-3", "give 365")
    assert str(error) == "A horizon is positive, but found -3: give 365."
    assert (error.rule, error.found, error.cure) == ("A horizon is positive", "-3", "give 365")


@pytest.mark.parametrize("kind", [DataError, ConfigError, FitError, ResultError])
def test_all_are_caught_as_one_and_as_value_errors(kind):
    assert issubclass(kind, HgriskError)
    assert issubclass(kind, ValueError)


def test_a_result_that_a_model_does_not_have_is_an_attribute_that_it_does_not_have():
    class Model:
        @property
        def summary_(self):
            raise ResultError("A lasso has no errors", "a lasso", "use ridge")

    assert issubclass(ResultError, FitError)
    assert not hasattr(Model(), "summary_")
