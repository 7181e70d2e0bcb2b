"""Estimate the average order of a month from random samples of its orders: a bootstrap.

Pure Python, slow on purpose, and with nothing of a browser in it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """The mean of some amounts, and the bounds that contain 95 of 100 such means."""

    count: int
    mean: float
    low: float
    high: float


def resampled_means(amounts: Sequence[float], resamples: int = RESAMPLES) -> Iterator[float]:
    """The means of random samples of these orders; each run returns the same."""
    chance = random.Random(len(amounts))
    for _ in range(resamples):
        yield fmean(chance.choices(amounts, k=len(amounts)))


def estimate(amounts: Sequence[float], means: Sequence[float]) -> Estimate:
    ordered = sorted(means)
    cut = len(ordered) // 40
    return Estimate(len(amounts), fmean(amounts), ordered[cut], ordered[-1 - cut])


HEAD = "month orders   mean  95 % within"


def described(month: int, found: Estimate) -> str:
    return f"{month:5}{found.count:7}{found.mean:7.2f}  {found.low:.2f} to {found.high:.2f}"
