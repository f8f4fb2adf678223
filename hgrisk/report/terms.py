"""How the terms of a score are named: features, pairs of them, families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hgrisk.explain.families import JOINT
from hgrisk.report.content import ReportContent
from hgrisk.report.results import feature_label, feature_sentences
from hgrisk.report.voice import Voice
from hgrisk.words import load_words


@dataclass(frozen=True)
class Terms:
    """Names of terms in one language.

    Attributes
    ----------
    voice : Voice
        The language.
    sentences : Mapping
        What each feature says.
    units : Mapping
        Unit of each feature, as the content has it.
    """

    voice: Voice
    sentences: Mapping[str, str]
    units: Mapping[str, str]

    def feature(self, name: str) -> str:
        """Name a feature, or the two of a joint term ``"a & b"``."""
        if name in self.sentences:
            return self.sentences[name]
        return self._together([feature_label(part, self.sentences, self.voice) for part in name.split(JOINT)])

    def pair(self, first: str, second: str) -> str:
        """Name two features that work together."""
        return self._together([self.feature(first), self.feature(second)])

    def family(self, name: str) -> str:
        """Name a family, or the two of a joint term ``"a & b"``."""
        return self._together([self.voice.label("families", part) for part in name.split(JOINT)])

    def _together(self, parts: list[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            text = load_words(self.voice.lang, "hgrisk.explain")["value"]["together"].format(first=text, second=part)
        return text


def terms_of(content: ReportContent, voice: Voice) -> Terms:
    """Return the names of the terms of a run.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Terms
        The names.
    """
    units = dict(zip(content.features["name"], content.features["unit"].fillna(""), strict=True))
    return Terms(voice, feature_sentences(content.features, voice), units)
