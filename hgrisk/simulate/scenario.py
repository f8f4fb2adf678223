"""A whole made-up world: its parts, and the shipped scenarios."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from hgrisk.errors import ConfigError
from hgrisk.settings import Settings, read_toml
from hgrisk.simulate.parameters.care import Care
from hgrisk.simulate.parameters.interventions import Interventions
from hgrisk.simulate.parameters.population import Population
from hgrisk.simulate.parameters.reporting import Reporting
from hgrisk.simulate.parameters.violence import Violence

ONE_LINE = r"^[^|<>\x00-\x1f]*$"
"""Text that cannot break a table or a page of Markdown."""


class Scenario(Settings):
    """A made-up world.

    Parameters
    ----------
    name : str
        Name of the scenario: one line of at most 60 characters, without ``|``, ``<`` and ``>``, for it is written
        into a page.
    question : str
        What the scenario is for, in a sentence: one such line of at most 300.
    households : int
        Households with violence; those never reported are in the truth only.
    seed : int
        The same seed gives the same world, whatever the number of workers.
    dirty_share : float
        Faulty rows to plant among the events, as a share of their number.
    population, violence, reporting, care, interventions : Settings
        The parts of the world.

    Examples
    --------
    >>> Scenario.named("regie_works").interventions.intensive_regie.violence_ratio
    0.7
    """

    name: str = Field("baseline", max_length=60, pattern=ONE_LINE)
    question: str = Field("", max_length=300, pattern=ONE_LINE)
    households: int = Field(3000, ge=1, le=50_000_000)
    seed: int = Field(20260101, ge=0)
    dirty_share: float = Field(0.0, ge=0, le=0.5)
    population: Population = Population()
    violence: Violence = Violence()
    reporting: Reporting = Reporting()
    care: Care = Care()
    interventions: Interventions = Interventions()

    @classmethod
    def named(cls, name: str, **changes: Any) -> Self:
        """Return a shipped scenario.

        Parameters
        ----------
        name : str
            One of `scenario_names`.
        **changes
            ``households``, ``seed``, ``dirty_share``, or tables of changes to a part.

        Returns
        -------
        Scenario
            The scenario, with the changes.

        Raises
        ------
        ConfigError
            If there is no such scenario, or a change does not fit.
        """
        if name not in scenario_names():
            raise ConfigError("A scenario is one of those shipped", f"{name!r}", f"use {', '.join(scenario_names())}")
        text = files("hgrisk.simulate").joinpath("scenarios", f"{name}.toml").read_text(encoding="utf-8")
        return cls._over_defaults(_merged(tomllib.loads(text), changes), name)

    @classmethod
    def read(cls, path: Path, **changes: Any) -> Self:
        """Read a scenario file: only what differs from the baseline has to be in it.

        Parameters
        ----------
        path : Path
            The TOML file.
        **changes
            As for `named`.

        Returns
        -------
        Scenario
            The scenario.

        Raises
        ------
        ConfigError
            If the file cannot be read or a key or value does not fit.
        """
        return cls._over_defaults(_merged(read_toml(path), changes), path.name)

    @classmethod
    def _over_defaults(cls, values: dict[str, Any], where: str) -> Self:
        return cls.parse(_merged(cls().model_dump(), values), where)


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios, the baseline first.

    Examples
    --------
    >>> scenario_names()[0]
    'baseline'
    """
    found = {Path(file.name).stem for file in files("hgrisk.simulate").joinpath("scenarios").iterdir()}
    return ["baseline", *sorted(found - {"baseline"})]


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Lay changes over a nested table; a table is changed key by key."""
    found = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _merged(found[key], value) if both else value
    return found
