"""What does each family of features add to earlier violence? Run on demand, the result is committed.

The ladder of the experiments ``synthetic.toml`` (the baseline scenario, with the errors of a register) and
``broward.toml``, with families added one by one. All steps are judged on the same test landmarks and bootstrap draws; a
gain is over the step before, with a 95 % interval. Numbers from made-up data say nothing about real households.

Usage: python benchmarks/ladder.py
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from hgrisk.config import Experiment
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.experiment import run_experiment
from hgrisk.explain.ladder import climb_ladder, family_steps
from hgrisk.judgement import Judge
from hgrisk.provenance import seeds

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "ladder.csv"
EXPERIMENTS = HERE.parent / "experiments"
METRICS = ("uno_c", "scaled_brier", "calibration_slope")


def climb(name):
    """Return the ladder of an experiment, families added one by one."""
    asked = Experiment.read(EXPERIMENTS / f"{name}.toml")
    metrics = EvaluationSettings(**asked.evaluation.model_dump() | {"metrics": METRICS, "by": ()})
    lean = asked.model_copy(update={"models": asked.models[:1], "evaluation": metrics})
    mapping = EXPERIMENTS / asked.data.mapping if asked.data.mapping else None
    prepared = run_experiment(lean, EXPERIMENTS / asked.data.folder, mapping, print).prepared
    streams = seeds(asked.seed, ("split", "bootstrap", "canary", "folds"))
    judge = Judge(prepared.test, prepared.test.y_from_landmark, metrics, streams["bootstrap"])
    steps = family_steps({spec.name: spec.family for spec in prepared.features.catalogue}, asked.ladder)
    table = climb_ladder(prepared.train, steps, judge.evaluate, streams["folds"])
    sizes = {step.name: len(step.features) for step in steps}
    return table.assign(
        experiment=name, features=table["step"].map(sizes), train=len(prepared.train.X), test=len(prepared.test.X)
    )


def main():
    table = pd.concat([climb(name) for name in ("synthetic", "broward")], ignore_index=True)
    table = table[["experiment", *table.columns.drop("experiment")]].round(4)
    table = table.assign(version=version("hgrisk"), measured_on=date.today())
    with pd.option_context("display.max_rows", None, "display.width", 200, "display.max_columns", 20):
        print(table[table["metric"] == "uno_c"])
    table.to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main()
