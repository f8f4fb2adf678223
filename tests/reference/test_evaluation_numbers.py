"""Metrics of well-known rows against R and Python packages; numbers, versions and inputs in evaluation_numbers.json."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from hgrisk.evaluation._observed_risk import fit_curve, spline
from hgrisk.evaluation.decision import decision_curve_table
from hgrisk.evaluation.distribution import distribution
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
R_DIGITS = 2e-9
"""R's fit of lung stops at a relative change of 1e-9 in the likelihood; its numbers were written with 12 digits."""

NUMBERS = json.loads((Path(__file__).parent / "evaluation_numbers.json").read_text(encoding="utf-8"))
SPEC, SETS = NUMBERS["spec"], NUMBERS["sets"]
TWO_STATES = ("rossi", "veteran", "lung", "pbc")
CASES = [
    *((name, kind, False) for name in TWO_STATES for kind in ("untied", "tied")),
    *((name, kind, True) for name in ("pbc", "mgus2") for kind in ("untied", "tied")),
]


def column(frame, key):
    if "==" in key:
        name, value = key.split("==")
        return (frame[name] == value).astype(float)
    return np.log(frame[key[4:-1]]) if key.startswith("log(") else frame[key].astype(float)


def events_of(name, frame):
    if name == "mgus2":
        return np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    if name == "pbc":
        return np.select([frame["status"] == 2, frame["status"] == 1], [1, 2], 0)
    return (frame[SPEC[name]["event"]] == SPEC[name]["code"]).astype(int).to_numpy()


def rows(read, name, kind, *, competing=False):
    """Return outcome and linear predictor by the formula of the numbers."""
    spec = SPEC[name]
    frame = read(spec["file"])
    used = [key.split("==")[0].removeprefix("log(").removesuffix(")") for key in spec["lp"]]
    frame = frame.dropna(subset=used).reset_index(drop=True)
    progressed = name == "mgus2" and frame["pstat"] == 1
    days = np.where(progressed, frame["ptime"], frame["futime"]) if name == "mgus2" else frame[spec["time"]]
    time = np.maximum(np.asarray(days, dtype=float), 0.5)
    if kind == "untied":
        time += np.arange(len(frame)) / (2 * len(frame))
    event = events_of(name, frame)
    predictor = sum(b * column(frame, key) for key, b in spec["lp"].items()).to_numpy() - spec["center"]
    return Surv.from_arrays(event if competing else event % 2, time), predictor


def risks(name, predictor, days, *, crossing=False):
    spec, ones = SPEC[name], np.ones((len(predictor), 1))
    shape = spec["shape"] * (1 + 0.3 * np.tanh(predictor))[:, None] if crossing else spec["shape"] * ones
    log_hazard = (0.9 if crossing else 1.0) * predictor[:, None]
    return 1 - np.exp(-((np.asarray(days, dtype=float) / spec["scale"]) ** shape) * np.exp(log_hazard))


def at_horizons(read, name, kind, *, competing):
    y, predictor = rows(read, name, kind, competing=competing)
    times = SPEC[name]["times"]
    numbers = SETS[name][kind]["competing"] if competing else SETS[name][kind]
    return Sample.build(y, y, risks(name, predictor, times), times), numbers


def on_every_day(read, name, *, crossing=False):
    y, predictor = rows(read, name, "untied")
    days = np.unique(y["duration_days"])
    return Sample.build(y, y, risks(name, predictor, days, crossing=crossing), days)


def last_event(sample):
    return sample.duration_days[sample.event == 1].max()


def distances(sample, horizon, duration, event):
    risk = sample.risk_at(horizon)
    distance = np.abs(fit_curve(duration, event, risk, horizon).at(risk) - risk)
    return [np.mean(distance), *np.quantile(distance, [0.5, 0.9])]


@pytest.mark.parametrize(("name", "kind", "competing"), CASES)
def test_calibration_errors_equal_r(read, name, kind, competing):
    """R's numbers, as the paper's, rest on all of the follow-up: the same fit on the same rows gives them.

    The metrics hand that fit the follow-up up to the horizon, and change nothing else.
    """
    sample, numbers = at_horizons(read, name, kind, competing=competing)
    for horizon, expected in numbers["calibration"].items():
        days = int(horizon)
        whole = distances(sample, days, sample.duration_days, sample.event)
        np.testing.assert_allclose(whole, expected, atol=R_DIGITS, rtol=0)
        later = sample.duration_days > days
        cut = distances(sample, days, np.where(later, days, sample.duration_days), np.where(later, 0, sample.event))
        found = [get_metric(metric).estimate(sample, days) for metric in ("ici", "e50", "e90")]
        np.testing.assert_allclose(found, cut, atol=EXACT, rtol=0)


@pytest.mark.parametrize("name", TWO_STATES)
def test_calibration_errors_equal_lifelines_with_follow_up_cut_at_the_horizon(read, name):
    sample, numbers = at_horizons(read, name, "untied", competing=False)
    for horizon in map(int, numbers["calibration"]):
        risk = sample.risk_at(horizon)
        x = np.log(-np.log1p(-risk))
        later = sample.duration_days > horizon
        columns = ["first", "second"]
        frame = pd.DataFrame(spline(x, np.quantile(x, [0.1, 0.5, 0.9])), columns=columns)
        frame["days"], frame["happened"] = np.where(later, horizon + 1, sample.duration_days), ~later & sample.event
        fitted = CoxPHFitter().fit(frame, "days", "happened", fit_options={"precision": 1e-12})
        observed = 1 - fitted.predict_survival_function(frame[columns], times=[horizon]).to_numpy()[0]
        distance = np.abs(observed - risk)
        found = [get_metric(metric).estimate(sample, horizon) for metric in ("ici", "e50", "e90")]
        np.testing.assert_allclose(found, [distance.mean(), *np.quantile(distance, [0.5, 0.9])], atol=1e-7, rtol=0)


@pytest.mark.parametrize(("name", "kind", "competing"), CASES)
def test_decision_curve_equals_dcurves_and_survfit(read, name, kind, competing):
    sample, numbers = at_horizons(read, name, kind, competing=competing)
    curve = numbers["decision_curve"]
    found = decision_curve_table(sample, curve["horizon"], curve["thresholds"])
    expected = np.array(curve["net_benefit"], dtype=float)
    one_person = np.isnan(expected)  # dcurves has no number, though nothing is unknown: 1 found, none in vain
    expected[one_person] = 1 / len(sample)
    assert one_person.sum() == (name == "rossi")
    np.testing.assert_allclose(found["net_benefit"], expected, atol=EXACT)
    if not competing:
        np.testing.assert_allclose(found["flag_all"], curve["flag_all"], atol=EXACT)


@pytest.mark.parametrize("name", TWO_STATES)
@pytest.mark.parametrize("which", ["proportional", "crossing"])
def test_antolini_equals_pycox(read, name, which):
    sample = on_every_day(read, name, crossing=which == "crossing")
    found = get_metric("antolini_c").estimate(sample, last_event(sample))
    assert found == pytest.approx(SETS[name]["untied"]["antolini"][which], abs=EXACT)


@pytest.mark.parametrize("name", TWO_STATES)
def test_d_calibration_equals_survivaleval(read, name):
    sample = on_every_day(read, name)
    last, (statistic, p) = sample.times[-1], SETS[name]["untied"]["d_calibration"]
    whole = get_metric("d_calibration").function(sample, last, np.ones((1, len(sample))))[0]  # no follow-up after it
    assert whole == pytest.approx(statistic, abs=EXACT * statistic + EXACT)
    if name == "veteran":  # the only one whose last row is an event, so that the last day is a horizon
        found = distribution(sample, last)
        assert (found.statistic, found.p) == (pytest.approx(statistic, abs=1e-11), pytest.approx(p, abs=EXACT))


@pytest.mark.parametrize("name", TWO_STATES)
def test_incident_auc_equals_r(read, name):
    y, predictor = rows(read, name, "untied")
    last = y["duration_days"][y["event"] == 1].max()
    ranks = (np.argsort(np.argsort(predictor)) + 1) / len(predictor)
    ranks = np.array([ranks[predictor == value].mean() for value in predictor])[:, None]  # risks near 1 would be equal
    sample = Sample.build(y, y, ranks, [last])
    assert get_metric("incident_auc").estimate(sample, last) == pytest.approx(
        SETS[name]["untied"]["incident_auc"], abs=EXACT
    )
