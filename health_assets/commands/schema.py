"""`health-assets schema`: the JSON Schema of health.yaml."""

import json

import click

from health_assets.config import settings_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of health.yaml, for editors.

    \b
    Example:
      health-assets schema > health.schema.json
    """
    click.echo(json.dumps(settings_schema(), indent=2))
