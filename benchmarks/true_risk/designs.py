"""Do the designs say what is true? Worlds that drift, and worlds whose regions differ in recording alone.

One model throughout, a logistic regression on earlier reports: the designs are on trial here, not the model.
"""

from __future__ import annotations

import numpy as np
from true_risk.measures import trend
from true_risk.worlds import HORIZON, make, scenario

from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fitting
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.designs import judge_parts, keep
from hgrisk.validation.folds import unseen_networks
from hgrisk.validation.regions import REGIONS, pool_regions, region_parts
from hgrisk.validation.rolling import ROLLING, rolling_parts
from hgrisk.validation.settings import ValidationSettings

HOUSEHOLDS, DRAWS = 100_000, 40
COLUMNS = (
    "prior_reports_90d", "prior_reports_365d", "prior_reports_730d", "days_since_last_report", "prior_reports_decayed",
    "mean_severity",
)  # fmt: skip
FITS = {"logistic": Fitting(ReReportLogistic(), columns=COLUMNS)}
SETTINGS = ValidationSettings(n_folds=5)
JUDGED = EvaluationSettings(
    horizons_days=(HORIZON,), metrics=("observed_expected", "calibration_intercept"), n_resamples=100
)
RATIO, TRUE_RATIO, VIOLENCE_RATIO = "observed_expected", "true re-reports / predicted", "true violence / predicted"

DRIFTS = {
    "no drift": ("baseline", {}),
    "drift": ("drift", {}),
    "drift, reporting alone": ("drift", {"violence": {"calendar_ratio_per_year": 1.0}}),
    "drift, violence alone": ("drift", {"reporting": {"calendar_ratio_per_year": 1.0}}),
}
"""The shipped scenario has both: reporting rises by 4 % a year, violence falls by 3 %."""

PRACTICES = {
    "regions alike": ("regional_practice_only", {"reporting": {"region_log_sd": 0.0}}),
    "regional_practice_only": ("regional_practice_only", {}),
    "baseline": ("baseline", {}),
}
"""In the baseline regions differ in recording (SD .27 of the log), in violence (.14) and in help."""


def drifts(seed):
    """Return what rolling origin and folds say of each world that drifts, and what is true."""
    found = {}
    for name, (shipped, changes) in DRIFTS.items():
        known = _world(shipped, seed, changes)
        said = judge_parts(ROLLING, rolling_parts(known.data, SETTINGS), FITS, SETTINGS, JUDGED, seed=seed)
        rolling = _ratios(said)
        predicted = {part.name: _risk(part) for part in rolling_parts(known.data, SETTINGS) if part.name in rolling}
        truth = {part.name: known.of(part.test) for part in rolling_parts(known.data, SETTINGS)}
        years = np.array([float(year) for year in rolling])
        folds, by_year = _folds(known, seed)
        found |= {(name, f"rolling {year}", RATIO): estimate for year, (estimate, _, _) in rolling.items()}
        found |= {(name, f"rolling {year}", "alarm"): _outside(row) for year, row in rolling.items()}
        for year, risk in predicted.items():
            found[name, f"rolling {year}", TRUE_RATIO] = _true_ratio(truth[year], risk, (0, 1))
            found[name, f"rolling {year}", VIOLENCE_RATIO] = _true_ratio(truth[year], risk, (2,))
            found[name, f"rolling {year}", "true violence"] = np.nanmean(truth[year][:, 2]) / DRAWS
        for of in (RATIO, TRUE_RATIO, VIOLENCE_RATIO):
            logs = np.log([found[name, f"rolling {year}", of] for year in rolling])
            found[name, "rolling, all years", f"mean log, {of}"] = logs.mean()
            found[name, "rolling, all years", f"trend of log, {of}"] = trend(years, logs)
        found[name, "rolling, all years", "share of years with alarm"] = np.mean([_outside(row) for row in rolling.values()])
        found[name, "folds, pooled", RATIO] = folds[0]
        found[name, "folds, pooled", "alarm"] = _outside(folds)
        found |= {(name, f"folds, cut by year {year}", TRUE_RATIO): value for year, value in by_year.items()}
    return found


def practices(seed):
    """Return what leaving regions out and folds say of each world with regions, and what is true."""
    found = {}
    for name, (shipped, changes) in PRACTICES.items():
        known = _world(shipped, seed, changes)
        parts = list(region_parts(known.data, SETTINGS.region_column))
        said = judge_parts(REGIONS, parts, FITS, SETTINGS, JUDGED, seed=seed)
        pooled = pool_regions(said).set_index("metric")
        for metric in pooled.index:
            columns = ("estimate", "tau2", "i2", "prediction_lower", "prediction_upper")
            found |= {(name, "regions, pooled", f"{column}, {metric}"): pooled.loc[metric, column] for column in columns}
        ratios = _ratios(said)
        found[name, "regions, pooled", "share of regions with alarm"] = np.mean([_outside(row) for row in ratios.values()])
        risks = {part.name: _risk(part) for part in parts if part.name in ratios}
        counts = {part.name: known.of(part.test) for part in parts if part.name in ratios}
        true = {region: np.log(_true_ratio(counts[region], risk, (0, 1))) for region, risk in risks.items()}
        found[name, "regions, truth", "SD of log, true re-reports / predicted"] = np.std(list(true.values()), ddof=1)
        found[name, "regions, truth", "SD of log, true violence by region"] = _violence_spread(counts)
        matched = [region for region in ratios if known.detection.get(region, 1.0) != 1.0]
        if len(matched) > 2:
            recorded = np.log([known.detection[region] for region in matched])
            logs = np.log([ratios[region][0] for region in matched])
            found[name, "regions, pooled", "correlation of log O/E with log detection"] = np.corrcoef(recorded, logs)[0, 1]
            found[name, "regions, pooled", "slope of log O/E on log detection"] = trend(recorded, logs)
        folds, _ = _folds(known, seed)
        found[name, "folds, pooled", RATIO] = folds[0]
        found[name, "folds, pooled", "alarm"] = _outside(folds)
    return found


def _world(shipped, seed, changes):
    return make(scenario(shipped, seed, HOUSEHOLDS, **changes), families=("prior_violence",), n_draws=DRAWS)


def _ratios(said):
    """Return observed by expected of each part, with its interval."""
    table = said.table[said.table["metric"] == RATIO]
    return {row.part: (row.estimate, row.lower, row.upper) for row in table.itertuples()}


def _outside(row):
    """Say whether the interval of a ratio leaves 1 out."""
    return float(not row[1] <= 1.0 <= row[2])


def _risk(part):
    model = FITS["logistic"](part.train, (HORIZON,))
    return model.predict_risk(part.test.X[list(COLUMNS)], HORIZON)


def _true_ratio(counts, risk, which):
    told = np.isfinite(counts[:, 0])
    return counts[told][:, which].sum() / DRAWS / risk[told].sum()


def _violence_spread(counts):
    shares = [np.nanmean(each[:, 2]) / DRAWS for each in counts.values()]
    return np.std(np.log(shares), ddof=1)


def _folds(known, seed):
    """Return observed by expected of the folds as the design gives it, and true by predicted if it were cut by year."""
    said = unseen_networks(known.data, FITS, SETTINGS, JUDGED, seed=seed)
    fold = network_folds(known.data.clusters, SETTINGS.n_folds, seed)
    risk = np.empty(len(fold))
    for number in range(SETTINGS.n_folds):
        model = FITS["logistic"](keep(known.data, fold != number), (HORIZON,))
        risk[fold == number] = model.predict_risk(known.data.X.loc[fold == number, list(COLUMNS)], HORIZON)
    years = known.data.landmarks["landmark_on"].dt.year().to_numpy()
    by_year = {year: _true_ratio(known.counts[years == year], risk[years == year], (0, 1)) for year in np.unique(years)[1:]}
    return _ratios(said)["all folds"], by_year
