"""The awkward delivery on disk, and what a reading and a build in one piece make of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from hgrisk.cohort import Cohort, select_landmarks
from hgrisk.features.build import build_features
from hgrisk.features.settings import CovariateSettings, FeatureSettings
from hgrisk.features.table import FeatureTable
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.shards.build import BuildSettings
from tests.shards.deliveries import awkward_tables, write_tables

FEW = FeatureSettings(
    families=("prior_violence", "household", "context", "index_report"),
    covariates={"earlier": CovariateSettings(), "setting": CovariateSettings(kind="category")},
)


@dataclass(frozen=True)
class Whole:
    """A delivery, and what one piece of work makes of it."""

    folder: Path
    settings: BuildSettings
    histories: CaseHistories
    cohort: Cohort
    features: FeatureTable

    def sized(self, shard_events: int) -> BuildSettings:
        """Return the settings for shards of a size."""
        return self.settings.model_copy(update={"shard_events": shard_events})


def in_one_piece(folder: Path, features: FeatureSettings = FEW) -> Whole:
    """Read, select and build without shards."""
    settings = BuildSettings(features=features, max_bad_share=0.3)
    histories = CaseHistories.read(folder)
    cohort = select_landmarks(histories, settings.cohort)
    return Whole(folder, settings, histories, cohort, build_features(histories, cohort, features))


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The awkward delivery as Parquet files."""
    return in_one_piece(write_tables(awkward_tables(), tmp_path_factory.mktemp("shards") / "delivery"))
