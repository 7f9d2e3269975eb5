"""The Dagster instance of this project on one machine."""

import os
import shutil
from pathlib import Path

import dagster as dg

from health_assets.model.errors import ConfigError
from health_assets.orchestration.event_log import BATCH_SIZE, EVENTS_A_BATCH

INSTANCE_FILE = "dagster.yaml"


def dagster_home(*, sandbox: bool) -> Path:
    """The folder of the instance: DAGSTER_HOME, else one in var/ with a copy of this project's dagster.yaml.

    Sets DAGSTER_HOME for this process and its children, so that the command line and the UI see the same runs, and
    the size of a batch of events.
    Raises ConfigError where DAGSTER_HOME is no folder that Dagster accepts.
    """
    os.environ.setdefault(BATCH_SIZE, EVENTS_A_BATCH)
    named = os.environ.get("DAGSTER_HOME")
    if named:
        if not (Path(named).is_absolute() and Path(named).is_dir()):
            raise ConfigError(
                f"DAGSTER_HOME: {named} is not the absolute path of a folder",
                hint=f"make it and copy {INSTANCE_FILE} into it, or unset DAGSTER_HOME",
            )
        return Path(named)
    home = (Path("var/sandbox/dagster") if sandbox else Path("var/dagster")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_instance_file(), home / INSTANCE_FILE)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def open_instance(*, sandbox: bool) -> dg.DagsterInstance:
    """The persistent instance; the caller closes it (context manager)."""
    dagster_home(sandbox=sandbox)
    return dg.DagsterInstance.get()


def _instance_file() -> Path:
    """dagster.yaml of the working folder, else of the checkout, else the copy in the installed package."""
    package = Path(__file__).parent
    candidates = (Path(INSTANCE_FILE), package.parents[1] / INSTANCE_FILE, package / INSTANCE_FILE)
    return next(file for file in candidates if file.is_file())
