"""Settings of the Weights & Biases source, `sources.wandb` in health.yaml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from health_assets.sources.addresses import HttpAddress, is_loopback
from health_assets.sources.secret import EnvSecret

NAME = r"^[A-Za-z0-9_.][A-Za-z0-9_. -]*$"


class Selector(BaseModel):
    """Which runs belong to a group of metrics: those that meet any one of the criteria."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = Field(default=(), description="Display names or patterns such as nightly.*")
    tags: tuple[str, ...] = Field(default=(), description="One of them on the run")
    groups: tuple[str, ...] = Field(default=(), description="Run groups or patterns")
    job_types: tuple[str, ...] = Field(default=(), description="Job types or patterns")
    in_sweep: bool = Field(default=False, description="Every run that W&B says is part of a sweep")


class AccuracyKey(BaseModel):
    """A summary key that holds an accuracy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(min_length=1, description="Summary key; dots lead into nested values")
    percent: bool = Field(default=False, description="The value is 0 to 100 and is divided by 100")


class PushToMainKeys(BaseModel):
    """Summary keys of the push-to-main metrics."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps_per_second: str = Field(default="overview/steps_per_second", description="Steps per second")
    epoch_steps_per_second: str = Field(default="overview/epoch_steps_per_second", description="The same by epoch")
    sps: str = Field(default="overview/sps", description="Overview SPS")
    cumulative_sps: str = Field(default="timing_cumulative/sps", description="SPS over the whole run")
    epoch_sps: str = Field(default="timing_per_epoch/sps", description="SPS of the last epoch")
    hearts_gained: str = Field(default="env_agent/heart.gained", description="Hearts gained")
    queue_latency: str = Field(default="skypilot/queue_latency_s", description="Seconds in SkyPilot's queue")


class Settings(BaseModel):
    """Which projects, how to sign in, and what the team's runs and summary keys are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entity: str = Field(pattern=NAME, description="User or team that owns the projects")
    project: str | None = Field(default=None, pattern=NAME, description="The project to watch")
    projects: tuple[str, ...] = Field(default=(), description="Several projects, instead of project")
    api_url: HttpAddress = Field(
        default="https://api.wandb.ai", description="API base URL, https://HOST of an own server"
    )
    api_key: EnvSecret | None = Field(default=None, description="API key that may read the projects")
    push_to_main: Selector = Field(
        default=Selector(names=("github.sky.main.*",)), description="Runs started by a push to main"
    )
    sweep: Selector = Field(default=Selector(in_sweep=True), description="Sweep runs")
    arena: Selector = Field(default=Selector(names=("*arena*",), tags=("arena",)), description="Multi-GPU arena runs")
    multinode: Selector = Field(
        default=Selector(names=("*multinode*",), tags=("multinode",)), description="Multi-node runs"
    )
    accuracy_keys: tuple[AccuracyKey, ...] = Field(
        default=(AccuracyKey(key="accuracy"), AccuracyKey(key="val_accuracy"), AccuracyKey(key="eval/accuracy")),
        description="Where a run's accuracy is; the first one present counts",
    )
    loss_keys: tuple[str, ...] = Field(
        default=("loss", "train/loss", "losses/loss"), description="Where a run's loss is; the first one present counts"
    )
    hearts_keys: tuple[str, ...] = Field(
        default=("env_agent/heart.gained",), description="Hearts of arena and multi-node runs; the first one present"
    )
    sps_keys: tuple[str, ...] = Field(
        default=("overview/sps",), description="Steps per second of arena runs; the first one present"
    )
    shaped_sps_keys: tuple[str, ...] = Field(
        default=("overview/shaped_sps",),
        description="Shaped SPS of multi-node runs; the first one present",
    )
    push_to_main_keys: PushToMainKeys = Field(default=PushToMainKeys(), description="Keys of the push-to-main metrics")
    gpu_utilization_keys: tuple[str, ...] = Field(
        default=("system.gpu.[0-9]*.gpu", "gpu.[0-9]*.gpu"),
        description="System metrics, or patterns, that hold a GPU's utilisation in percent",
    )
    deadline_seconds: float = Field(default=120.0, gt=0, le=600, description="For one collection, all projects")
    request_timeout_seconds: float = Field(default=30.0, ge=1, description="For each request, connecting included")

    @model_validator(mode="after")
    def _projects_and_key(self) -> Self:
        if (self.project is None) == (not self.projects):
            raise ValueError("give either project or projects")
        if len(set(self.projects)) < len(self.projects):
            raise ValueError("a project is named twice")
        if self.api_key is None and not is_loopback(self.api_url):
            raise ValueError("credentials are missing: add api_key: {env: WANDB_API_KEY}")
        return self

    @property
    def scopes(self) -> tuple[str, ...]:
        """entity/project of each project."""
        projects = (self.project,) if self.project is not None else self.projects
        return tuple(f"{self.entity}/{project}" for project in projects)

    @property
    def summary_keys(self) -> frozenset[str]:
        """All summary keys that a metric reads."""
        accuracies = (accuracy.key for accuracy in self.accuracy_keys)
        own = (*self.loss_keys, *self.hearts_keys, *self.sps_keys, *self.shaped_sps_keys)
        return frozenset((*accuracies, *own, *self.push_to_main_keys.model_dump().values()))
