"""Sums over draws do not depend on how the draws are cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation import sums
from hgrisk.evaluation.sums import draw_blocks, ratio, weighted_sums

WEIGHTS = np.random.default_rng(0).integers(0, 4, (7, 50)).astype(np.uint16)


@pytest.mark.parametrize("cells", [1, 100, 10**6])
@pytest.mark.parametrize("shape", [(50,), (50, 3)])
def test_sums_equal_the_matrix_product(monkeypatch, cells, shape):
    monkeypatch.setattr(sums, "CELLS", cells)
    values = np.random.default_rng(1).normal(size=shape)
    np.testing.assert_allclose(weighted_sums(WEIGHTS, values), WEIGHTS.astype(float) @ values, rtol=1e-12)


def test_blocks_cover_every_draw_once(monkeypatch):
    monkeypatch.setattr(sums, "CELLS", 100)
    assert [block.indices(7)[:2] for block in draw_blocks(7, 50)] == [(0, 2), (2, 4), (4, 6), (6, 7)]


def test_a_ratio_over_nothing_is_not_defined():
    np.testing.assert_array_equal(ratio([1.0, 1.0], [2.0, 0.0]), [0.5, np.nan])
