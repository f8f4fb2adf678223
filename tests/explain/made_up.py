"""A made-up model of three features and a joint term, whose terms are known, and its catalogue."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from hgrisk.features.spec import FeatureSpec
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.score_terms import ScoreTerms

BASE = -1.0
JOINT = "prior_reports_365d & handover_days"
CATALOGUE = (
    FeatureSpec(
        "prior_reports_365d", "prior_violence", "count",
        "incidents reported earlier in the 365 days before", "eerder gemelde incidenten in de 365 dagen ervoor",
    ),
    FeatureSpec(
        "days_since_last_report", "prior_violence", "days", "days since the last earlier report",
        "dagen sinds de laatste melding", "no earlier report", missing_nl="geen eerdere melding",
    ),
    FeatureSpec(
        "handover_days", "care_chain", "days", "days that the oldest open handover has waited",
        "dagen dat de oudste openstaande overdracht wacht", "no handover waits", process=True,
        missing_nl="geen overdracht wacht",
    ),
    FeatureSpec("index_source", "index_report", "", "who reported", "wie meldde", kind="category"),
)  # fmt: skip
NAMES = tuple(spec.name for spec in CATALOGUE)


class MadeUpModel(SurvivalModel):
    """Adds up 0.3 a report, 1 - days / 100 since the last, 0.05 a day of handover, 0.5 for police, and a product."""

    def __init__(self, coef=0.3, shift=0.0, wrong_by=0.0):
        self.coef, self.shift, self.wrong_by = coef, shift, wrong_by
        self.supported_times_, self.last_followup_days_ = (365.0,), 730.0
        self._learn_columns(pd.DataFrame(columns=list(NAMES)))

    def fit(self, X, y, sample_weight=None):  # noqa: ARG002
        return self

    def _terms(self, frame):
        reports, wait = frame["prior_reports_365d"].to_numpy(float), frame["handover_days"].fillna(0).to_numpy(float)
        since = (1 - frame["days_since_last_report"] / 100).fillna(-0.25).to_numpy(float)
        police = np.where(frame["index_source"] == "police", 0.5, 0.0)
        return np.column_stack([self.coef * reports, since, 0.05 * wait, police, 0.01 * reports * wait])

    def predict(self, X):
        return BASE + self._terms(self._check_columns(X)).sum(axis=1)

    def _cumulative_incidence(self, frame, days):
        risk = expit(BASE + self._terms(frame).sum(axis=1) + self.shift)
        return np.repeat(risk[:, None], len(days), axis=1)

    def score_terms(self, X, at_days):  # noqa: ARG002
        values = self._terms(self._check_columns(X))
        return ScoreTerms((*NAMES, JOINT), values, BASE, BASE + values.sum(axis=1) + self.wrong_by, "logit")


def draw_cases(n=400, seed=0):
    rng = np.random.default_rng(seed)
    reports = rng.poisson(1.0, n).astype(float)
    since = np.where(reports > 0, rng.integers(1, 365, n), np.nan)
    wait = np.where(rng.random(n) < 0.3, np.nan, rng.integers(0, 30, n))
    source = rng.choice(["police", "school", "doctor"], n)
    columns = [reports, since, wait, source]
    return pd.DataFrame(dict(zip(NAMES, columns, strict=True)), index=[f"case {i}" for i in range(n)])


def three_cases():
    """Three cases: three reports, none, and one yesterday."""
    rows = [(3.0, 41.0, 5.0, "police"), (0.0, np.nan, np.nan, "school"), (1.0, 1.0, 10.0, "police")]
    return pd.DataFrame(rows, columns=list(NAMES), index=["a", "b", "c"])
