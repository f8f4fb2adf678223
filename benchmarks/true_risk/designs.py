"""Do the designs say what is true? Worlds that drift, and worlds whose regions differ in recording alone.

One model throughout, a logistic regression on earlier reports: the designs are on trial here, not the model.
"""

from __future__ import annotations

import numpy as np

from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.fitting import Fitting
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.designs import judge_parts, keep
from hgrisk.validation.folds import unseen_networks
from hgrisk.validation.regions import REGIONS, pool_regions, region_parts
from hgrisk.validation.rolling import ROLLING, rolling_parts
from hgrisk.validation.settings import ValidationSettings
from true_risk.measures import trend
from true_risk.worlds import HORIZON, make, scenario

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
        rows = _by_year(known, seed) | _folds(known, seed, by_year=True)
        found |= {(name, *key): value for key, value in rows.items()}
    return found | _less(found, "no drift", "log")


def practices(seed):
    """Return what leaving regions out and folds say of each world with regions, and what is true."""
    found = {}
    for name, (shipped, changes) in PRACTICES.items():
        known = _world(shipped, seed, changes)
        rows = _by_region(known, seed) | _folds(known, seed, by_year=False)
        found |= {(name, *key): value for key, value in rows.items()}
    return found | _less(found, "regions alike", "tau2") | _less(found, "baseline", "tau2")


def _less(found, base, within):
    """Return each measure less that of another world of the same seed, which shares its random numbers."""
    return {
        (name, subject, f"{measure}, less {base}"): value - found[base, subject, measure]
        for (name, subject, measure), value in found.items()
        if name != base and within in measure and (base, subject, measure) in found
    }


def _by_year(known, seed):
    parts = list(rolling_parts(known.data, SETTINGS))
    said = _ratios(judge_parts(ROLLING, parts, FITS, SETTINGS, JUDGED, seed=seed))
    found, logs = {}, {of: [] for of in (RATIO, TRUE_RATIO, VIOLENCE_RATIO)}
    for part in parts:
        if part.name not in said:
            continue
        counts, risk = known.of(part.test), _risk(part)
        ratios = {RATIO: said[part.name][0], TRUE_RATIO: _true_ratio(counts, risk, (0, 1))}
        ratios[VIOLENCE_RATIO] = _true_ratio(counts, risk, (2,))
        each = ratios | {"alarm": _outside(said[part.name]), "true violence": np.nanmean(counts[:, 2]) / DRAWS}
        found |= {(f"rolling {part.name}", measure): value for measure, value in each.items()}
        for of, values in logs.items():
            values.append(np.log(ratios[of]))
    whole, years = "rolling, all years", np.array([float(year) for year in said])
    for of, values in logs.items():
        found |= {(whole, f"mean log, {of}"): np.mean(values), (whole, f"trend of log, {of}"): trend(years, values)}
    found[whole, "said less true, mean log"] = np.mean(logs[RATIO]) - np.mean(logs[TRUE_RATIO])
    found[whole, "share of years with alarm"] = np.mean([_outside(row) for row in said.values()])
    return found


def _by_region(known, seed):
    parts = list(region_parts(known.data, SETTINGS.region_column))
    judged = judge_parts(REGIONS, parts, FITS, SETTINGS, JUDGED, seed=seed)
    said, pooled = _ratios(judged), pool_regions(judged).set_index("metric")
    whole, found = "regions, pooled", {}
    for metric in pooled.index:
        columns = ("estimate", "tau2", "i2", "prediction_lower", "prediction_upper")
        found |= {(whole, f"{column}, {metric}"): pooled.loc[metric, column] for column in columns}
    found[whole, "share of regions with alarm"] = np.mean([_outside(row) for row in said.values()])
    parts = [part for part in parts if part.name in said]
    counts = {part.name: known.of(part.test) for part in parts}
    true = [np.log(_true_ratio(counts[part.name], _risk(part), (0, 1))) for part in parts]
    violent = [np.log(np.nanmean(each[:, 2]) / DRAWS) for each in counts.values()]
    found["regions, truth", f"SD of log, {TRUE_RATIO}"] = np.std(true, ddof=1)
    found["regions, truth", "SD of log, true violence"] = np.std(violent, ddof=1)
    found[whole, "said less true, mean log"] = np.mean(np.log([row[0] for row in said.values()])) - np.mean(true)
    matched = [region for region in said if known.detection.get(region, 1.0) != 1.0]  # all 1 where regions are alike
    if len(matched) > 2:
        recorded = np.log([known.detection[region] for region in matched])
        logs = np.log([said[region][0] for region in matched])
        found[whole, "correlation of log O/E with log detection"] = np.corrcoef(recorded, logs)[0, 1]
        found[whole, "slope of log O/E on log detection"] = trend(recorded, logs)
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


def _folds(known, seed, *, by_year):
    """Return what the folds say, which is one figure, and true by predicted if their predictions were cut by year."""
    said = _ratios(unseen_networks(known.data, FITS, SETTINGS, JUDGED, seed=seed))["all folds"]
    found = {("folds, pooled", RATIO): said[0], ("folds, pooled", "alarm"): _outside(said)}
    if not by_year:
        return found
    fold = network_folds(known.data.clusters, SETTINGS.n_folds, seed)
    risk = np.empty(len(fold))
    for number in range(SETTINGS.n_folds):
        model = FITS["logistic"](keep(known.data, fold != number), (HORIZON,))
        risk[fold == number] = model.predict_risk(known.data.X.loc[fold == number, list(COLUMNS)], HORIZON)
    years = known.data.landmarks["landmark_on"].dt.year().to_numpy()
    for year in np.unique(years)[1:]:  # the first one has a day or two
        cut = years == year
        found[f"folds, cut by year {year}", TRUE_RATIO] = _true_ratio(known.counts[cut], risk[cut], (0, 1))
    return found
