"""What a job holds, from the texts that SkyPilot shows: the requested `2x[H100:8][Spot]`, the launched `2x[spot](...)`.

A running job has its accelerators as a mapping; of a finished one only the requested text is left.
"""

import re
from collections.abc import Mapping

_REQUESTED = re.compile(r"^(?P<nodes>\d+)x\[(?P<choices>[^\]]*)\](?P<market>\[[^\]]*\])?$")
_LAUNCHED = re.compile(r"^(?P<nodes>\d+)x(?P<spot>\[spot\])?\(")
_CHOICE = re.compile(r"^(?P<name>[^:\s]+):(?P<count>\d+(?:\.\d+)?)$")

#: Accelerators that are no GPUs, by how their names begin (lower case).
NOT_GPUS = ("tpu", "trainium", "inferentia")


def nodes_of(requested: str, launched: str) -> int | None:
    """Number of nodes, None where neither text tells."""
    found = _LAUNCHED.match(launched) or _REQUESTED.match(requested)
    return int(found["nodes"]) if found else None


def is_spot(requested: str, launched: str) -> bool | None:
    """Whether a job is on spot capacity; None where it might be on either (`[On-demand|Spot]`) or nothing tells."""
    running = _LAUNCHED.match(launched)
    if running:
        return running["spot"] is not None
    found = _REQUESTED.match(requested)
    if found is None:
        return None
    market = (found["market"] or "[On-demand]").strip("[]")
    return {"Spot": True, "On-demand": False}.get(market)


def accelerators_a_node(requested: str) -> dict[str, float] | None:
    """Accelerator -> count on each node, {} for a job on CPUs; None where one of several might have been launched."""
    found = _REQUESTED.match(requested)
    choices = [_CHOICE.match(choice.strip()) for choice in found["choices"].split(",")] if found else []
    if len(choices) != 1 or choices[0] is None:
        # `1x[CPU:4+]` asks for at least so many, which no count of accelerators does
        return {} if found and found["choices"].startswith("CPU:") else None
    name, count = choices[0]["name"], float(choices[0]["count"])
    return {} if name == "CPU" else {name: count}


def gpus_in(accelerators: Mapping[str, float]) -> dict[str, float]:
    """The GPUs among a job's accelerators."""
    return {name: count for name, count in accelerators.items() if not name.casefold().startswith(NOT_GPUS)}
