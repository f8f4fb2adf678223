"""What the validation designs found, in one sentence each; they follow from the tables and claim no more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hgrisk.report.headline import main_horizon, main_metric
from hgrisk.report.voice import Voice

RATIO = "observed_expected"


def findings(tables: Mapping[str, pd.DataFrame], voice: Voice, min_cell: int) -> tuple[str, ...]:
    """Say what each design found at the horizon nearest to a year: of all models together, none ahead of another.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        ``validation`` and ``validation_pooled``.
    voice : Voice
        The language.
    min_cell : int
        Parts with fewer landmarks play no role.

    Returns
    -------
    tuple of str
        At most a sentence for each of folds, rolling and regions.
    """
    rows, pooled = tables["validation"], tables["validation_pooled"]
    enough = rows[(rows["n_test"] >= min_cell) & np.isfinite(rows["estimate"].astype(float))]
    said = [
        _of_folds(enough[enough["design"] == "folds"], voice),
        _of_years(enough[enough["design"] == "rolling"], voice),
        _of_regions(pooled[~pooled["difference"].astype(bool)], voice),
    ]
    return tuple(sentence for sentence in said if sentence)


def _of_folds(rows: pd.DataFrame, voice: Voice) -> str:
    if rows.empty:
        return ""
    metric, days = main_metric(rows), main_horizon(rows)
    at = rows[(rows["metric"] == metric) & (rows["horizon_days"] == days)].sort_values("estimate", kind="stable")
    if at.empty:
        return ""
    values = [voice.num.interval(row["estimate"], row["lower"], row["upper"]) for row in at.to_dict("records")]
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(days)}
    if len(values) == 1:
        model = voice.label("models", at["model"].iloc[0])
        return voice.say("validation", "finding_folds_one", **said, model=model, value=values[0])
    lowest, highest = (voice.num.number(value) for value in (at["estimate"].iloc[0], at["estimate"].iloc[-1]))
    if lowest == highest:  # as printed
        key = "finding_folds_both" if len(values) == 2 else "finding_folds_all"
        return voice.say("validation", key, **said, value=values[0] if len(set(values)) == 1 else lowest)
    return voice.say("validation", "finding_folds", **said, low=values[0], high=values[-1])


def _of_years(rows: pd.DataFrame, voice: Voice) -> str:
    at, said = _ratio_or_main(rows, voice)
    if at.empty:
        return ""
    said |= _ends(at["estimate"], at["estimate"], said["ratio"], voice)
    years = sorted(set(at["part"].astype(str)))
    same = said["low"] == said["high"]  # as printed
    if len(years) > 1 and not same:
        key = "finding_rolling_ratio" if said["ratio"] else "finding_rolling"
        return voice.say("validation", key, **said, first=years[0], last=years[-1])
    span = {
        "years": years[0] if len(years) == 1 else f"{years[0]} {voice.num.between} {years[-1]}",
        "range": said["low"] if same else voice.say("validation", "finding_range", **said),
    }
    key = "finding_rolling_ratio_one" if said["ratio"] else "finding_rolling_one"
    return voice.say("validation", key, **said, **span)


def _of_regions(pooled: pd.DataFrame, voice: Voice) -> str:
    bounded = np.isfinite(pooled[["prediction_lower", "prediction_upper"]].to_numpy(dtype=float)).all(axis=1)
    at, said = _ratio_or_main(pooled.loc[bounded], voice)
    if at.empty:
        return ""
    said |= _ends(at["prediction_lower"], at["prediction_upper"], said["ratio"], voice)
    return voice.say("validation", "finding_regions_ratio" if said["ratio"] else "finding_regions", **said)


def _ratio_or_main(rows: pd.DataFrame, voice: Voice) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows of the ratio of observed to expected, or else of the main metric, at the main horizon."""
    if rows.empty:
        return rows, {}
    days = main_horizon(rows)
    at = rows[rows["horizon_days"] == days]
    metric = RATIO if (at["metric"] == RATIO).any() else main_metric(at)
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(days)}
    return at[at["metric"] == metric], said | {"ratio": "yes" if metric == RATIO else ""}


def _ends(low: pd.Series[float], high: pd.Series[float], ratio: str, voice: Voice) -> dict[str, str]:
    digits = 2 if ratio else 3
    return {"low": voice.num.number(low.min(), digits), "high": voice.num.number(high.max(), digits)}
