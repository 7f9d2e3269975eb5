"""What an error of AWS means. Pure; the client sends, botocore retries."""

from health_assets.model.errors import Cause, SourceError
from health_assets.sources.answers import HINTS as SHARED_HINTS
from health_assets.sources.answers import cause_of

CODES = {
    Cause.AUTHENTICATION: "AuthFailure InvalidClientTokenId UnrecognizedClientException ExpiredToken "
    "ExpiredTokenException RequestExpired SignatureDoesNotMatch IncompleteSignature MissingAuthenticationToken "
    "InvalidSignatureException",
    Cause.PERMISSION: "UnauthorizedOperation AccessDenied AccessDeniedException OptInRequired",
    Cause.RATE_LIMITED: "RequestLimitExceeded Throttling ThrottlingException ThrottledException "
    "TooManyRequestsException SlowDown LimitExceededException",
}
CAUSES = {code: cause for cause, codes in CODES.items() for code in codes.split()}
HINTS = {
    **SHARED_HINTS,
    Cause.AUTHENTICATION: "check the AWS credentials of this process (environment, profile, role) and its clock",
    Cause.PERMISSION: "allow ec2:Describe*, cloudwatch:GetMetricData and pricing:GetProducts to these credentials",
    Cause.NOT_FOUND: "check sources.ec2.endpoints and sources.ec2.regions",
    Cause.RATE_LIMITED: "the next tick tries again; ask AWS for a higher request quota if it stays",
    Cause.UNREACHABLE: "check sources.ec2.regions and endpoints, the network and the proxy",
    Cause.SERVER_ERROR: "AWS has trouble (see health.aws.amazon.com); the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.ec2.endpoints are AWS and no proxy answers in its place",
}


def cause_of_code(code: str, *, status: int) -> Cause:
    """The cause that an error code of AWS stands for, or else the HTTP status."""
    return CAUSES.get(code) or cause_of(status)


def failed(message: str, cause: Cause) -> SourceError:
    """A failure with the hint of its cause."""
    return SourceError(message, cause=cause, hint=HINTS[cause])
