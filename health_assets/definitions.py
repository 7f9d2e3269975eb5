"""The entry that workspace.yaml names: configuration in, Definitions out."""

from health_assets.orchestration.build import build_definitions
from health_assets.pipeline.clock import clock_from
from health_assets.pipeline.runtime import load_project

defs = build_definitions(load_project(), clock=clock_from(None))
