import subprocess
import sys

import pytest
from pydantic import ValidationError

from health_assets.sources.wandb.settings import Settings

LOOPBACK = {"entity": "acme", "project": "rocket", "api_url": "http://127.0.0.1:8737/wandb"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"project": None}, "either project or projects"),
        ({"projects": ["rocket"]}, "either project or projects"),
        ({"project": None, "projects": ["a", "a"]}, "named twice"),
        ({"entity": "acme/rocket"}, "should match pattern"),
        ({"api_url": "api.wandb.ai"}, "not an http"),
        ({"api_url": "https://api.wandb.ai"}, "credentials are missing"),
        ({"accuracy_keys": [{"key": "a", "percentage": True}]}, "Extra inputs"),
        ({"token": "x"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes, problem):
    with pytest.raises(ValidationError, match=problem):
        Settings.model_validate(LOOPBACK | changes)


def test_each_project_is_a_scope():
    several = Settings.model_validate({**LOOPBACK, "project": None, "projects": ["rocket", "probe"]})
    assert ("acme/rocket", "acme/probe") == several.scopes


def test_every_setting_says_what_it_is():
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert [] == silent


def test_importing_the_source_does_not_import_the_client_library():
    code = "import sys, health_assets.sources.wandb; sys.exit('wandb' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
