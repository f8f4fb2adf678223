"""The 26 regions, how many people live there, and how much they differ."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from hgrisk.simulate.records import Floats

INHABITANTS = {
    "Groningen": 596, "Friesland": 660, "Drenthe": 502, "IJsselland": 547, "Twente": 641,
    "Noord- en Oost-Gelderland": 848, "Gelderland-Midden": 713, "Gelderland-Zuid": 577, "Flevoland": 445,
    "Utrecht": 1387, "Gooi en Vechtstreek": 258, "Noord-Holland-Noord": 678, "Zaanstreek-Waterland": 347,
    "Kennemerland": 562, "Amsterdam-Amstelland": 1098, "Haaglanden": 1141, "Hollands-Midden": 819,
    "Rotterdam-Rijnmond": 1361, "Zuid-Holland-Zuid": 464, "Zeeland": 391, "West-Brabant": 655,
    "Hart van Brabant": 495, "Brabant-Noordoost": 672, "Zuidoost-Brabant": 806,
    "Noord- en Midden-Limburg": 526, "Zuid-Limburg": 599,
}  # fmt: skip
"""The 26 regions and their inhabitants in thousands, about 2023 [M]."""

MERGED = ("Brabant-Noordoost", "Zuidoost-Brabant")
SUCCESSOR = "Oost-Brabant"
N_REGIONS = len(INHABITANTS)


def region_shares() -> Floats:
    """Return each region's share of the inhabitants, shape (26,), in the order of ``INHABITANTS``.

    Examples
    --------
    >>> dict(zip(INHABITANTS, region_shares().round(3).tolist(), strict=True))["Utrecht"]
    0.078
    """
    people: Floats = np.fromiter(INHABITANTS.values(), float)
    shares: Floats = people / people.sum()
    return shares


def regional_log_ratios(log_sd: float, rng: np.random.Generator, apart_from: Floats | None = None) -> Floats:
    """Return one log ratio per region with exactly the SD asked for, in an order that the generator shuffles.

    Normal scores instead of draws, since 26 draws would miss their SD by a seventh; and no difference on average over
    the inhabitants, so that the country as a whole is the same for every seed.

    Parameters
    ----------
    log_sd : float
        SD between regions, 0 or more.
    rng : numpy.random.Generator
        The generator, which moves on.
    apart_from : ndarray of float, shape (26,), optional
        Other log ratios, with which these are not to be correlated.

    Returns
    -------
    ndarray of float, shape (26,)
        Log ratios whose mean over the inhabitants is 0.

    Examples
    --------
    >>> ratios = regional_log_ratios(0.3, np.random.default_rng(1))
    >>> ratios.shape, round(float(ratios.std()), 6)
    ((26,), 0.3)
    """
    scores = ndtri((np.arange(N_REGIONS) + 0.5) / N_REGIONS)
    shuffled: Floats = rng.permutation(scores)
    if apart_from is not None and np.ptp(apart_from) > 0:
        other = apart_from - apart_from.mean()
        shuffled = shuffled - other * (other @ shuffled) / (other @ other)
    ratios: Floats = shuffled / shuffled.std() * log_sd
    return ratios - ratios @ region_shares()
