"""Newton's method for a log likelihood that need not be concave everywhere, with a checked optimum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import FitError

DECREMENT = 1e-9
MAX_ITERATIONS = 200
MAX_HALVINGS = 40

FLAT = 1e-10
"""Eigenvalue of the correlation-scaled information, below which parameters determine each other."""

FLOOR = 1e-6
"""Curvature that a step takes for granted, so that it is never endless."""

SUFFICIENT = 1e-4
"""Part of the expected gain that a step has to bring."""

INVOLVED = 1e-2
"""Loading in a flat direction from which a parameter is named."""

BASELINE = ("intercept", "log_hazard_", "spline_")
"""How the names of parameters begin that belong to no column."""

RUNAWAY_STEP = 0.1
"""A last step that still moves some predictor by this much has no finite optimum ahead."""


class Objective(Protocol):
    """What is maximised."""

    def value(self, parameters: Floats) -> float:
        """Return the value, NaN or infinite where it is not defined."""

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return gradient and information (the negative second derivative)."""

    def reach(self, step: Floats) -> float:
        """Return how far a step moves the predictor that it moves most."""

    def scores(self, parameters: Floats) -> Iterator[tuple[slice, Floats]]:
        """Yield rows and their parts of the gradient."""


@dataclass(frozen=True)
class Optimum:
    """Where a search ended.

    Attributes
    ----------
    parameters : ndarray, shape (P,)
        The parameters.
    value : float
        The value there.
    information : ndarray, shape (P, P)
        The negative second derivative there; positive definite.
    n_iter : int
        Steps taken.
    """

    parameters: Floats
    value: float
    information: Floats
    n_iter: int

    @property
    def covariance(self) -> Floats:
        """Inverse of the information, shape (P, P)."""
        scale = 1.0 / np.sqrt(np.diag(self.information))
        inverse = np.linalg.inv(self.information * np.outer(scale, scale)) * np.outer(scale, scale)
        return np.asarray(0.5 * (inverse + inverse.T), dtype=np.float64)


def maximise(objective: Objective, start: Floats, names: Sequence[str]) -> Optimum:
    """Take Newton steps until the expected gain is at most 5e-10, and check that the end is a maximum.

    Where the objective is not concave, curvature counts by its size, so that steps lead up and away from saddles.

    Parameters
    ----------
    objective : Objective
        What to maximise.
    start : ndarray, shape (P,)
        Where to begin.
    names : sequence of str, length P
        Parameter names, for the error texts.

    Returns
    -------
    Optimum
        The maximum.

    Raises
    ------
    FitError
        If no maximum is found, a parameter has no finite estimate, or parameters determine each other.
    """
    with np.errstate(all="ignore"):  # a trial step may overflow; what is not finite is not taken
        parameters, value = start, objective.value(start)
        for n_iter in range(MAX_ITERATIONS):
            gradient, information = objective.derivatives(parameters)
            direction = _direction(gradient, information)
            if direction is None or not np.isfinite(value):
                break
            if direction.gain <= DECREMENT:
                return _checked(objective, parameters, direction, names, n_iter)
            moved = _uphill(objective, parameters, value, direction)
            if moved is None:
                break
            parameters, value = moved
    raise FitError("Newton's method finds the maximum of the likelihood", "none", CURE)


CURE = "set a penalty above 0, or use fewer columns or a simpler distribution"


@dataclass(frozen=True)
class _Direction:
    """A step, the gain in value that it promises (twice), and the flattest direction with its curvature."""

    step: Floats
    gain: float
    least: float
    flattest: Floats


def _direction(gradient: Floats, information: Floats) -> _Direction | None:
    if not (np.isfinite(gradient).all() and np.isfinite(information).all()):
        return None
    size = np.abs(np.diag(information))
    root = np.sqrt(np.where(size > 0, size, 1.0))
    values, vectors = np.linalg.eigh(information / np.outer(root, root))
    bent = np.where(values > FLAT, values, np.maximum(np.abs(values), FLOOR))
    step = vectors @ ((vectors.T @ (gradient / root)) / bent) / root
    return _Direction(step, float(gradient @ step), float(values[0]), vectors[:, 0])


def _uphill(
    objective: Objective, parameters: Floats, value: float, direction: _Direction
) -> tuple[Floats, float] | None:
    """Take the step, halved until it brings enough; None where no part of it does."""
    rounding = 1e-12 * (1.0 + abs(value))
    part = 1.0
    for _ in range(MAX_HALVINGS):
        trial = parameters + part * direction.step
        reached = objective.value(trial)
        if np.isfinite(reached) and reached >= value + SUFFICIENT * part * direction.gain - rounding:
            return trial, reached
        part /= 2
    return None


def _checked(
    objective: Objective, parameters: Floats, direction: _Direction, names: Sequence[str], n_iter: int
) -> Optimum:
    """Take the last step, or refuse what is no single maximum."""
    if direction.least <= FLAT:
        refuse_flat(direction.flattest, names)
    if objective.reach(direction.step) > RUNAWAY_STEP:
        moved = np.abs(direction.step) > 0.1 * np.abs(direction.step).max()
        raise FitError(
            "A coefficient is finite only if re-reports happen on both sides of its column",
            f"an endless rise along {_named(names, moved)}",
            "set a penalty above 0, merge rare levels or use a simpler model",
        )
    last = parameters + direction.step
    _, information = objective.derivatives(last)
    return Optimum(last, objective.value(last), information, n_iter + 1)


def _named(names: Sequence[str], moved: NDArray[np.bool_]) -> str:
    """Return the names of what moved, without the baseline where something else did: it only makes room."""
    beside = moved & np.array([not name.startswith(BASELINE) for name in names])
    return listed(names, beside if beside.any() else moved)


def refuse_flat(loading: Floats, names: Sequence[str]) -> None:
    """Raise FitError, naming the parameters that load on a direction in which the likelihood is flat."""
    raise FitError(
        "Parameters of an unpenalised model do not determine each other",
        f"a flat likelihood along {listed(names, np.abs(loading) > INVOLVED)}",
        "remove a column or set a penalty above 0",
    )


def listed(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    """Return the chosen names as text."""
    return ", ".join(repr(str(name)) for name, named in zip(names, chosen, strict=True) if named)
