"""The base of every settings class: frozen, typed, unknown keys refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from hgrisk.errors import ConfigError

MOST = 10_000
"""Largest number of draws, folds and the like: a digit too many in a file is told at once, and not after weeks."""
_DEEPEST = 20


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys.

    Each stage keeps its own settings class beside the function it sets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def parse(cls, values: dict[str, Any], where: str) -> Self:
        """Build the settings from plain values.

        Parameters
        ----------
        values : dict
            Keys and values, as read from TOML.
        where : str
            The file or section they come from, for the error text.

        Returns
        -------
        Settings
            The validated, frozen settings.

        Raises
        ------
        ConfigError
            If a key is unknown, missing, or its value does not fit.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _as_config_error(error, cls, where) from error


def _as_config_error(error: ValidationError, cls: type[Settings], where: str) -> ConfigError:
    first = error.errors(include_url=False)[0]
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, ConfigError):
        return inner
    key = ".".join(str(part) for part in first["loc"]) or cls.__name__
    if first["type"] == "extra_forbidden":
        known = ", ".join(_known_keys(cls, first["loc"][:-1]))
        return ConfigError(f"{where} takes known keys only", f"{key!r}", f"use one of {known}")
    if first["type"] == "missing":
        return ConfigError(f"{where} needs the key {key!r}", "nothing", "add it")
    message = first["msg"].removeprefix("Value error, ")
    found = f"{first.get('input')!r}"
    return ConfigError(f"{where}: {key} must be valid", found, message[:1].lower() + message[1:])


def _known_keys(cls: type[Settings], path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand at a path of keys, list places and class names."""
    found = [cls]
    for part in map(str, path):
        named = [one for one in found if one.__name__ == part]
        fields = [one.model_fields[part] for one in found if part in one.model_fields]
        found = named or [inner for field in fields for inner in _settings_in(field.annotation)] or found
    return sorted({key for one in found for key in one.model_fields})


def _settings_in(annotation: Any) -> list[type[Settings]]:
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [found for part in get_args(annotation) for found in _settings_in(part)]


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    ConfigError
        If the file is absent, is not TOML, or is nested too deep.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError("A settings file exists", f"no file {path}", "check the path") from error
    except OSError as error:
        raise ConfigError("A settings file can be read", f"{path}", "give a TOML file that you may read") from error
    except ValueError as error:  # also of text that is not UTF-8, and of numbers with thousands of digits
        raise ConfigError(f"{path.name} is valid TOML in UTF-8", f"{error}", "mend that line") from error
    except RecursionError as error:
        raise _too_deep(path) from error
    if not _is_shallow(values):
        raise _too_deep(path)
    return values


def _too_deep(path: Path) -> ConfigError:
    return ConfigError(f"{path.name} is nested at most {_DEEPEST} levels deep", "more", "mend its brackets and points")


def _is_shallow(values: dict[str, Any]) -> bool:
    level: list[Any] = [values]
    for _ in range(_DEEPEST):
        parts = [part for each in level for part in (each.values() if isinstance(each, dict) else each)]
        level = [part for part in parts if isinstance(part, dict | list)]
    return not level
