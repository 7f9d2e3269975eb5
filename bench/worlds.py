"""Stores and worlds of the bench."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from health_assets.config import Config, Settings
from health_assets.model.fom import Fom
from health_assets.model.observation import Observation
from health_assets.pipeline.runtime import Project, Runtime
from health_assets.pipeline.score import score
from health_assets.scoring.catalogue import load_catalogue
from health_assets.store.store import Store


@contextmanager
def stored_year(file: Path, *, now: datetime) -> Iterator[tuple[Runtime, tuple[Fom, ...]]]:
    """A store with 365 days of observations and scores of all 42 rows, and the rows with every threshold edited."""
    foms = load_catalogue(known_metrics=None)
    settings = Settings(store=f"sqlite:///{file}")
    project = Project(config=Config(settings=settings, origin="bench", sandbox=True), sources={}, foms=foms)
    random = np.random.default_rng(7)
    days = [day.date().isoformat() for day in pd.date_range(end=now, periods=365, tz="UTC")]
    with Store.open(settings.store) as store:
        runtime = Runtime(project=project, store=store, clock=lambda: now)
        store.write_observations(
            Observation(
                metric=metric,
                scope="acme",
                day=day,
                value=float(random.uniform(0, 20)),
                reason=None,
                detail="",
                samples=10,
                as_of=now,
            )
            for metric in sorted({fom.metric for fom in foms})
            for day in days
        )
        score(runtime, foms)
        edited = tuple(replace(fom, points=tuple((x * 1.1 + 0.1, y) for x, y in fom.points)) for fom in foms)
        yield runtime, edited
