"""`python -m health_assets`: the same as the `health-assets` command."""

from health_assets.cli import main

main(prog_name="health-assets")
