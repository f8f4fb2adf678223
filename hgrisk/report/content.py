"""Everything a report says, as plain fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from hgrisk.figures import calibration, coefficients, ladder, readings
from hgrisk.figures.tables import require_columns

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "attrition": ("step", "remaining", "removed", "reason"),
    "rows": ("source", "read", "used", "merged", "excluded", "quarantined"),
    "quarantine_reasons": ("source", "status", "reason", "rows"),
    "incidence": readings.COLUMNS,
    "ladder": ladder.COLUMNS,
    "scores": ("model", "metric", "horizon_days", "group", "estimate", "lower", "upper", "n", "n_events"),
    "features": ("name", "family", "unit", "sentence_en", "sentence_nl", "missing_share"),
    "dropped_features": ("feature", "reason"),
}

_INTERVAL = ("estimate", "lower", "upper")
FURTHER: Mapping[str, tuple[str, ...]] = {
    "comparison": ("model", "against", "metric", "horizon_days", "difference", "lower", "upper"),
    "selection": ("model", "candidate", "mean", "se", "is_best", "is_chosen"),
    "card_points": ("model", "item", "level", "points"),
    "card_risks": ("model", "horizon_days", "total", "n_rows", "risk", "lower", "upper"),
    "importance": ("model", "feature", "family", "mean_abs", "lower", "upper"),
    "importance_families": ("model", "family", "mean_abs", "lower", "upper"),
    "shapes": ("model", "feature", "own_share", "label", "low", "high", "n", "mean", "lower", "upper"),
    "interactions": ("model", "feature_a", "feature_b", "strength", "share", "kind"),
    "stability": ("model", "by", "feature", "family", "mean_abs", "lower", "upper", "mean_rank", "top_share"),
    "stability_fits": ("model", "by", "fit", "rank_correlation", "reason"),
    "validation": ("design", "part", "model", "metric", "horizon_days", *_INTERVAL, "n_train", "n_test", "n_events"),
    "validation_differences": ("design", "part", "model", "against", "metric", "horizon_days", "difference"),
    "validation_pooled": ("design", "model", "metric", "horizon_days", *_INTERVAL, "prediction_lower", "difference"),
    "validation_optimism": ("model", "metric", "horizon_days", "apparent", "optimism", "corrected"),
    "validation_learning": ("share", "draw", "n_train_networks", "model", "metric", "horizon_days", *_INTERVAL),
    "validation_omitted": ("design", "part", "horizon_days", "reason"),
    "audit_groups": (
        *("model", "attribute", "group", "horizon_days", "measure", *_INTERVAL, "difference", "difference_lower"),
        *("difference_upper", "n", "shown"),
    ),
    "audit_proxy": ("attribute", "level", "auc", "lower", "upper", "n", "shown"),
    "audit_proxy_features": ("attribute", "level", "feature", "weight", "auc_alone"),
    "audit_label_bias": (
        *("model", "attribute", "level", "group", "scenario", "factor", "measure", *_INTERVAL, "n", "shown"),
    ),
}
"""Tables that a run may have beside its scores, by name, with their first columns."""

Fact = str | float | Sequence[str | float]


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """Everything a report says.

    Attributes
    ----------
    title : str
        Title of the page.
    experiment : str
        Name of the experiment.
    run_facts : Mapping
        How to repeat the run: data digest, code version, seed, dates, software.
    attrition : DataFrame
        ``step``, ``remaining``, ``removed``, ``reason``: one row per filter of the cohort.
    rows : DataFrame
        ``source``, ``read``, ``used``, ``merged``, ``excluded``, ``quarantined``: the account of the input rows.
    quarantine_reasons : DataFrame
        ``source``, ``status``, ``reason``, ``rows``: why rows were set aside.
    incidence : DataFrame
        As from :func:`hgrisk.curves.incidence_table`.
    ladder : DataFrame
        See :func:`hgrisk.figures.ladder.ladder_at`; may be empty.
    calibration : Mapping
        Model to ``group``, ``n``, ``predicted``, ``observed``, ``lower``, ``upper``, all at one horizon.
    scores : DataFrame
        ``model``, ``metric``, ``horizon_days``, ``group``, ``estimate``, ``lower``, ``upper``, ``n``, ``n_events``;
        group ``"all"`` is every landmark of the test set. A horizon of NaN is a score over all horizons together.
    coefficients : DataFrame or None
        See :func:`hgrisk.figures.coefficients.hazard_ratios`.
    features : DataFrame
        ``name``, ``family``, ``unit``, ``sentence_en``, ``sentence_nl``, ``missing_share``.
    dropped_features : DataFrame
        ``feature``, ``reason`` and, where known, ``stage``: left out ``before`` training, ``kept`` though it tells
        nothing more, or left out in ``training``, as it is without a stage.
    outcome_facts : Mapping
        The outcome in words and numbers; known keys (``definition``, ``merge_window_days``, ``horizons_days``,
        ``n_landmarks``, ``n_events``, ``competing_events``, ``median_follow_up_days``) get a label, others their name.
    split_facts : Mapping
        How training and test rows were divided; known keys get a label.
    canary : Mapping
        ``n_features``, ``n_changed``, ``n_landmarks`` of the look-ahead check; empty if it was not run.
    notes : sequence of str
        Notes on data quality.
    limits : sequence of str
        Limits of the study.
    apparent : bool
        True if the models were evaluated on their own training rows.
    calibration_horizon_days : float, optional
        The horizon of ``calibration``.
    predicted : Mapping
        Model to ``left``, ``right``, ``n``: a histogram of predicted risks; may be empty.
    further : Mapping
        Some of the tables of `FURTHER`, by name: choices, cards, explanations, validation designs, audits.
    """

    title: str
    experiment: str
    run_facts: Mapping[str, str]
    attrition: pd.DataFrame
    rows: pd.DataFrame
    quarantine_reasons: pd.DataFrame
    incidence: pd.DataFrame
    ladder: pd.DataFrame
    calibration: Mapping[str, pd.DataFrame]
    scores: pd.DataFrame
    coefficients: pd.DataFrame | None
    features: pd.DataFrame
    dropped_features: pd.DataFrame
    outcome_facts: Mapping[str, Fact]
    split_facts: Mapping[str, Fact]
    canary: Mapping[str, int]
    notes: Sequence[str]
    limits: Sequence[str]
    apparent: bool
    calibration_horizon_days: float | None = None
    predicted: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    further: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a table that lacks a column."""
        for name, columns in COLUMNS.items():
            require_columns(getattr(self, name), columns, name)
        for model, table in self.calibration.items():
            require_columns(table, calibration.COLUMNS, f"calibration of {model}")
        for model, table in self.predicted.items():
            require_columns(table, calibration.HISTOGRAM_COLUMNS, f"predicted of {model}")
        for name, table in self.further.items():
            require_columns(table, FURTHER[name], name)
        if self.coefficients is not None:
            require_columns(self.coefficients, coefficients.COLUMNS, "coefficients")
