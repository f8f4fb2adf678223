"""A made-up but realistic report content; every number in it is invented."""

import dataclasses
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from hgrisk.curves import incidence_table
from hgrisk.report.content import ReportContent
from hgrisk.report.render import render_report
from tests.report.made_up_validation import fake_validation

HORIZONS = (183, 365, 548, 730)
STEPS = {
    "base rate": (0.500, 0.0),
    "prior count": (0.618, 0.012),
    "+ recency": (0.643, 0.011),
    "prior-violence family": (0.651, 0.011),
    "everything": (0.668, 0.011),
    "everything without prior violence": (0.594, 0.012),
}
PHRASES = {
    "prior_reports_365d": (
        "prior_violence",
        "count",
        "earlier reports in the 365 days before",
        "eerdere meldingen in de 365 dagen ervoor",
        0.0,
    ),
    "prior_reports_ever": ("prior_violence", "count", "earlier reports ever", "eerdere meldingen ooit", 0.0),
    "days_since_last_report": (
        "prior_violence",
        "days",
        "days since the last earlier report",
        "dagen sinds de laatste melding",
        0.42,
    ),
    "max_severity": ("prior_violence", "score", "highest severity so far", "hoogste ernst tot nu toe", 0.45),
    "escalation_slope": (
        "prior_violence",
        "score per year",
        "trend of severity over the earlier reports",
        "verloop van de ernst over de eerdere meldingen",
        0.71,
    ),
    "index_severity": ("index_report", "score", "severity of the report", "ernst van de melding", 0.013),
    "index_source": ("index_report", "", "who reported", "wie meldde", 0.08),
    "index_delay_days": (
        "index_report",
        "days",
        "days from the reported violence to its being known",
        "dagen van het gemelde geweld tot het bekend was",
        0.02,
    ),
    "calendar_year": ("calendar", "year", "year of the landmark", "jaar van het peilmoment", 0.0),
    "region": ("region", "", "region at the landmark", "regio op het peilmoment", np.nan),
}
LEVELS = ("police", "health care", "education", "youth care", "neighbour or family")


def fake_incidence(n=4182, seed=7):
    rng = np.random.default_rng(seed)
    susceptible = rng.random(n) < 0.42
    gap = np.where(susceptible, 22.4 * 30.4 * rng.weibull(0.82, n), np.inf)
    follow_up = rng.uniform(300, 1400, n)
    moved = rng.exponential(9000, n)
    days = np.ceil(np.minimum.reduce([gap, follow_up, moved]))
    event = np.where(gap <= np.minimum(follow_up, moved), 1, np.where(moved < follow_up, 2, 0))
    return incidence_table(days, event)


def fake_ladder():
    rows = []
    for metric, shift in (("uno_c", 0.0), ("auc", 0.006)):
        for horizon in HORIZONS:
            before = None
            for step, (value, half) in STEPS.items():
                drift = 0.0 if step == "base rate" else shift - 0.00003 * (horizon - 365)
                estimate = value + drift
                gain = np.nan if before is None else estimate - before
                width = 0.0072 if before is not None else np.nan
                bounds = (estimate - half, estimate + half) if half else (np.nan, np.nan)
                rows.append((step, metric, horizon, estimate, *bounds, gain, gain - width, gain + width))
                before = estimate
    columns = ["step", "metric", "horizon_days", "estimate", "lower", "upper", "gain", "gain_lower", "gain_upper"]
    return pd.DataFrame(rows, columns=columns)


def fake_calibration(bend, seed):
    rng = np.random.default_rng(seed)
    predicted = np.array([0.11, 0.15, 0.18, 0.21, 0.24, 0.27, 0.31, 0.36, 0.42, 0.52])
    observed = np.clip(0.28 + bend * (predicted - 0.28) + rng.normal(0, 0.012, 10), 0.02, 0.95)
    n = np.array([418, 419, 418, 418, 418, 418, 418, 418, 419, 418])
    half = 1.96 * np.sqrt(observed * (1 - observed) / n)
    group = np.arange(1, 11)
    columns = {"group": group, "n": n, "predicted": predicted, "observed": observed}
    return pd.DataFrame({**columns, "lower": observed - half, "upper": observed + half})


def fake_histogram(seed):
    risk = np.random.default_rng(seed).beta(2.6, 6.5, 4182)
    n, edges = np.histogram(risk, bins=np.linspace(0, 0.8, 33))
    return pd.DataFrame({"left": edges[:-1], "right": edges[1:], "n": n})


def fake_scores():
    base = {"base_rate": 0.5, "prior_count": 0.618, "cox": 0.664, "boosted_trees": 0.668}
    regions = ("Groningen", "Hart van Brabant", "<script>alert('x')</script>", "Zeeland")
    groups = {"all": (4182, 1), "perpetrator_sex=female": (861, 1.01), "index_source=police": (2790, 0.99)}
    groups |= {f"region={region}": (n, 1.0) for region, n in zip(regions, (188, 142, 161, 7), strict=True)}
    rows = []
    for m, (model, c) in enumerate(base.items()):
        for h, horizon in enumerate(HORIZONS):
            for group, (n, times) in groups.items():
                events, half = round(n * (0.19 + 0.05 * h)), 0.62 / np.sqrt(n)
                rank = c if model == "base_rate" else (c - 0.004 * h) * times
                brier = (0.150 + 0.02 * h) - 0.006 * m
                for metric, value, wide in (
                    ("uno_c", rank, half),
                    ("auc", rank + 0.005, half),
                    ("brier", brier, half / 5),
                    ("calibration_slope", np.nan if model == "base_rate" else 0.93 + 0.03 * m, 2 * half),
                    ("observed_expected", 1.02 - 0.01 * m, half),
                ):
                    low, high = (
                        (np.nan, np.nan) if model == "base_rate" and metric == "uno_c" else (value - wide, value + wide)
                    )
                    rows.append((model, metric, horizon, group, value, low, high, n, events))
        rows.append(
            (
                model,
                "integrated_brier",
                np.nan,
                "all",
                0.142 - 0.004 * m,
                0.138 - 0.004 * m,
                0.146 - 0.004 * m,
                4182,
                1403,
            )
        )
    columns = ["model", "metric", "horizon_days", "group", "estimate", "lower", "upper", "n", "n_events"]
    return pd.DataFrame(rows, columns=columns)


def fake_features():
    rows = [
        (name, family, unit, english, dutch, share) for name, (family, unit, english, dutch, share) in PHRASES.items()
    ]
    return pd.DataFrame(rows, columns=["name", "family", "unit", "sentence_en", "sentence_nl", "missing_share"])


def fake_coefficients():
    rng = np.random.default_rng(3)
    numbers = [name for name, phrase in PHRASES.items() if phrase[1]]
    names = [
        *numbers,
        *(f"index_source={level}" for level in LEVELS),
        "max_severity__missing",
        "escalation_slope__missing",
    ]
    names += [
        f"region={region}"
        for region in ("Groningen", "Zeeland", "Twente", "Drenthe", "Utrecht", "Flevoland", "Friesland")
    ]
    coef = np.concatenate(([0.42, 0.31, -0.38, 0.24], rng.normal(0, 0.09, len(names) - 4)))
    se = rng.uniform(0.03, 0.12, len(names))
    table = pd.DataFrame({"model": "cox", "feature": names, "coef": coef, "se": se})
    return table.assign(lower=np.exp(coef - 1.96 * se), upper=np.exp(coef + 1.96 * se))


def fake_rows():
    rows = [("events", 182_411, 171_902, 6_120, 3_301, 1_088), ("cases", 31_207, 31_207, 0, 0, 0)]
    return pd.DataFrame(rows, columns=["source", "read", "used", "merged", "excluded", "quarantined"])


def fake_attrition():
    rows = [
        ("events: report", 46_210, 0, ""),
        ("one landmark per incident", 39_874, 6_336, "another report of an incident known before"),
        ("one landmark per day", 36_120, 3_754, "same household, same day"),
        ("lookback window", 27_733, 8_387, "observed for less than 730 days"),
        ("observed at the landmark", 27_510, 223, "landmark outside the observation of its household"),
    ]
    return pd.DataFrame(rows, columns=["step", "remaining", "removed", "reason"])


def make_content(**changes):
    content = ReportContent(
        title="Re-reports after a report of domestic violence: what does history tell?",
        experiment="prior_violence_ladder",
        run_facts={
            "data_digest": "sha256:4f1c0a9d5e2b7c33a8a1f0e6d5c4b3a291807f6e5d4c3b2a19087f6e5d4c3b2a",
            "code_version": "hgrisk 0.1.0, commit 3e1f9ac",
            "seed": "20240131",
            "started": "2024-05-14 09:12",
            "finished": "2024-05-14 09:31",
            "software": "Python 3.11.7, numpy 2.2.1, pandas 2.2.3, scikit-learn 1.6.1",
            "command": "hgrisk run experiments/prior_violence_ladder.toml",
        },
        attrition=fake_attrition(),
        rows=fake_rows(),
        quarantine_reasons=pd.DataFrame(
            [
                ("events", "quarantined", "known_on lies before occurred_on", 811),
                ("events", "quarantined", "kind is not in the mapping: 'consult'", 277),
                ("events", "excluded", "advice: never an outcome", 3_301),
            ],
            columns=["source", "status", "reason", "rows"],
        ),
        incidence=fake_incidence(),
        ladder=fake_ladder(),
        calibration={
            model: fake_calibration(bend, seed)
            for seed, (model, bend) in enumerate((("cox", 0.97), ("boosted_trees", 0.82), ("prior_count", 0.6)))
        },
        scores=fake_scores(),
        coefficients=fake_coefficients(),
        features=fake_features(),
        dropped_features=pd.DataFrame(
            [
                ("prior_reports_730d", "same as prior_reports_ever", "before"),
                ("days_since_csg", "wholly missing", "before"),
                ("escalation_slope_730d", "same as escalation_slope", "kept"),
                ("region_missing", "constant", "training"),
                ("nickname", "no level in 20 rows", "training"),
            ],
            columns=["feature", "reason", "stage"],
        ),
        outcome_facts={
            "definition": "A new report about the same household, more than 14 days after the landmark.",
            "merge_window_days": 14,
            "horizons_days": HORIZONS,
            "n_landmarks": 27_510,
            "n_events": 9_371,
            "competing_events": "death of the person reported as victim; household left the region",
            "median_follow_up_days": 812.0,
        },
        split_facts={
            "kind": "temporal",
            "cut_on": "2021-07-01",
            "n_train": 23_328,
            "n_test": 4_182,
            "n_test_events": 1_403,
        },
        canary={"n_features": 10, "n_changed": 0, "n_landmarks": 500},
        notes=[
            "Reports of the last six weeks are incomplete: 8% arrive later than that.",
            "On 1 January 2019 the national protocol changed; counts before and after are not alike.",
        ],
        limits=[
            "A re-report depends on who looks: police send two thirds of all reports.",
            "Region is known, postcode and origin are not used.",
        ],
        apparent=False,
        calibration_horizon_days=365,
        predicted={"cox": fake_histogram(1), "boosted_trees": fake_histogram(2), "prior_count": fake_histogram(3)},
    )
    return dataclasses.replace(content, **changes)


@pytest.fixture(scope="session")
def content():
    return make_content()


@pytest.fixture(scope="session")
def content_with():
    return make_content


@pytest.fixture(scope="session")
def light_with(content):
    """A content without pictures, quick to render."""

    def make(**changes):
        light = dataclasses.replace(
            content,
            incidence=content.incidence.iloc[:0],
            ladder=content.ladder.iloc[:0],
            calibration={},
            predicted={},
            coefficients=None,
            scores=content.scores[content.scores["model"] == "cox"],
        )
        return dataclasses.replace(light, **changes)

    return make


class Page(HTMLParser):
    """A page, read: its tags, its ids, its text, and what it finds wrong."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.wrong, self._open = [], [], [], []
        self.feed(html)
        self.close()
        self.wrong += [f"{tag} is never closed" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"{tag} is closed out of order at {self.getpos()}")

    def handle_data(self, data):
        if "style" not in self._open:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="session")
def read_page():
    return Page


@pytest.fixture(scope="session", params=["en", "nl"])
def lang(request):
    return request.param


@pytest.fixture(scope="session")
def pages(content):
    return {lang: render_report(content, lang) for lang in ("en", "nl")}


@pytest.fixture(scope="session")
def html(pages, lang):
    return pages[lang]


@pytest.fixture(scope="session")
def page(html):
    return Page(html)


@pytest.fixture
def validation_tables():
    return fake_validation()
