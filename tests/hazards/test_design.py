"""Columns as they are: sums and predictors are those of NumPy, in any layout, type, and number of shares."""

import numpy as np
import pytest

from hgrisk.hazards import design as design_module
from hgrisk.hazards.design import Design, equal_parts, standardised

SAME = 1e-9
LAYOUTS = {
    "rows": lambda X: X,
    "columns": np.asfortranarray,
    "every second": lambda X: np.repeat(X, 2, axis=0)[::2],
    "single": lambda X: X.astype(np.float32),
    "whole": lambda X: np.round(X).astype(np.int16),
    "read only": lambda X: np.lib.stride_tricks.as_strided(X, writeable=False),
}


@pytest.fixture(params=[10**6, 100], ids=["one share", "four shares"])
def small(request, monkeypatch):
    monkeypatch.setattr(design_module, "SMALL", request.param)
    monkeypatch.setattr(design_module, "CHUNK_VALUES", 300)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sums_and_predictors_are_those_of_numpy(layout):
    rng = np.random.default_rng(1)
    given = LAYOUTS[layout](rng.normal(50, 20, size=(701, 4)))
    plain, weight, coef = given.astype(np.float64), rng.uniform(0, 2, 701), np.array([0.3, -1.0, 0.0, 2.0])
    design = standardised(given, weight)
    center = np.average(plain, axis=0, weights=weight)
    np.testing.assert_allclose(design.center, center, rtol=SAME)
    spread = np.sqrt(np.average((plain - center) ** 2, axis=0, weights=weight))
    np.testing.assert_allclose(design.scale, spread, rtol=SAME)
    np.testing.assert_allclose(design.predictor(coef), (plain - center) @ coef, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(design.predictor(coef, weight), (plain - center) @ coef + weight, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(design.total(weight), weight @ (plain - center), atol=1e-8)
    values = rng.normal(size=701)
    np.testing.assert_allclose(design.total(values), values @ (plain - center), rtol=SAME)


def test_a_design_of_no_columns_or_rows_adds_up_to_nothing():
    assert Design(np.empty((5, 0)), np.empty(0), np.empty(0)).predictor(np.empty(0)).tolist() == [0.0] * 5
    assert Design(np.empty((0, 2)), np.zeros(2), np.ones(2)).total(np.empty(0)).tolist() == [0.0, 0.0]


def test_equal_parts_are_all_rows_once():
    assert [list(part) for part in equal_parts(7, 3)] == [[0, 1], [2, 3], [4, 5, 6]]
