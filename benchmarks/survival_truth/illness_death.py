"""Known truth for the multi-state model: cases that walk through part of the care chain, entered late in part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.illness_death import MultiState

N_CASES = 800
CHAIN = {"report": ("help", "re_report"), "help": ("re_report",)}
RATES = {("report", "help"): 1 / 90, ("report", "re_report"): 1 / 300, ("help", "re_report"): 1 / 500}
COEF = {("report", "help"): -0.5, ("report", "re_report"): 0.7, ("help", "re_report"): 0.4}


def draw(rng, n_cases):
    """Draw the stays of cases; a third comes under observation late."""
    score = rng.normal(size=n_cases)
    wait = {way: rng.exponential(np.exp(-COEF[way] * score) / RATES[way]) for way in RATES}
    until = rng.uniform(200, 900, n_cases)
    seen_from = np.where(rng.random(n_cases) < 1 / 3, rng.uniform(0, 100, n_cases), 0.0)
    helped = wait["report", "help"] < wait["report", "re_report"]
    left = np.where(helped, wait["report", "help"], wait["report", "re_report"])
    ended = left + wait["help", "re_report"]
    first = _stays("report", (np.zeros(n_cases), left), np.where(helped, "help", "re_report"), until)
    second = _stays("help", (left, ended), np.full(n_cases, "re_report"), until)
    both = [stays.assign(score=score, since=seen_from) for stays in (first, second)]
    stays = pd.concat([both[0], both[1][helped]], ignore_index=True)
    stays["entry_days"] = np.maximum(stays["entry_days"], stays.pop("since"))
    return stays[stays["duration_days"] > stays["entry_days"]]


def _stays(state, ends, following, until):
    begins, stops = ends
    columns = {"from_state": state, "to_state": pd.Series(following).where(stops <= until, None)}
    return pd.DataFrame(columns | {"entry_days": begins, "duration_days": np.minimum(stops, until)})


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    stays = draw(np.random.default_rng(seed), N_CASES)
    table = MultiState(CHAIN, prepare=False).fit(stays[["score"]], stays).summary_
    results = {}
    for row in table.itertuples():
        estimate = (float(row.coef), float(np.log(row.lower)), float(np.log(row.upper)))
        results[f"MultiState {row.from_state} to {row.to_state}"] = (*estimate, COEF[row.from_state, row.to_state])
    return results
