"""The echo of the outcome: a feature that alone tells who was re-reported, and so was filled in afterwards.

The leak canary alters what became known later. It cannot see a value that carries an old date and was written with
the outcome in hand, such as a kind or code that a file got when the re-report came. Such a value tells on itself by
ranking the outcomes better than earlier violence ever does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.settings import Settings
from hgrisk.surv import CENSORED, RE_REPORT

COLUMNS = ("feature", "reading", "horizon_days", "concordance", "lower", "upper", "vouched")
FEWEST = 20
"""Fewer landmarks than this with, or without, a re-report by the horizon say nothing."""

_NORMAL_95 = 1.959964
_VALUE, _GAP = "value", "missing"
Codes = NDArray[np.intp]


class EchoSettings(Settings):
    """When a single feature knows too much about the outcome.

    Attributes
    ----------
    limit : float
        Largest concordance of one feature with the training outcomes, above 0.5; 1 turns the check off.
    vouched : tuple of str
        Features that may be above it: whoever lists them vouches that they were known at the landmark.
    """

    limit: float = Field(default=0.85, gt=0.5, le=1)
    vouched: tuple[str, ...] = ()


@dataclass(frozen=True)
class EchoResult:
    """What the search for echoes found.

    Attributes
    ----------
    table : DataFrame
        ``feature``, ``reading`` (``value``, ``missing`` or ``= level``), ``horizon_days``, ``concordance`` in either
        direction, ``lower``, ``upper`` and ``vouched``: one row per reading above the limit, at the horizon where its
        interval lies highest.
    horizons_days : tuple of int
        Horizons at which there were enough landmarks to look; empty if nothing could be looked at.
    limit : float
        The limit.
    """

    table: pd.DataFrame
    horizons_days: tuple[int, ...]
    limit: float

    @property
    def notes(self) -> list[str]:
        """What a reader has to know: who is vouched for, and whether there was a search at all."""
        if self.limit == 1:
            return ["The experiment turned off the search for features that echo the outcome."]
        if not self.horizons_days:
            few = f"fewer than {FEWEST} training landmarks have, or have not, a re-report by any horizon"
            return [f"No feature could be searched for an echo of the outcome: {few}."]
        rows = [row for row in self.table.to_dict("records") if row["vouched"]]
        known = "alone ranks the training outcomes; the experiment vouches that it was known at the landmark"
        return [f"{_said(row)}: it {known}." for row in rows]

    def check(self) -> None:
        """Refuse to go on with a feature that nobody vouches for.

        Raises
        ------
        DataError
            If there is one.
        """
        rows = [row for row in self.table.to_dict("records") if not row["vouched"]]
        if rows:
            name = rows[0]["feature"]
            raise DataError(
                f"No feature alone ranks the training outcomes with a concordance above {self.limit:g}",
                ", ".join(map(_said, rows)),
                f"find out whether {name!r} was written after the outcome and mend the source, or, if it was known at "
                f"the landmark, vouch for it under [echo] with vouched = [{name!r}]",
            )


def find_echoes(
    X: pd.DataFrame,
    y: NDArray[np.void],
    clusters: NDArray[Any],
    horizons_days: Sequence[int],
    settings: EchoSettings | None = None,
    *,
    followable_days: Floats | None = None,
) -> EchoResult:
    """Find the features that on their own rank the outcomes of the training landmarks too well.

    A number is read by its values and by whether it is missing, a category by each of its levels, in either direction.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Features of the training landmarks.
    y : ndarray, shape (n,)
        Their outcome: fields ``event`` and ``duration_days``.
    clusters : ndarray, shape (n,)
        Household network of each row.
    horizons_days : sequence of int
        Days by which a re-report has followed or not.
    settings : EchoSettings, optional
        The limit, and who is vouched for.
    followable_days : ndarray, shape (n,), optional
        Calendar days until follow-up of everyone ends. Rows that could not be followed to a horizon are left out there,
        whatever happened to them: with them, anything that grows with the calendar would look like an echo.

    Returns
    -------
    EchoResult
        What was found; it does not raise, see :meth:`EchoResult.check`.

    Notes
    -----
    The concordance is the AUC between those with a re-report by the horizon and those who were followed to it and are
    never seen to have one, the higher of the two directions; a reading is found if its 95 % interval lies above the
    limit. A category or gap is found too where the share re-reported among those whom it marks has such an interval
    (Wilson 1927, with household networks for the number): a mark on only a part of the re-reports ranks no better than
    chance allows, and is an echo all the same. A C-index would miss the plainest echo: an exact mark of who is ever
    re-reported ties with all who are re-reported later. Rows censored by the horizon are left out: an alarm needs no
    weights. The interval takes
    the rows of one household network together: Obuchowski (1997), doi:10.2307/2533958.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> later = np.arange(200) % 2
    >>> y = Surv.from_arrays(later, np.where(later, 100, 900))
    >>> X = pd.DataFrame({"closed_as": np.where(later, "again", "done"), "prior_reports": np.arange(200) // 2})
    >>> find_echoes(X, y, np.arange(200), [365]).table[["feature", "reading", "concordance"]]
         feature  reading  concordance
    0  closed_as  = again          1.0
    1  closed_as   = done          1.0
    """
    settings = settings or EchoSettings()
    _, network = np.unique(clusters, return_inverse=True)
    able = np.full(len(y), np.inf) if followable_days is None else followable_days
    marks = {days: _followed(y, days, able >= days) for days in horizons_days}
    usable = {days: mark for days, mark in marks.items() if settings.limit < 1 and _enough(*mark)}
    found = []
    for name in X.columns:
        for reading, codes in _readings(X[name]):
            rows = [
                (name, reading, days, *interval, name in settings.vouched)
                for days, (case, control) in usable.items()
                for interval in (
                    _too_good(codes, case, control, network, settings.limit),
                    _too_pure(codes, case, control, network, settings.limit) if reading != _VALUE else None,
                )
                if interval
            ]
            found += sorted(rows, key=lambda row: -row[4])[:1]
    return EchoResult(pd.DataFrame(found, columns=list(COLUMNS)), tuple(usable), settings.limit)


def _said(row: Mapping[Any, Any]) -> str:
    what = {_VALUE: "", _GAP: " (missing or not)"}.get(row["reading"], f" {row['reading']}")
    bounds = f"95% interval {row['lower']:.2f} to {row['upper']:.2f}"
    return f"{row['feature']!r}{what} with {row['concordance']:.2f} ({bounds}) at {row['horizon_days']} days"


def _followed(y: NDArray[np.void], days: int, able: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who had a re-report by the day, and who was followed to it and never has one."""
    again, over = y["event"] == RE_REPORT, y["duration_days"] >= days
    return able & again & (y["duration_days"] <= days), able & ~again & (over | (y["event"] != CENSORED))


def _enough(case: NDArray[np.bool_], control: NDArray[np.bool_]) -> bool:
    return bool(min(case.sum(), control.sum()) >= FEWEST)


def _readings(column: pd.Series[Any]) -> Iterator[tuple[str, Codes]]:
    """Give each way to read a column, as ranks from 0; -1 leaves a row out."""
    missing = column.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype):
        codes = np.full(len(column), -1, dtype=np.intp)
        _, codes[~missing] = np.unique(column.to_numpy()[~missing], return_inverse=True)
        yield _VALUE, codes
    else:
        codes, levels = pd.factorize(column, sort=True)
        for place, level in enumerate(levels):
            yield f"= {level}", (codes == place).astype(np.intp)
    if missing.any():
        yield _GAP, missing.astype(np.intp)


def _too_good(
    codes: Codes, case: NDArray[np.bool_], control: NDArray[np.bool_], network: Codes, limit: float
) -> tuple[float, float, float] | None:
    """Return the concordance with its interval if that lies above the limit."""
    case, control = case & (codes >= 0), control & (codes >= 0)
    if not _enough(case, control):
        return None
    n_codes = codes.max() + 1
    cases, controls = (np.bincount(codes[rows], minlength=n_codes) for rows in (case, control))
    n_cases, n_controls = cases.sum(), controls.sum()
    # of each code: the share of controls that a case with it is above, and of cases that a control with it is below
    above = (np.cumsum(controls) - controls / 2) / n_controls
    below = 1 - (np.cumsum(cases) - cases / 2) / n_cases
    auc = float(cases @ above / n_cases)
    if max(auc, 1 - auc) <= limit:
        return None
    pull = np.where(case, (above[codes] - auc) / n_cases, np.where(control, (below[codes] - auc) / n_controls, 0.0))
    half = _NORMAL_95 * _clustered_error(pull, network[case | control], network)
    best = max(auc, 1 - auc)
    return (best, best - half, min(best + half, 1.0)) if best - half > limit else None


def _too_pure(
    codes: Codes, case: NDArray[np.bool_], control: NDArray[np.bool_], network: Codes, limit: float
) -> tuple[float, float, float] | None:
    """Return the share of cases among those marked, with its interval if that lies above the limit."""
    marked = (codes == 1) & (case | control)
    if not _enough(marked, case):
        return None
    share, n = float(case[marked].mean()), len(np.unique(network[marked]))
    z = _NORMAL_95**2
    middle = (share + z / (2 * n)) / (1 + z / n)
    half = _NORMAL_95 / (1 + z / n) * float(np.sqrt(share * (1 - share) / n + z / (4 * n * n)))
    return (share, middle - half, middle + half) if middle - half > limit else None


def _clustered_error(pull: Floats, used: Codes, network: Codes) -> float:
    n = len(np.unique(used))
    if n < 2:
        return float("inf")
    together = np.bincount(network, weights=pull)
    return float(np.sqrt(n / (n - 1) * np.sum(together**2)))
