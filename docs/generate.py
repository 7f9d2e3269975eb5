"""Writes the generated parts of docs/ from the code they describe.

    python docs/generate.py            rewrites what differs, and names it
    python docs/generate.py --check    names what differs, and exits 1 if anything does

metrics.md, foms.md, cli.md and health.schema.json are generated as a whole; in configuration.md it is the block between
the two comments.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from click.testing import CliRunner
from settings_table import settings_keys

from health_assets.cli import COMMANDS, main
from health_assets.config import settings_schema
from health_assets.grid.colour import GREEN_FROM, RED_BELOW
from health_assets.model.fom import Fom
from health_assets.model.metric import Family, Metric
from health_assets.model.names import raw_key
from health_assets.model.source import Source
from health_assets.pipeline.runtime import all_metric_names
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.explain import formula_text
from health_assets.scoring.sources import source_of
from health_assets.sources.registry import SOURCES

DOCS = Path(__file__).parent
HELP_WIDTH = 100
NOTE = "<!-- written by docs/generate.py: change the code it describes, then run `make docs` -->"
METRICS_INTRO = f"""# Metrics
{NOTE}

A value stands for an instant T: the end of its day, or for today the last complete collection. Windows are half open,
(T-7d, T]. *Reconstructed* metrics are measured for any past day from timestamps; *recorded* ones exist only if they
were recorded on that day. *Needs* names the record kinds, and how far before T every day must have been read; otherwise
the value is missing with a reason ([architecture](architecture.md#measuring)). Percentiles are linear.
"""
FOMS_INTRO = f"""# Figures of Merit
{NOTE}

The {{rows}} rows of the catalogue, in the order of the grid. Between its points a score is linear, outside it is flat;
red is below {RED_BELOW:g}, yellow below {GREEN_FROM:g}, green from {GREEN_FROM:g}. *Wanted* is shown beside a cell and
not scored. A row is in the grid when its source is configured; {{waiting}} rows wait for a source that is not built
yet. Change or add rows: [adding a FoM](adding-a-fom.md).
"""
CLI_INTRO = f"""# The command line
{NOTE}

Results go to stdout, errors to stderr. Exit codes: 0 done; 1 a source or a check failed, or there is nothing to show
(the output says which); 2 wrong use, configuration or store. Environment variables:
[configuration](configuration.md#environment-variables).
"""
BLOCK = ("<!-- keys: written by docs/generate.py -->", "<!-- end of keys -->")


def generated(folder: Path = DOCS) -> dict[str, str]:
    """File name in `folder` -> the text it should have. Raises ValueError where a page has lost its block."""
    return {
        "metrics.md": metrics_page(),
        "foms.md": foms_page(),
        "cli.md": cli_page(),
        "health.schema.json": json.dumps(settings_schema(), indent=2) + "\n",
        "configuration.md": with_block((folder / "configuration.md").read_text(encoding="utf-8"), keys_table()),
    }


def differing(folder: Path = DOCS) -> dict[str, str]:
    """The part of `generated` that the folder does not hold."""
    return {name: text for name, text in generated(folder).items() if not _has(folder / name, text)}


def metrics_page() -> str:
    """Every record kind and metric, by source and family."""
    lines = (line for source in SOURCES.values() for line in _source_section(source))
    return _page(METRICS_INTRO, lines)


def foms_page() -> str:
    """The catalogue in the order of the grid."""
    rows = load_catalogue(known_metrics=all_metric_names())
    waiting = sum(source_of(fom.metric) not in SOURCES for fom in rows)
    categories = groupby(rows, key=lambda fom: fom.category)
    lines = (line for name, foms in categories for line in _category_section(name, foms))
    return _page(FOMS_INTRO.format(rows=len(rows), waiting=waiting), lines)


def cli_page() -> str:
    """The help of the command and of every subcommand, at a fixed width."""
    commands: list[tuple[str, ...]] = [(), *((name,) for name in COMMANDS)]
    return _page(CLI_INTRO, (line for command in commands for line in _command_section(command)))


def keys_table() -> str:
    """Every key of health.yaml with type, default and meaning."""
    rows = [(f"`{key.name}`", key.type, key.default, key.meaning) for key in settings_keys()]
    return "\n".join(_table(("key", "type", "default", "meaning"), rows))


def with_block(page: str, block: str) -> str:
    """`page` with `block` between its two comments."""
    head, begin, rest = page.partition(BLOCK[0])
    _, end, tail = rest.partition(BLOCK[1])
    if not begin or not end:
        raise ValueError(f"configuration.md has lost {BLOCK[0]} or {BLOCK[1]}")
    return f"{head}{begin}\n\n{block}\n\n{end}{tail}"


def _page(intro: str, lines: Iterable[str]) -> str:
    return "\n".join([intro.rstrip(), *lines, ""])


def _has(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def _source_section(source: Source) -> Iterator[str]:
    count = sum(len(family.metrics) for family in source.all_families)
    yield from ("", f"## {source.title}", "", f"{source.description} {count} metrics.")
    for family in source.all_families:
        yield from ("", f"### {family.title}", "", *_family_table(family))
    if not source.kinds:
        return
    yield from ("", f"### Records of {source.title}", "")
    kinds = [(f"`{kind.name}`", kind.mode.value, _span(kind.lookback), kind.description) for kind in source.kinds]
    yield from _table(("kind", "mode", "look-back", "what it holds"), kinds)


def _family_table(family: Family) -> Iterator[str]:
    yield from (f"Asset `{'/'.join(raw_key(family.source, family.name))}`", "")
    rows = [
        (f"`{metric.name}`", metric.unit.replace("_", " "), metric.history.value, metric.definition, _needs(metric))
        for metric in family.metrics
    ]
    yield from _table(("metric", "unit", "history", "definition", "needs"), rows)


def _needs(metric: Metric) -> str:
    return ", ".join(f"`{kind}` {_span(window)}" for kind, window in metric.needs.items()) or "-"


def _span(window: timedelta) -> str:
    return f"{window.days} days" if window else "the day"


def _category_section(name: str, foms: Iterable[Fom]) -> Iterator[str]:
    rows = [
        (
            f"**{fom.label}**<br>`{fom.name}`",
            f"`{fom.metric}`{_waiting(fom)}",
            f"{formula_text(fom)}<br>`{_points(fom)}`",
            fom.condition,
            fom.why,
        )
        for fom in foms
    ]
    yield from ("", f"## {name}", "", *_table(("row", "metric", "score", "wanted", "why"), rows))


def _waiting(fom: Fom) -> str:
    source = source_of(fom.metric)
    return "" if source in SOURCES else f"<br>source {source} is not built yet"


def _points(fom: Fom) -> str:
    return " ".join(f"{x:.10g}:{score:g}" for x, score in fom.points)


def _command_section(command: Sequence[str]) -> Iterator[str]:
    title = " ".join(["health-assets", *command])
    result = CliRunner().invoke(main, [*command, "--help"], prog_name="health-assets", terminal_width=HELP_WIDTH)
    if result.exit_code != 0:
        raise ValueError(f"{title} --help failed: {result.output}") from result.exception
    yield from ("", f"## {title}", "", "```text", result.output.rstrip(), "```")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"


def _cell(text: str) -> str:
    """One table cell: no line break, and no | that would end it."""
    return " ".join(text.split()).replace("|", r"\|")


def run(arguments: Sequence[str], *, folder: Path = DOCS) -> int:
    """Rewrites or, with --check, only names what differs; the exit code."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    texts = differing(folder)
    if arguments:
        for name in texts:
            print(f"docs/{name} is not what docs/generate.py writes; run: make docs", file=sys.stderr)
        return 1 if texts else 0
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
