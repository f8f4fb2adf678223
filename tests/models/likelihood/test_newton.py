"""Newton's method: maxima of functions whose maximum is known, and refusals where there is none."""

from dataclasses import dataclass

import numpy as np
import pytest

from hgrisk.errors import FitError
from hgrisk.models.likelihood.newton import maximise


@dataclass(frozen=True)
class Function:
    """A function of two parameters with its derivatives by differences."""

    of: object

    def value(self, parameters):
        return float(self.of(*parameters))

    def derivatives(self, parameters):
        step = 1e-4 * np.eye(2)
        value = self.value
        gradient = np.array([(value(parameters + s) - value(parameters - s)) / 2e-4 for s in step])
        information = [
            [
                -(
                    value(parameters + a + b)
                    - value(parameters + a - b)
                    - value(parameters - a + b)
                    + value(parameters - a - b)
                )
                / 4e-8
                for b in step
            ]
            for a in step
        ]
        return gradient, np.array(information)

    def reach(self, step):
        return float(np.abs(step).max())

    def scores(self, parameters):
        yield slice(0, 1), self.derivatives(parameters)[0][None]


def end_of(of, start):
    return maximise(Function(of), np.array(start, dtype=float), ["a", "b"])


def test_a_quadratic_function_ends_after_one_step():
    end = end_of(lambda a, b: 3 - 100 * (a - 1) ** 2 - (b + 2) ** 2, [0, 0])
    np.testing.assert_allclose(end.parameters, [1, -2], atol=1e-6)
    assert end.value == pytest.approx(3)
    np.testing.assert_allclose(end.covariance, np.diag([1 / 200, 1 / 2]), rtol=1e-5)
    assert end.n_iter <= 2


def test_the_last_step_is_taken_too():
    end = end_of(lambda a, b: -((a - 1) ** 2) - (b + 2) ** 2, [1 + 1e-5, -2 - 1e-5])
    assert end.n_iter == 1
    np.testing.assert_allclose(end.parameters, [1, -2], atol=1e-7)


def test_steps_lead_up_from_where_the_function_is_not_concave():
    end = end_of(lambda a, b: 10 * (a**2 - a**4 - (b - a) ** 2), [0.05, 3])
    np.testing.assert_allclose(np.abs(end.parameters), np.sqrt(0.5), atol=1e-4)
    assert end.value == pytest.approx(2.5, abs=1e-6)


def test_what_is_not_defined_is_not_entered():
    end = end_of(lambda a, b: 50 * (np.log(a) - a) - b**2, [0.01, 0])
    np.testing.assert_allclose(end.parameters, [1, 0], atol=1e-4)


def test_parameters_that_determine_each_other_are_named():
    with pytest.raises(FitError, match="found a flat likelihood along 'a', 'b': remove a column or set a penalty"):
        end_of(lambda a, b: -((a + b - 1) ** 2), [0, 0])


def test_an_endless_rise_is_named():
    with pytest.raises(FitError, match="found an endless rise along 'b': set a penalty above 0"):
        end_of(lambda a, b: -1e-4 * a**2 - 1e-4 * np.exp(-b), [0, 0])


def test_what_cannot_be_evaluated_is_refused():
    with pytest.raises(FitError, match="Newton's method finds the maximum of the likelihood, but found none"):
        end_of(lambda a, b: np.nan * (a + b), [0, 0])
