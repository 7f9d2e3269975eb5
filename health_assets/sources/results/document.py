"""The result document, schema version 1: one finished job, with its own times.

A document is written once, by the job's last step. Keys that are not listed here are allowed and not read, so that a
team may keep more in it. Instants are ISO 8601 with an offset or Z.
"""

from datetime import UTC
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from health_assets.model.errors import ContractError

SCHEMA_VERSION = 1
Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Milestone(BaseModel):
    """A step of training and when it was reached."""

    model_config = ConfigDict(frozen=True)

    step: int = Field(ge=0, le=2**62, description="Training step")
    at: Instant = Field(description="When it was reached; between started_at and finished_at")


class Hearts(BaseModel):
    """What an evaluation measured, and what the policy is known to reach."""

    model_config = ConfigDict(frozen=True)

    measured: Number = Field(description="Mean hearts of this evaluation")
    expected: Number = Field(gt=0, description="Mean hearts expected of the evaluated policy")


class Result(BaseModel):
    """What every result says."""

    model_config = ConfigDict(frozen=True, extra="allow")

    schema_version: Literal[1] = Field(description="Version of this form")
    job: str = Field(min_length=1, max_length=200, description="Name of the job, for people")
    where: str = Field(min_length=1, max_length=40, description="local or remote", examples=["local", "remote"])
    started_at: Instant = Field(description="When the job began")
    finished_at: Instant = Field(description="When the job ended")
    exit_code: int = Field(ge=-(2**31), lt=2**31, description="0 = success")
    url: str = Field(default="", max_length=2000, description="Where a person finds more")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.finished_at < self.started_at:
            raise ValueError("finished_at lies before started_at")
        return self


class TrainingResult(Result):
    """One training job."""

    kind: Literal["training"] = Field(description="What kind of job it was")
    checkpoint: Milestone | None = Field(default=None, description="Its first checkpoint at or after 10,000 steps")
    resume: Milestone | None = Field(default=None, description="The checkpoint that it resumed from, and when it did")

    @model_validator(mode="after")
    def _milestones_while_it_ran(self) -> Self:
        for name, milestone in (("checkpoint", self.checkpoint), ("resume", self.resume)):
            if milestone is not None and not self.started_at <= milestone.at <= self.finished_at:
                raise ValueError(f"{name}.at lies outside of the job's time")
        return self


class EvaluationResult(Result):
    """One evaluation run."""

    kind: Literal["evaluation"] = Field(description="What kind of job it was")
    hearts: Hearts | None = Field(default=None, description="Absent when the evaluation failed")
    result_fetched: bool | None = Field(
        default=None, description="Whether the result could be fetched; required of a remote evaluation"
    )

    @model_validator(mode="after")
    def _remote_says_whether_fetched(self) -> Self:
        if self.where.lower() == "remote" and self.result_fetched is None:
            raise ValueError("result_fetched is missing, a remote evaluation must have it")
        return self


AnyResult = TypeVar("AnyResult", TrainingResult, EvaluationResult)


def parse_result(body: bytes, model: type[AnyResult]) -> AnyResult:
    """The document in `body`. Raises ContractError that names the first wrong key, never its value."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ContractError(f"{where}: {message}" if where else message) from None


def result_schema() -> dict[str, Any]:
    """JSON Schema of a result document, as published in docs/result.schema.json."""
    union = Annotated[TrainingResult | EvaluationResult, Field(discriminator="kind")]
    schema: dict[str, Any] = TypeAdapter(union).json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Result of a job, schema version 1"}
    return head | schema
