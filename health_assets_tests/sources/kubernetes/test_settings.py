import pytest
from pydantic import ValidationError

from health_assets.sources.kubernetes import SOURCE, Settings


def settings(**cluster: object) -> Settings:
    return Settings.model_validate({"clusters": [{"name": "prod", **cluster}]})


@pytest.mark.parametrize(
    "way",
    [
        {"in_cluster": True},
        {"context": "prod"},
        {"kubeconfig": "kube.yaml", "context": "prod"},
        {"api_url": "https://10.0.0.1:6443", "token": {"env": "K8S_TOKEN"}},
        {"api_url": "http://127.0.0.1:8737/kubernetes"},
    ],
)
def test_a_cluster_is_reached_in_one_of_these_ways(way):
    assert ["prod"] == SOURCE.scopes(settings(**way))


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        ({}, "give one of"),
        ({"in_cluster": True, "context": "prod"}, "give one of"),
        ({"api_url": "https://10.0.0.1:6443"}, "credentials are missing"),
        ({"api_url": "10.0.0.1"}, "not an http"),
        ({"in_cluster": True, "token": {"env": "T"}}, "belong to api_url"),
        ({"in_cluster": True, "tokn": 1}, "Extra inputs"),
    ],
)
def test_any_other_way_is_refused(way, problem):
    with pytest.raises(ValidationError, match=problem):
        settings(**way)


def test_two_clusters_cannot_have_one_name():
    cluster = {"name": "prod", "in_cluster": True}
    with pytest.raises(ValidationError, match="named twice"):
        Settings.model_validate({"clusters": [cluster, cluster]})


def test_every_setting_is_described():
    schema = Settings.model_json_schema()
    parts = [schema["properties"], schema["$defs"]["Cluster"]["properties"]]
    assert [] == [name for part in parts for name, body in part.items() if "description" not in body]
