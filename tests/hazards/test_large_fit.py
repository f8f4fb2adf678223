"""A search on many rows begins at a part of them, whose end may be no good for the whole."""

import numpy as np
import pytest

from hgrisk.hazards import fit as fit_module
from tests.hazards.cox_rows import draw, fit_cox


@pytest.mark.parametrize("value", [100.0, 400.0, 1480.0, 2000.0])
@pytest.mark.parametrize("last", [True, False])
def test_a_far_row_that_the_part_does_not_have_is_no_reason_to_refuse(value, last, monkeypatch):
    rng = np.random.default_rng(0)
    n = 4000
    x, duration = rng.normal(size=n), rng.integers(1, 400, n).astype(float)
    happened = rng.random(n) < 0.5
    x[1], duration[1], happened[1] = value, 401.0 if last else 0.5, False
    plain = fit_cox(x[:, None], duration, happened)
    monkeypatch.setattr(fit_module, "LARGE", 1000)
    np.testing.assert_allclose(fit_cox(x[:, None], duration, happened).coef, plain.coef, rtol=1e-6)


def test_a_part_without_weight_or_at_other_values_is_no_part(monkeypatch):
    X, duration, happened, entry, weight = draw(31, n=4000)
    apart = np.arange(4000) % 16 == 0
    weight = np.where(apart, 0.0, weight)
    far = X + 40.0 * apart[:, None] * np.array([1.0, 0.0, 0.0])
    plain = [fit_cox(columns, duration, happened, entry=entry, weight=weight) for columns in (X, far)]
    quarters = fit_cox(X, duration, happened & ~apart | (duration > 5) & apart, entry=entry)
    monkeypatch.setattr(fit_module, "LARGE", 1000)
    for columns, expected in zip((X, far), plain, strict=True):
        found = fit_cox(columns, duration, happened, entry=entry, weight=weight)
        np.testing.assert_allclose(found.coef, expected.coef, rtol=1e-6)
    again = fit_cox(X, duration, happened & ~apart | (duration > 5) & apart, entry=entry)
    np.testing.assert_allclose(again.coef, quarters.coef, rtol=1e-6)


def test_offsets_and_weights_of_any_number_type_are_the_same():
    X, duration, happened, *_ = draw(33, n=500)
    whole = np.arange(500) % 3
    plain = fit_cox(X, duration, happened, offset=whole.astype(float), weight=(whole + 1).astype(float))
    for kind in (np.int64, np.float32):
        other = fit_cox(X, duration, happened, offset=whole.astype(kind), weight=(whole + 1).astype(kind))
        np.testing.assert_allclose(other.coef, plain.coef, rtol=1e-10)
        assert other.loglik_null == pytest.approx(plain.loglik_null, abs=1e-9)
