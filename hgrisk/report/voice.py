"""One language: its sentences, its labels, its numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.words import horizon_words
from hgrisk.report.blocks import Cell
from hgrisk.report.content import Fact
from hgrisk.words import load_words

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Voice:
    """One language in which the report speaks.

    Attributes
    ----------
    lang : str
        ``"en"`` or ``"nl"``.
    texts : Mapping
        Sentences by section and key.
    num : Numerals
        The writer of numbers.
    """

    lang: str
    texts: Mapping[str, Any]
    num: Numerals

    def say(self, section: str, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        text: str = self.texts[section][key]
        return text.format(**values) if values else text

    def label(self, kind: str, raw: object) -> str:
        """Return the label of a name, or the name itself without one; a metric's capacity follows in brackets."""
        name, _, capacity = str(raw).partition("@") if kind == "metrics" else (str(raw), "", "")
        found = self.labels(kind).get(name)
        if found is None:
            return str(raw)
        if not capacity:
            return str(found)
        percentage = capacity.removesuffix("%")
        return f"{found} ({self.num.number(float(percentage), len(percentage.partition('.')[2]))}%)"

    def hint(self, metric: object) -> str:
        """Return how to read a metric, at whatever capacity; empty where nothing is said."""
        found: str = self.labels("hints").get(str(metric).partition("@")[0], "")
        return found

    def labels(self, kind: str) -> Mapping[str, str]:
        """Return all labels of one kind, such as ``"models"``."""
        found: Mapping[str, str] = self.texts["labels"][kind]
        return found

    def phrase(self, kind: str, raw: str) -> str:
        """Return the label of a phrase with numbers in it, its key having ``#`` for each."""
        found = self.labels(kind).get(NUMBER.sub("#", raw), "")
        numbers = iter(NUMBER.findall(raw))
        return re.sub("#", lambda _: next(numbers), found) if found else raw

    def horizon(self, days: float) -> str:
        """Name a horizon; NaN is all horizons together."""
        return self.say("scores", "together") if days != days else horizon_words(days, self.lang)  # noqa: PLR0124

    def estimate(self, estimate: float, lower: float, upper: float, digits: int = 3) -> Cell:
        """Make a cell of an estimate with its interval."""
        return self._cell(self.num.number(estimate, digits), self.num.bounds(lower, upper, digits))

    def estimate_share(self, share: float, lower: float, upper: float) -> Cell:
        """Make a cell of a share with its interval."""
        return self._cell(self.num.percent(share), self.num.bounds(100 * lower, 100 * upper, 1))

    def small_count(self, count: float, min_cell: int) -> str:
        """Write a count, that it is below ``min_cell``, or of NaN that it is hidden for the sake of a smaller one."""
        if math.isnan(count):
            return self.say("audit", "hidden")
        return f"<{min_cell}" if count < min_cell else self.num.count(count)

    def _cell(self, text: str, bounds: str) -> Cell:
        if text == self.num.undefined:
            return Cell(text, role="quiet")
        return Cell(text, f"({bounds})" if bounds else "")

    def fact(self, key: str, value: Fact) -> str:
        """Write a fact: days as horizons, counts with marks, words as they are."""
        if isinstance(value, str):
            return self.label("splits", value) if key == "kind" else value or self.say("page", "none")
        if isinstance(value, int | float):
            number = self.num.number(value, 0 if float(value).is_integer() else 1)
            return self.say("page", "days", n=number) if key.endswith("_days") else number
        if key == "horizons_days":
            return ", ".join(self.horizon(float(each)) for each in value)
        return ", ".join(self.fact(key, each) for each in value)

    def fact_name(self, key: str) -> str:
        """Name a fact, falling back to its key in words."""
        return self.labels("facts").get(key, key.replace("_", " "))


def capital(text: str) -> str:
    """Give a sentence its capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def voice(lang: str) -> Voice:
    """Return the voice of a language.

    Parameters
    ----------
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Voice
        Its sentences, labels and numbers.

    Examples
    --------
    >>> voice("nl").fact("merge_window_days", 14), voice("en").label("models", "my_own_model")
    ('14 dagen', 'my_own_model')
    """
    return Voice(lang, load_words(lang, "hgrisk.report", "texts"), numerals(lang))
