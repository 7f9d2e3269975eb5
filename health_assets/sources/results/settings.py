"""What the settings of both result sources have in common."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

SCHEMES = frozenset({"", "file", "s3", "gs", "gcs"})


class ResultSettings(BaseModel):
    """Where the documents are. Buckets use the credentials of the machine (environment, profile or role)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    results: str = Field(min_length=1, description="Directory, s3://bucket/prefix or gs://bucket/prefix of the results")
    endpoint_url: str | None = Field(default=None, description="Another S3 or GCS endpoint, such as a local one")
    deadline_seconds: float = Field(default=60.0, gt=0, le=600, description="For one collection")
    connect_timeout_seconds: float = Field(default=5.0, gt=0, description="For each request to a bucket")
    read_timeout_seconds: float = Field(default=20.0, gt=0, description="For each request to a bucket")

    @field_validator("results")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in SCHEMES:
            raise ValueError(f"{value!r} is neither a directory nor s3://... nor gs://...")
        if parts.username or parts.password:
            raise ValueError("credentials do not belong in the address: buckets use those of the machine")
        return value if len(value) == 1 else value.rstrip("/")
