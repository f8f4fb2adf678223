"""Tracking: one MLflow run per experiment. The only module that knows MLflow."""

from __future__ import annotations

import logging
import math
import os
import re
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hgrisk.errors import ConfigError
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.protocol import SurvivalModel
from hgrisk.models.registry import TRUSTED_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow.models import ModelSignature

_LONGEST_PARAM = 500
_SQLITE = "sqlite:///"
_URI = "MLFLOW_TRACKING_URI"
_NAME = re.compile(r"[^0-9A-Za-z_. /-]+")


def default_uri(folder: Path) -> str:
    """Return the tracking URI to use when none is set.

    Parameters
    ----------
    folder : Path
        Folder of the SQLite store.

    Returns
    -------
    str
        ``MLFLOW_TRACKING_URI`` from the environment, else an SQLite file in the folder.
    """
    return os.environ.get(_URI) or f"{_SQLITE}{(folder / 'mlflow.db').resolve()}"


def track_run(
    experiment: str,
    uri: str,
    store: Path,
    *,
    params: Mapping[str, Any],
    tags: Mapping[str, str],
    scores: pd.DataFrame,
    artifacts: Mapping[str, str],
    models: Mapping[str, tuple[SurvivalModel, list[FeatureSpec]]],
) -> str:
    """Record one run: settings, metrics with intervals, files and models with their signature.

    Parameters
    ----------
    experiment : str
        Name of the MLflow experiment.
    uri : str
        Tracking URI.
    store : Path
        Folder for artifacts when the store is a local database.
    params : mapping
        Resolved settings; nested keys, and places in a list of tables, are joined with points.
    tags : mapping
        Data digest, code version and the like.
    scores : DataFrame
        The tidy table of metrics; undefined values are left out.
    artifacts : mapping of str to str
        Files to keep with the run: path there to text; none may hold identifiers.
    models : mapping
        Name to fitted model and the features it takes.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    ConfigError
        If the tracking store cannot be reached or used.
    """
    with _quiet(), _store_at(uri):
        import mlflow  # noqa: PLC0415  (2 s to import)

        with mlflow.start_run(experiment_id=_experiment_id(experiment, uri, store), tags=dict(tags)) as run:
            mlflow.log_params({key: str(value)[:_LONGEST_PARAM] for key, value in _flat(params).items()})
            mlflow.log_metrics(_metrics(scores))
            for path, text in artifacts.items():
                mlflow.log_text(text, path)
            for name, (model, specs) in models.items():
                _log_model(name, model, specs)
    return str(run.info.run_id)


@contextmanager
def _store_at(uri: str) -> Iterator[None]:
    """Use a store; refuse one that cannot be used, and leave MLflow set as it was."""
    import mlflow  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from mlflow.exceptions import MlflowException  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    unusable = MlflowException, SQLAlchemyError, CommandError, sqlite3.Error, ImportError, OSError
    inherited: Any = os.environ.get(_URI)
    try:
        _probe(uri)
        mlflow.set_tracking_uri(uri)
        yield
    except unusable as error:
        cure = "set uri under [tracking], or leave it out for an SQLite file beside the results"
        raise ConfigError("The tracking store can be used", _found(uri, error), cure) from error
    finally:
        mlflow.set_tracking_uri(inherited)  # MLflow keeps it in the environment, where the next run would find it


def _found(uri: str, error: Exception) -> str:
    """Return the store and what is wrong; of a URI that may hold a password scheme and host only, and no more words."""
    place = _scheme_and_host(uri)
    if not uri.startswith(_SQLITE) and ("@" in uri or "?" in uri):
        return f"{place} ({type(error).__name__})"
    first = re.split(r"\n|\. ", str(error).strip() or type(error).__name__)[0]
    return f"{place} ({first.replace(uri, place)})"


def _scheme_and_host(uri: str) -> str:
    if uri.startswith(_SQLITE) or "://" not in uri:
        return uri.partition("?")[0]  # a file
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{re.split(r'[/?#]', rest)[0].rpartition('@')[2]}"


def _probe(uri: str) -> None:
    """Open an SQLite file, because MLflow tries for 100 s before it gives up."""
    if uri.startswith(_SQLITE):
        file = Path(uri.removeprefix(_SQLITE))
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA schema_version")


def _experiment_id(name: str, uri: str, store: Path) -> str:
    import mlflow  # noqa: PLC0415

    found = mlflow.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    place = (store / "artifacts").resolve().as_uri() if uri.startswith(_SQLITE) else None
    return str(mlflow.create_experiment(name, artifact_location=place))


def _log_model(name: str, model: SurvivalModel, specs: list[FeatureSpec]) -> None:
    import mlflow.sklearn  # noqa: PLC0415

    mlflow.sklearn.log_model(
        model,
        name=_NAME.sub("_", name).replace("/", "_").replace(".", "_"),
        serialization_format="skops",
        skops_trusted_types=list(TRUSTED_TYPES),
        signature=_signature(specs),
        pip_requirements=[f"{name}=={version(name)}" for name in ("hgrisk", "scikit-learn", "skops")],
    )


def _signature(specs: list[FeatureSpec]) -> ModelSignature:
    """Return the signature from the feature catalogue, not from data: no row leaves with the model."""
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec  # noqa: PLC0415

    kinds = {"number": DataType.double, "category": DataType.string}
    inputs: list[ColSpec | TensorSpec] = [ColSpec(kinds[spec.kind], spec.name, required=True) for spec in specs]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema([ColSpec(DataType.double)]))


def _metrics(scores: pd.DataFrame) -> dict[str, float]:
    whole = scores[scores["group"] == "all"]
    values: dict[str, float] = {}
    for row in whole.to_dict("records"):
        stem = _NAME.sub("_", f"{row['model']}/{row['metric']}.{row['horizon_days']}d")
        named = {stem: row["estimate"], f"{stem}.lower": row["lower"], f"{stem}.upper": row["upper"]}
        values |= {name: float(value) for name, value in named.items() if not math.isnan(value)}
    return values


def _flat(values: Mapping[Any, Any], stem: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = _NAME.sub("_", f"{stem}{key}")
        is_tables = isinstance(value, list) and value and isinstance(value[0], Mapping)
        inner = dict(enumerate(value)) if is_tables else value
        flat.update(_flat(inner, f"{name}.") if isinstance(inner, Mapping) else {name: inner})
    return flat


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow from the network, and its notices from the user's screen."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ENABLE_ASYNC_LOGGING"] = "false"
    loggers = [logging.getLogger(name) for name in ("mlflow", "mlflow.store.db.utils", "alembic")]
    levels = [logger.level for logger in loggers]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import mlflow.store.db.utils  # noqa: F401, PLC0415  (its import sets the levels anew)

            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
