"""Runs every case in a process of its own and prints a table and JSON (var/bench.json).

Wall times on a shared machine are noisy: read the ratios against the floor measured in the same run, the requests,
bytes and memory.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CASES = {
    "cold_8_days_all_sources": "cold 8-day backfill of all sources, the demo's first",
    "backfill_30_days": "cold 30-day backfill of all sources as one run",
    "backfill_floor": "the same run with empty steps",
    "tick_all_sources": "a tick of all sources 15 minutes after the last",
    "tick_floor": "the same run with empty steps",
    "week_4000_runs_cold": "cold 7-day read: 214 pull requests, 4,000 runs",
    "week_4000_runs_tick": "steady tick on the same repository",
    "restate_365_days": "365 days x 42 rows after a threshold edit",
    "load_code_location": "load the code location with all sources",
    "datadog_publish": "steady publish to Datadog, 42 rows x 7 days",
    "page": "render and write the page, 42 rows x 7 days",
}
FLOOR_OF = {"backfill_30_days": "backfill_floor", "tick_all_sources": "tick_floor"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds added to each request (default 0.05)")
    parser.add_argument("--only", nargs="*", choices=list(CASES), help="run these cases only")
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"))
    options = parser.parse_args()
    results = {name: run(name, latency=options.latency) for name in options.only or CASES}
    for name, floor in FLOOR_OF.items():
        if name in results and floor in results:
            results[name]["times_floor"] = round(results[name]["seconds"] / results[floor]["seconds"], 2)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    document = {"latency_seconds": options.latency, "python": sys.version.split()[0], "cases": results}
    options.output.write_text(json.dumps(document, indent=2) + "\n")
    show(results, latency=options.latency)
    print(f"written to {options.output}")


def run(name: str, *, latency: float) -> dict[str, Any]:
    """One case in a fresh process and folder; its last output line is the result as JSON."""
    with tempfile.TemporaryDirectory(prefix="health-bench-") as folder:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
        environment.pop("HEALTH_CONFIG", None)
        environment["DAGSTER_HOME"] = str(Path(folder) / "dagster")
        with Console(stderr=True).status(f"{CASES[name]} ..."):
            done = subprocess.run(
                [sys.executable, "-m", "bench.case", name, str(latency)],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
    if done.returncode:
        sys.exit(f"bench case {name} failed:\n{done.stdout}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def show(results: dict[str, dict[str, Any]], *, latency: float) -> None:
    table = Table(title=f"health_assets bench, {latency * 1000:g} ms a request", title_justify="left")
    for column in ("case", "seconds", "x floor", "requests", "peak MiB", "other"):
        table.add_column(column, justify="left" if column in ("case", "other") else "right")
    known = {"seconds", "times_floor", "requests", "peak_mib"}
    for name, result in results.items():
        other = ", ".join(
            f"{key} {value:,}" if isinstance(value, int | float) else f"{key} {value}"
            for key, value in result.items()
            if key not in known
        )
        table.add_row(
            CASES[name],
            f"{result['seconds']:.2f}",
            f"{result['times_floor']:.2f}" if "times_floor" in result else "",
            str(result.get("requests", "")),
            f"{result['peak_mib']:.0f}",
            other,
        )
    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(table)


if __name__ == "__main__":
    main()
