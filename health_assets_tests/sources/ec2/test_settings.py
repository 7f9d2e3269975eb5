"""Settings of EC2 refuse what cannot work."""

import pytest
from pydantic import ValidationError

from health_assets.sources import ec2
from health_assets.sources.ec2.settings import Settings


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"regions": []}, "at least 1"),
        ({"regions": ["Frankfurt"]}, "is not a region"),
        ({"regions": ["us-east-1", "us-east-1"]}, "named twice"),
        ({"access_key_id": {"env": "KEY"}}, "both access_key_id and secret_access_key"),
        ({"endpoints": {"ec2": "ftp://host"}}, "not an http"),
        ({"region": "us-east-1"}, "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused(changes, problem):
    with pytest.raises(ValidationError, match=problem):
        Settings(**{"regions": ["us-east-1"], **changes})


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-2", "us-gov-west-1"])
def test_regions_as_aws_names_them_are_accepted(region):
    assert (region,) == Settings(regions=[region]).regions


def test_the_sandbox_needs_no_credentials():
    settings = Settings.model_validate(ec2.SOURCE.demo("http://127.0.0.1:8737"))
    assert "http://127.0.0.1:8737/aws/{region}" == settings.endpoints.ec2
