"""The demo's training and evaluation results: drawn from a generator seeded with the calendar date, written as files.

Tuesdays no training job reaches its checkpoint, Thursdays nothing resumes, Wednesdays evaluations are far off and the
remote one is slow; on Saturdays the remote result cannot be fetched, on Sundays the local evaluations fail. The other
days are good or middling.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from starlette.routing import BaseRoute

from health_assets.model.time import iso

FOLDER = Path("var/sandbox/results")
FUTURE = timedelta(days=7)

TRAINING, EVALUATIONS = "training", "evaluations"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 1, 2, 3, 4, 5, 6
CHECKPOINT_STEP = 10_000
EXPECTED_HEARTS = 0.62
#: Percent off the expected hearts and minutes of an evaluation, from and to, on bad, middling and good days.
OFF = {"bad": (16, 26), "middling": (7, 12), "good": (0.5, 4.5)}
MINUTES = {"bad": (8.5, 12), "middling": (5.6, 7.2), "good": (2.4, 4.4)}
LOCAL = {WEDNESDAY: "bad", THURSDAY: "middling"}
REMOTE = {WEDNESDAY: "bad", FRIDAY: "middling"}

Document = dict[str, Any]


def demo_results(clock: Callable[[], datetime]) -> list[BaseRoute]:
    """Writes the demo's results into FOLDER, with a week of what will happen; there is nothing to serve.

    What lies after an instant counts for no day before it, so that a running demo needs no second writing.
    """
    write_results(FOLDER, now=clock() + FUTURE)
    return []


def write_results(folder: Path, *, now: datetime, days: int = 45) -> int:
    """Brings <folder>/training and <folder>/evaluations up to `now`: `days` days, one file a job that has ended.

    Existing files stay as they are. Returns how many were written. A file appears whole, by a rename.
    """
    today = now.astimezone(UTC).date()
    written = 0
    for kind, jobs in ((TRAINING, training_jobs), (EVALUATIONS, evaluations)):
        place = folder / kind
        place.mkdir(parents=True, exist_ok=True)
        for back in range(days, -1, -1):
            for name, document in jobs(today - timedelta(days=back)):
                target = place / f"{name}.json"
                if datetime.fromisoformat(document["finished_at"]) > now or target.exists():
                    continue
                unfinished = place / f".{name}.unfinished"
                unfinished.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
                unfinished.rename(target)
                written += 1
    return written


def training_jobs(day: date) -> Iterator[tuple[str, Document]]:
    """(file name, document) of the local training jobs of a date; they are over within it."""
    rng = Random(f"training/{day}")
    weekday = day.weekday()
    for index in range(rng.randint(1, 3)):
        began, lasted = _began(rng, day), timedelta(minutes=rng.uniform(20, 90))
        document = _document("training", f"arena-local-{index + 1}", began, lasted)
        if weekday == TUESDAY:
            document |= {"exit_code": 1, "finished_at": iso(began + lasted / 4)}
        else:
            document["checkpoint"] = {"step": CHECKPOINT_STEP, "at": iso(_seconds(began + lasted / 2))}
        if index == 0 and weekday not in (TUESDAY, THURSDAY):
            document["resume"] = {"step": CHECKPOINT_STEP, "at": iso(_seconds(began + lasted / 8))}
        yield f"{day}-{index + 1}-training", document


def evaluations(day: date) -> Iterator[tuple[str, Document]]:
    """(file name, document) of the evaluations of a date: one or two local ones, a remote one each."""
    rng = Random(f"evaluations/{day}")
    weekday = day.weekday()
    for index in range(rng.randint(1, 2)):
        began = _began(rng, day)
        local = _evaluation(rng, "local", began, hearts=LOCAL.get(weekday, "good"), minutes="good")
        yield f"{day}-{index + 1}-local", local | {"exit_code": int(weekday == SUNDAY)}
        remote = _evaluation(
            rng, "remote", began, hearts=REMOTE.get(weekday, "good"), minutes=REMOTE.get(weekday, "good")
        )
        yield f"{day}-{index + 1}-remote", remote | {"result_fetched": weekday != SATURDAY}


def _evaluation(rng: Random, where: str, began: datetime, *, hearts: str, minutes: str) -> Document:
    lasted = timedelta(minutes=rng.uniform(*MINUTES[minutes]))
    off = rng.uniform(*OFF[hearts]) * rng.choice((-1, 1)) / 100
    document = _document("evaluation", f"arena-{where}", began, lasted)
    measured = round(EXPECTED_HEARTS * (1 + off), 4)
    return document | {"where": where, "hearts": {"measured": measured, "expected": EXPECTED_HEARTS}}


def _document(kind: str, job: str, began: datetime, lasted: timedelta) -> Document:
    return {
        "schema_version": 1,
        "kind": kind,
        "job": job,
        "where": "local",
        "started_at": iso(began),
        "finished_at": iso(_seconds(began + lasted)),
        "exit_code": 0,
    }


def _began(rng: Random, day: date) -> datetime:
    return _seconds(datetime.combine(day, time(), UTC) + timedelta(hours=rng.uniform(0.2, 20)))


def _seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
