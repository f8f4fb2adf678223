"""The TRIPOD+AI table: what a run can say of each of its 27 items, and which it leaves to the author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.report.content import ReportContent
from hgrisk.words import load_words

N_ITEMS = 27
COLUMNS = ("item", "topic", "entry", "from_the_run")

Values = Mapping[str, Any] | None
"""What fills the sentence of an item; None where the run has nothing to say."""


def tripod_table(content: ReportContent, lang: str = "en") -> pd.DataFrame:
    """Fill the items of TRIPOD+AI from what a run left.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    DataFrame
        ``item`` (1 to 27), ``topic``, ``entry``, and ``from_the_run``, false where the run has nothing to say and the
        author of a publication must. An entry states facts of the run; it is no judgement that an item is met.

    Raises
    ------
    ConfigError
        If the language is not known.

    Notes
    -----
    Collins et al. (2024), doi:10.1136/bmj-2023-078378. The topics are in our words.
    """
    words = load_words(lang, "hgrisk.report", "tripod")
    filled = {**_data(content), **_models(content)}
    rows = []
    for item in range(1, N_ITEMS + 1):
        values = filled.get(str(item))
        known = values is not None
        key = "16_apparent" if item == 16 and content.apparent else str(item)
        entry = words["entries"][key].format(**values) if values is not None else words["missing"]
        rows.append((item, words["topics"][str(item)], entry, known))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _data(content: ReportContent) -> dict[str, Values]:
    """Return what is known of data, outcome and features."""
    rows, steps, features = content.rows, content.attrition["remaining"], content.features
    facts, gaps = content.outcome_facts, content.features["missing_share"]
    counts = {name: int(rows[name].sum()) for name in ("read", "used", "merged", "excluded", "quarantined")}
    n, events = facts.get("n_landmarks"), facts.get("n_events")
    sizes = {"landmarks": n, "events": events} if n is not None and events is not None else None
    return {
        "1": {"title": content.title},
        "5": {"sources": len(rows), **counts},
        "6": {"first": steps.iloc[0], "last": steps.iloc[-1], "filters": len(steps) - 1} if len(steps) else None,
        "7": {**counts, "dropped": content.dropped_features["feature"].nunique()},
        "8": {"definition": facts["definition"]} if "definition" in facts else None,
        "9": {"features": len(features), "families": ", ".join(dict.fromkeys(features["family"]))},
        "10": sizes,
        "11": {"features": int((gaps > 0).sum()), "share": f"{100 * gaps.max():.0f}"} if len(gaps) else None,
        "13": {"share": f"{100 * float(str(events)) / float(str(n)):.0f}"} if sizes and n else None,
        "18": _joined("facts", content.run_facts),
        "26": {"limits": " ".join(content.limits)} if content.limits else None,
    }


def _models(content: ReportContent) -> dict[str, Values]:
    """Return what is known of models and how they were judged."""
    scores, whole = content.scores, content.scores[content.scores["group"] == "all"]
    if whole.empty:
        return {"16": _joined("split", content.split_facts)}
    horizons = sorted({f"{days:g}" for days in whole["horizon_days"].dropna()}, key=float)
    last = whole[whole["horizon_days"] == whole["horizon_days"].max()].iloc[0]
    columns = list(dict.fromkeys(str(group).split("=")[0] for group in scores["group"] if group != "all"))
    weights = content.coefficients
    return {
        "12": {"models": _listed(whole["model"]), "metrics": _listed(whole["metric"])},
        "14": {"columns": ", ".join(columns)} if columns else None,
        "15": {"horizons": ", ".join(horizons)},
        "16": {} if content.apparent else _joined("split", content.split_facts),
        "20": {"n": int(last["n"]), "events": int(last["n_events"]), "horizon": f"{last['horizon_days']:g}"},
        "22": None if weights is None or weights.empty else {"coefficients": len(weights)},
        "23": {"scores": int(whole["estimate"].notna().sum()), "models": whole["model"].nunique()},
    }


def _listed(column: pd.Series[Any]) -> str:
    return ", ".join(str(name) for name in dict.fromkeys(column))


def _joined(name: str, facts: Mapping[str, Any]) -> Values:
    return {name: "; ".join(f"{key}: {value}" for key, value in facts.items())} if facts else None
