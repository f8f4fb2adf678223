"""The facts of a run by topic, as the sentences of a checklist need them."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import pandas as pd

from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.evaluation.registry import all_metrics
from hgrisk.report.content import ReportContent
from hgrisk.report.small_cells import small_counts_in
from hgrisk.report.voice import Voice

Values = Mapping[str, Any] | None
"""What fills the sentence of a topic; None where the run has nothing to say."""

Tables = Mapping[str, pd.DataFrame]

WATCHED = ("changed", "features", "landmarks")
KINDS = ("discrimination", "calibration", "decision")
ABOUT_SCORES = ("analysis", "groups", "output", "test_rows", "scores", "measures", "slopes")


def data_facts(content: ReportContent, speaking: Voice) -> dict[str, Values]:
    """Return what is known of rows, landmarks and features.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    speaking : Voice
        The language.

    Returns
    -------
    dict
        Topic to what fills its sentence.
    """
    rows, steps, features, count = content.rows, content.attrition["remaining"], content.features, speaking.num.count
    gaps, canary = features["missing_share"].fillna(0.0), content.canary
    account = {name: count(rows[name].sum()) for name in ("read", "used", "merged", "excluded", "quarantined")}
    watched = canary.get("n_features", 0) > 0
    numbers = int((features["unit"] != "").sum())
    filters = {"first": count(steps.iloc[0]), "last": count(steps.iloc[-1])} if len(steps) else {}
    return {
        "title": {"title": content.title},
        "rows": {"sources": len(rows), **account},
        "attrition": {**filters, "filters": len(steps) - 1} if filters else None,
        "set_aside": {**account, "dropped": content.dropped_features["feature"].nunique()},
        "features": {"features": len(features), "families": _listed(features["family"], "families", speaking)},
        "alike": {} if len(features) else None,
        "kinds": {"numbers": numbers, "others": len(features) - numbers},
        "missing": {"features": int((gaps > 0).sum()), "share": f"{100 * gaps.max():.0f}"} if len(gaps) else None,
        "canary": {name: count(canary[f"n_{name}"]) for name in WATCHED} if watched else None,
        "provenance": _joined("facts", content.run_facts, speaking),
        "limits": {"limits": " ".join(content.limits)} if content.limits else None,
    }


def outcome_facts(content: ReportContent, speaking: Voice) -> dict[str, Values]:
    """Return what is known of the outcome.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    speaking : Voice
        The language.

    Returns
    -------
    dict
        Topic to what fills its sentence.
    """
    facts, count = content.outcome_facts, speaking.num.count
    n, events = (_number(facts.get(name)) for name in ("n_landmarks", "n_events"))
    competing = facts.get("competing_events")
    follow_up, window = (_number(facts.get(name)) for name in ("median_follow_up_days", "merge_window_days"))
    return {
        "definition": {"definition": facts["definition"]} if "definition" in facts else None,
        "competing": {"events": small_counts_in(str(competing), speaking)} if competing else None,
        "window": None if window is None else {"days": count(window)},
        "follow_up": None if follow_up is None else {"days": count(follow_up)},
        "followed": None if n is None else {"landmarks": count(n)},
        "size": None if n is None or events is None else {"landmarks": count(n), "events": count(events)},
        "imbalance": {"share": f"{100 * events / n:.0f}"} if n and events is not None else None,
    }


def model_facts(content: ReportContent, speaking: Voice) -> dict[str, Values]:
    """Return what is known of the models.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    speaking : Voice
        The language.

    Returns
    -------
    dict
        Topic to what fills its sentence.
    """
    weights, events = content.coefficients, _number(content.split_facts.get("n_train_events"))
    models = content.scores.loc[content.scores["group"] == EVERYONE, "model"]
    penalties = content.run_facts.get("penalties")
    found: dict[str, Values] = {
        "models": {"models": _listed(models, "models", speaking)} if len(models) else None,
        "prepared": {} if len(models) else None,
        "weights": {} if len(models) else None,
        "penalties": {"penalties": penalties} if penalties else None,
        "coefficients": None,
        "events_per_coefficient": None,
    }
    if weights is None or weights.empty:
        return found
    found["coefficients"] = {"coefficients": len(weights)}
    if events is not None:
        sizes = weights.groupby("model", sort=False).size()
        ratios = (f"{speaking.label('models', name)} {speaking.num.number(events / n, 1)}" for name, n in sizes.items())
        found["events_per_coefficient"] = {"events": speaking.num.count(events), "ratios": ", ".join(ratios)}
    return found


def judgement_facts(content: ReportContent, speaking: Voice) -> dict[str, Values]:
    """Return what is known of how models were judged.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    speaking : Voice
        The language.

    Returns
    -------
    dict
        Topic to what fills its sentence.
    """
    scores, whole = content.scores, content.scores[content.scores["group"] == EVERYONE]
    shared = content.split_facts.get("share_of_test_in_known_networks")
    split = None if content.apparent else _joined("split", content.split_facts, speaking)
    by_split = {"split": split, "apparent": {} if content.apparent else None, "networks": None}
    if shared is not None and not content.apparent:
        by_split["networks"] = {"share": shared}
    if whole.empty:
        return by_split | dict.fromkeys(ABOUT_SCORES)
    horizons = sorted({f"{days:g}" for days in whole["horizon_days"].dropna()}, key=float)
    last = whole[whole["horizon_days"] == whole["horizon_days"].max()].iloc[0]
    columns = list(dict.fromkeys(str(group).split("=")[0] for group in scores["group"] if group != EVERYONE))
    count, metrics = speaking.num.count, _listed(whole["metric"], "metrics", speaking)
    return by_split | {
        "analysis": {"models": _listed(whole["model"], "models", speaking), "metrics": metrics},
        "groups": {"columns": ", ".join(speaking.label("audits", name) for name in columns)} if columns else None,
        "output": {"horizons": ", ".join(horizons)},
        "test_rows": {"n": count(last["n"]), "events": count(last["n_events"]), "horizon": f"{last['horizon_days']:g}"},
        "scores": {"scores": count(whole["estimate"].notna().sum()), "models": whole["model"].nunique()},
        "measures": _by_kind(whole["metric"], speaking),
        "slopes": _range(whole.loc[whole["metric"] == "calibration_slope", "estimate"], speaking),
    }


def further_facts(tables: Tables, speaking: Voice) -> dict[str, Values]:
    """Return what is known from further tables of a run.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        ``"validation"``, ``"validation_optimism"`` and ``"audit_groups"``, as far as the run has them.
    speaking : Voice
        The language.

    Returns
    -------
    dict
        Topic to what fills its sentence.
    """
    found: dict[str, Values] = dict.fromkeys(("designs", "refitted", "optimism", "audit"))
    if "validation" in tables:
        parts = tables["validation"].groupby("design", sort=False)["part"].nunique()
        named = ((speaking.label("designs", design), n) for design, n in parts.items())
        found["designs"] = {"designs": ", ".join(f"{name} ({n})" for name, n in named)}
        found["refitted"] = {}
    if "validation_optimism" in tables:
        table = tables["validation_optimism"]
        metric = table["metric"].iloc[0]
        draws = {"draws": speaking.num.count(table["n_draws"].max()), "metric": speaking.label("metrics", metric)}
        bounds = _range(table.loc[table["metric"] == metric, "optimism"], speaking)
        found["optimism"] = None if bounds is None else draws | dict(bounds)
    if "audit_groups" in tables:
        attributes = tables["audit_groups"]["attribute"]
        told = _listed(attributes[attributes != EVERYONE], "audits", speaking)
        found["audit"] = {"attributes": told} if told else None
    return found


def _by_kind(metrics: pd.Series[Any], speaking: Voice) -> Values:
    """Return the names of metrics by what they measure; one that is taken at several capacities is named once."""
    names = metrics.astype(str).str.partition("@")[0]
    of = names.map({name: metric.kind for name, metric in all_metrics().items()})
    none = speaking.say("page", "none")
    return {kind: _listed(names[of == kind], "metrics", speaking) or none for kind in KINDS}


def _range(estimates: pd.Series[Any], speaking: Voice) -> Values:
    if not estimates.notna().any():
        return None
    return {"low": speaking.num.number(estimates.min()), "high": speaking.num.number(estimates.max())}


def _listed(column: pd.Series[Any], kind: str, speaking: Voice) -> str:
    return ", ".join(speaking.label(kind, name) for name in dict.fromkeys(column))


def _joined(name: str, facts: Mapping[str, Any], speaking: Voice) -> Values:
    told = "; ".join(f"{speaking.fact_name(key)}: {speaking.fact(key, value)}" for key, value in facts.items())
    return {name: told} if facts else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, Real) else None
