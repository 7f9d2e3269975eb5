import subprocess
import sys

import pytest
from pydantic import ValidationError

from health_assets.sources.github.settings import Settings

LOOPBACK = "http://127.0.0.1:8737"


def settings(**changes):
    return Settings(**({"repositories": ("acme/rocket",), "api_url": LOOPBACK} | changes))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"repositories": ()}, "at least 1 item"),
        ({"repositories": ("acme",)}, "owner/name"),
        ({"repositories": ("acme/rocket", "Acme/Rocket")}, "named twice"),
        ({"api_url": "api.github.com"}, "not an http"),
        ({"api_url": "https://api.github.com"}, "credentials are missing"),
        ({"token": {"env": "A"}, "app": {"id": 1, "installation_id": 2, "private_key": {"env": "B"}}}, "not both"),
        ({"labels": ()}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes, problem):
    with pytest.raises(ValidationError, match=problem):
        settings(**changes)


def test_loopback_needs_no_credentials():
    assert settings().token is None


def test_importing_the_source_does_not_import_the_client_library():
    code = "import sys, health_assets.sources.registry; sys.exit('github' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
