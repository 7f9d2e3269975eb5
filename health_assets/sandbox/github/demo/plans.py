"""Which pull requests are opened on a date, by whom, and how they end; drawn from the date alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from random import Random

from health_assets.sandbox.github.demo import words
from health_assets.sandbox.github.demo.calendar import Mood, after, is_weekend, moment, mood_of, week_of
from health_assets.sandbox.github.world import Actor

#: No pull request or branch of the demo lives longer; so far back the past must be drawn to know what is still open.
LONGEST_DAYS = 75
NUMBERS_A_DAY = 40
FIRST_DAY = date(2024, 1, 1)


class Fate(StrEnum):
    """How a pull request ends."""

    MERGED = "merged"
    FORCED = "forced"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A pull request before its details."""

    number: int
    title: str
    author: Actor
    opened: datetime
    ended: datetime
    fate: Fate
    labels: tuple[str, ...] = ()


def number_on(day: date, index: int) -> int:
    """The number of a date's item; the same whenever it is asked for."""
    return (day - FIRST_DAY).days * NUMBERS_A_DAY + index + 1


def plans(day: date, *, seed: str) -> Iterator[Plan]:
    """The pull requests opened on a date, at most 30."""
    rng = Random(f"{seed}/pulls/{day}")
    ordinary = rng.randint(0, 3) if is_weekend(day) else rng.randint(11, 16)
    for index in range(ordinary):
        yield _ordinary(rng, day, number_on(day, index))
    urgent = _urgent(rng, day)
    for index, (title, labels, fate) in enumerate(urgent, start=ordinary):
        opened = moment(day, rng, first=10.5, last=16)
        yield Plan(
            number=number_on(day, index),
            title=title,
            author=Actor(rng.choice(words.PEOPLE)),
            opened=opened,
            ended=after(opened, hours=rng.uniform(0.4, 3)),
            fate=fate,
            labels=labels,
        )


def _ordinary(rng: Random, day: date, number: int) -> Plan:
    opened = moment(day, rng)
    bot = rng.random() < 0.12
    stale = rng.random() < 0.045
    median = 17 if mood_of(day) is Mood.SLOW else 10
    hours = rng.uniform(20, LONGEST_DAYS - 2) * 24 if stale else rng.lognormvariate(math.log(median), 1.05)
    fate = Fate.CLOSED if rng.random() < (0.6 if stale else 0.1) else Fate.MERGED
    if fate is Fate.MERGED and rng.random() < (0.3 if mood_of(day) is Mood.FLAKY else 0.01):
        fate = Fate.FORCED
    return Plan(
        number=number,
        title=f"Bump the {rng.choice(words.AREAS)} group" if bot else words.title(rng),
        author=Actor(rng.choice(words.BOTS), is_bot=True) if bot else Actor(rng.choice(words.PEOPLE)),
        opened=opened,
        ended=after(opened, hours=min(max(hours, 0.7), (LONGEST_DAYS - 1) * 24)),
        fate=fate,
        labels=(rng.choice(("enhancement", "cleanup", "infra")),) if rng.random() < 0.4 else (),
    )


def _urgent(rng: Random, day: date) -> list[tuple[str, tuple[str, ...], Fate]]:
    found: list[tuple[str, tuple[str, ...], Fate]] = []
    area = rng.choice(words.AREAS)
    if mood_of(day) is Mood.BROKEN:
        found += [(f'Revert "{rng.choice(words.VERBS)} the {area}"', (), Fate.MERGED)] * (week_of(day) % 3)
        found += [(f"Hotfix: unbreak the {area}", ("hotfix",), Fate.MERGED)] * (1 + week_of(day) % 2)
    if not is_weekend(day) and rng.random() < 0.3:
        found.append((f"Pin the {area} until it is fixed", ("hotfix",), Fate.MERGED))
    if not is_weekend(day) and rng.random() < 0.12:
        found.append((f"Ship the {area} now", ("force-merge",), Fate.FORCED))
    return found
