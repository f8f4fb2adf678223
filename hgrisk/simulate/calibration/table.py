"""The calibration table: every number beside its target."""

from __future__ import annotations

import numpy as np
import polars as pl

from hgrisk.simulate.calibration.quantities import QUANTITIES, RATIOS, REGIONAL
from hgrisk.simulate.calibration.register import REGIONS
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.records import Ints

_SLACK = 1e-9
_SCHEMA = {
    "quantity": pl.String, "target": pl.Float64, "tolerance": pl.Float64, "simulated": pl.Float64,
    "within": pl.Boolean, "source": pl.String, "description": pl.String,
}  # fmt: skip
_WITHIN = {True: "yes", False: "no", None: "-"}


def calibration_table(counted: Tally) -> pl.DataFrame:
    """Put every calibrated number beside its target.

    Parameters
    ----------
    counted : Tally
        The counts of the whole world.

    Returns
    -------
    polars.DataFrame
        One row per quantity: quantity, target, tolerance, simulated, within, source, description. ``simulated`` and
        ``within`` are null where the world holds nothing to count.

    Examples
    --------
    >>> calibration_table(Tally.empty()).select("quantity", "target", "within").row(0)
    ('first_reports_2023', 0.319, None)
    """
    found = {name: _ratio(*counts) for name, counts in zip(RATIOS, counted.counts.tolist(), strict=True)}
    found[REGIONAL] = _log_sd(counted.by_region)
    rows = [
        (one.name, one.target, one.tolerance, found[one.name], _within(found[one.name], one.target, one.tolerance),
         one.source, one.description)
        for one in QUANTITIES
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def calibration_text(table: pl.DataFrame) -> str:
    """Write the table as Markdown.

    Parameters
    ----------
    table : polars.DataFrame
        From `calibration_table`.

    Returns
    -------
    str
        A heading and one line per quantity; numbers with three decimals.

    Examples
    --------
    >>> print(calibration_text(calibration_table(Tally.empty())).splitlines()[0])
    | quantity | target | tolerance | simulated | within | source | definition |
    """
    lines = ["| quantity | target | tolerance | simulated | within | source | definition |"]
    lines.append("|---|--:|--:|--:|---|---|---|")
    for name, target, tolerance, simulated, within, source, description in table.select(list(_SCHEMA)).iter_rows():
        shown = "-" if simulated is None else f"{simulated:.3f}"
        cells = (f"`{name}`", f"{target:.3f}", f"{tolerance:.3f}", shown, _WITHIN[within], source, description)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _ratio(top: int, bottom: int) -> float | None:
    return top / bottom if bottom else None


def _log_sd(by_region: Ints) -> float | None:
    """SD between regions of the log rate; there is none while a region is without reports."""
    if by_region.min() == 0:
        return None
    rates = by_region / np.fromiter(REGIONS.values(), float)
    return float(np.log(rates).std(ddof=1))


def _within(found: float | None, target: float, tolerance: float) -> bool | None:
    return None if found is None else abs(found - target) <= tolerance + _SLACK
