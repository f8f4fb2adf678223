"""One step of a lasso-penalised search: coordinate descent on the quadratic around a point."""

from __future__ import annotations

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.risk_sets import Floats

EXACT = 1e-16
MAX_ROUNDS = 10_000


def lasso_step(information: Floats, slope: Floats, coef: Floats, lasso: float) -> Floats:
    """Return the step to the lasso optimum of the quadratic with a given slope and curvature.

    Parameters
    ----------
    information : ndarray, shape (p, p)
        Curvature, positive semi-definite.
    slope : ndarray, shape (p,)
        Gradient of all but the lasso penalty at ``coef``.
    coef : ndarray, shape (p,)
        Where the search is.
    lasso : float
        ``lasso * sum(abs(coef))`` is taken off.

    Returns
    -------
    ndarray, shape (p,)
        New coefficients less the present ones.

    Notes
    -----
    Friedman, Hastie and Tibshirani (2010), doi:10.18637/jss.v033.i01; Simon et al. (2011), doi:10.18637/jss.v039.i05.
    """
    step: Floats = _descend(information, slope + information @ coef, coef.copy(), lasso) - coef
    return step


@compiled
def _descend(curvature, level, coef, lasso):
    """Minimise ``0.5 coef' curvature coef - level' coef + lasso sum(abs(coef))``, one coefficient at a time."""
    fitted = curvature @ coef
    for _ in range(MAX_ROUNDS):
        moved = 0.0
        for j in range(len(coef)):
            if curvature[j, j] > 0:
                before = coef[j]
                pull = level[j] - fitted[j] + curvature[j, j] * before
                size = max(abs(pull) - lasso, 0.0) / curvature[j, j]
                coef[j] = size if pull > 0 else -size
                change = coef[j] - before
                if change != 0:
                    for k in range(len(coef)):
                        fitted[k] += curvature[k, j] * change
                    moved = max(moved, curvature[j, j] * change * change)
        if moved <= EXACT:
            break
    return coef
