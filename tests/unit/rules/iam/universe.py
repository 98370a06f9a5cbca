"""A small set of requests: the possible callers, and the values of their requests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.unit.rules.iam.evaluation import Request

OURS, PARTNER, STRANGE = "111111111111", "222222222222", "999999999999"
QUEUE = f"arn:aws:sqs:eu-central-1:{OURS}:orders"
KEY = f"arn:aws:kms:eu-central-1:{OURS}:key/a"
OWN_ROLE, PARTNER_ROLE = f"arn:aws:iam::{OURS}:role/orders", f"arn:aws:iam::{PARTNER}:role/shop"
TOPIC, BUCKET = f"arn:aws:sns:eu-central-1:{OURS}:shop", "arn:aws:s3:::own-bucket"
SNS, S3 = "sns.amazonaws.com", "s3.amazonaws.com"
OFFICE, OUTSIDE = "198.51.100.7", "203.0.113.9"
ACTIONS = (
    "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes",
    "sqs:PurgeQueue",
)  # fmt: skip
Values = dict[str, list[list[str] | None]]
"""The possible values of a request's condition keys. None: the request does not have the key."""
ANYWAY: Values = {
    "aws:currenttime": [["2019-06-01T00:00:00Z"], ["2026-06-01T00:00:00Z"], ["2200-06-01T00:00:00Z"]],
    "aws:useragent": [None, ["shop"], ["curl"], ["sh*"]],
    "aws:principaltag/team": [None, ["shop"], ["other"]],
    "aws:multifactorauthage": [None, ["10"], ["9999"]],
    "aws:resourceaccount": [[OURS]],
}
FOREIGN_NETWORK: Values = {
    "aws:sourceip": [None, [OUTSIDE], ["9.9.9.9"]],
    "aws:sourcevpc": [None, ["vpc-99999999"]],
    "aws:sourcevpce": [None, ["vpce-99999999"]],
}
OUR_NETWORK: Values = {
    "aws:sourceip": [None, [OFFICE], [OUTSIDE]],
    "aws:sourcevpc": [None, ["vpc-11111111"]],
    "aws:sourcevpce": [None, ["vpce-11111111"]],
}
NETWORKS = set(OUR_NETWORK)


@dataclass(frozen=True)
class Caller:
    """A caller, and the possible values of its requests."""

    principal: str
    values: Values = field(default_factory=dict)

    def requests(
        self, action: str, resource: str, keys: set[str], tls: tuple[str, ...] = ("true", "false")
    ) -> Iterator[Request]:
        """All requests that differ in the values of these condition keys."""
        every: Values = {**ANYWAY, **self.values, "aws:securetransport": [[each] for each in tls]}
        names = [key for key in every if key in keys]
        for chosen in itertools.product(*(every[key] for key in names)):
            context = {key: value for key, value in zip(names, chosen, strict=True) if value is not None}
            yield Request(action, resource, self.principal, context)


def role(arn: str, org: str | None, network: Values) -> Caller:
    """A role. `org`: the organization of its account."""
    return Caller(
        arn,
        {
            **network,
            "aws:principalarn": [[arn]],
            "aws:principalaccount": [[arn.split(":")[4]]],
            "aws:principalorgid": [[org] if org else None],
            "aws:principalorgpaths": [[f"{org}/r-ab12/ou-1/"] if org else None],
            "aws:principaltype": [["User" if ":user/" in arn else "AssumedRole"]],
            "aws:principalisawsservice": [["false"]],
            "aws:userid": [["AROA9:session" if STRANGE in arn else "AROA1:session"]],
        },
    )


def service(name: str, source: str, account: str, *, without_account: bool = True) -> Caller:
    """A service that makes requests on behalf of a resource. Some services do not send the resource's account."""
    return Caller(
        name,
        {
            "aws:sourcearn": [[source]],
            "aws:sourceaccount": [[account], None] if without_account else [[account]],
            "aws:principalservicename": [[name]],
            "aws:principalisawsservice": [["true"]],
        },
    )


ANONYMOUS = Caller("", {**FOREIGN_NETWORK, "aws:principaltype": [["Anonymous"]]})
FOREIGN_SERVICES = (
    service(SNS, f"arn:aws:sns:eu-central-1:{STRANGE}:shop", STRANGE),
    service(SNS, f"arn:aws:sns:us-east-1:{STRANGE}:other", STRANGE),
    service(S3, "arn:aws:s3:::strange-bucket", STRANGE),
    service("events.amazonaws.com", f"arn:aws:events:eu-central-1:{STRANGE}:rule/nightly", STRANGE),  # no policy names it
)
FOREIGN_CALLERS = (
    ANONYMOUS,
    *(
        role(f"arn:aws:iam::{STRANGE}:{name}", org, FOREIGN_NETWORK)
        for name in ("role/shop", "user/admin")
        for org in (None, "o-strange9")
    ),
    *FOREIGN_SERVICES,
)
OUR_SERVICES = (
    service(SNS, TOPIC, OURS),
    service(S3, BUCKET, OURS),
    service(SNS, f"arn:aws:sns:eu-central-1:{PARTNER}:shop", PARTNER),
)
OWN_CALLERS = (role(OWN_ROLE, "o-ours1111", OUR_NETWORK), role(PARTNER_ROLE, "o-partner2", OUR_NETWORK), *OUR_SERVICES)
ALL_CALLERS = (*FOREIGN_CALLERS, *OWN_CALLERS)
