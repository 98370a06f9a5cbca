"""Statements that grant access to other accounts, that do not, and for which this is unknown: for QL019 and QL021."""

from __future__ import annotations

from dataclasses import replace

from queuesmith.rules import Statement
from queuesmith.rules.iam.policy import OWN_ACCOUNT, Condition
from tests.unit.rules.pipelines import OTHER_ARN, QUEUE_ARN, UNKNOWN

ACCOUNT = "111111111111"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:shop"
OPEN = Statement("Allow", ("sqs:SendMessage",), principals=("*",))


def when(*conditions: Condition, of: Statement = OPEN) -> Statement:
    """A statement with these conditions."""
    return replace(of, conditions=frozenset(conditions))


FROM_ONE: Condition = ("arnequals", "aws:sourcearn", TOPIC)
TLS: Condition = ("bool", "aws:securetransport", "true")

CLOSED: tuple[tuple[Condition, ...], ...] = (
    (FROM_ONE,),
    (FROM_ONE, TLS),
    (FROM_ONE, ("stringequalsifexists", "aws:sourceaccount", "*")),
    (("arnlike", "aws:sourcearn", f"arn:aws:sns:*:{ACCOUNT}:*"),),
    (("arnlike", "aws:sourcearn", f"arn:aws:sns:*:{OWN_ACCOUNT}:*"),),
    (("arnequals", "aws:sourcearn", "${aws_sns_topic.shop.arn}"),),
    (("stringlike", "aws:sourcearn", "${aws_sns_topic.shop.arn}*"),),
    (("arnlike", "aws:sourcearn", "arn:aws:s3:*:*:shop"),),
    (("stringequals", "aws:sourcearn", "arn:aws:sns:*:*:*"),),  # StringEquals compares * literally, so nothing matches
    (FROM_ONE, ("arnequals", "aws:sourcearn", f"{TOPIC}-2")),
    (("stringequals", "aws:sourceaccount", ACCOUNT),),
    (("stringequalsignorecase", "aws:principalaccount", ACCOUNT),),
    (("stringequals", "aws:principalaccount", "${aws:ResourceAccount}"),),
    (("stringequals", "aws:principalorgid", "o-a1b2c3d4e5"),),
    (("foranyvalue:stringlike", "aws:principalorgpaths", "o-a1b2c3d4e5/r-ab12/*"),),
    (("stringlike", "aws:principalarn", f"arn:aws:iam::{ACCOUNT}:role/*"),),
    (("stringlike", "aws:userid", "AROAEXAMPLE:*"),),
    (("stringequals", "aws:sourcevpce", "vpce-1a2b3c4d"),),
    (("ipaddress", "aws:sourceip", "203.0.113.0/24"),),
    (("ipaddress", "aws:sourceip", "2001:db8::/32"),),
    (("bool", "aws:securetransport", "no"),),
)
OPENED: tuple[tuple[Condition, ...], ...] = (
    (),
    (TLS,),
    (("stringlike", "aws:sourceaccount", "*"),),
    (TLS, ("stringlike", "aws:sourceaccount", "*")),
    (("arnequalsifexists", "aws:sourcearn", TOPIC),),
    (("stringequalsifexists", "aws:sourceaccount", ACCOUNT),),
    (("stringequalsifexists", "aws:principalorgid", "o-a1b2c3d4e5"),),
    (("arnlike", "aws:sourcearn", "arn:aws:sns:*:*:*"),),
    (("arnequals", "aws:sourcearn", "arn:aws:sns:*:*:shop"),),
    (("stringlike", "aws:sourcearn", "arn:aws:*"),),
    (("stringlike", "aws:sourcearn", "arn:aws:s3:::shop-*"),),
    (FROM_ONE, ("arnequals", "aws:sourcearn", "arn:aws:sns:*:*:shop")),
    (("stringnotequals", "aws:sourceaccount", ACCOUNT),),
    (("stringnotlike", "aws:principalarn", f"arn:aws:iam::{ACCOUNT}:*"),),
    (("null", "aws:sourcearn", "true"),),
    (("null", "aws:sourcearn", "false"),),
    (("ipaddress", "aws:sourceip", "0.0.0.0/0"),),
    (("ipaddress", "aws:sourceip", "128.0.0.0/1"),),
    (("ipaddress", "aws:sourceip", "::/0"),),
    (("notipaddress", "aws:sourceip", "203.0.113.0/24"),),
    (("dategreaterthan", "aws:currenttime", "2020-01-01T00:00:00Z"),),
    (("dategreaterthan", "aws:currenttime", "2020-01-01T00:00:00Z"), ("datelessthan", "aws:currenttime", "2100-01-01")),
    (("stringequals", "aws:principaltype", "User"),),
    (("stringequals", "aws:useragent", "shop"),),
    (("stringequals", "aws:principaltag/team", "shop"),),
    (("forallvalues:stringequals", "aws:principalorgid", "o-a1b2c3d4e5"),),
    (("foranyvalue:stringlike", "aws:principalorgpaths", "o-*"),),
    (("stringequals", "aws:principalservicename", "sns.amazonaws.com"),),
)
UNDECIDED: tuple[tuple[Condition, ...], ...] = (
    (("stringequals", "aws:resourceaccount", ACCOUNT),),  # the queue's account is unknown
    (("arnequals", "aws:sourcearn", UNKNOWN),),
    (("", "", UNKNOWN),),
    (("stringequals", "aws:sourceaccount", "${aws:PrincipalAccount}"),),
    (("stringfoo", "aws:sourceaccount", ACCOUNT),),
    (("ipaddress", "aws:sourceip", "${aws_eip.shop.id}"),),
    (("stringlike", "aws:useragent", "a*"), ("stringnotlike", "aws:useragent", "ab*")),
)
NOT_OURS = Statement("Deny", ("sqs:*",), principals=("*",))
CLOSED_OTHERWISE: tuple[tuple[Statement, ...], ...] = (
    (replace(OPEN, principals=(f"AWS:arn:aws:iam::{ACCOUNT}:root", f"AWS:{ACCOUNT}", "CanonicalUser:a")),),
    (replace(OPEN, resources=(OTHER_ARN,)),),
    (replace(OPEN, actions=("sns:Publish",)),),
    (OPEN, NOT_OURS),
    (OPEN, when(("stringnotequals", "aws:principalorgid", "o-a1b2c3d4e5"), of=NOT_OURS)),
    (OPEN, when(("arnnotlike", "aws:sourcearn", TOPIC), of=NOT_OURS)),
    (when(FROM_ONE, of=replace(OPEN, principals=UNKNOWN)),),
)
OPENED_OTHERWISE: tuple[tuple[Statement, ...], ...] = (
    (replace(OPEN, principals=("AWS:*",)),),
    (replace(OPEN, actions=(), not_actions=("sqs:DeleteQueue",)),),
    (replace(OPEN, actions=("SQS:Send*",), resources=("*",)),),
    (replace(OPEN, not_resources=(OTHER_ARN,)),),
    (replace(OPEN, principals=(), not_principals=(f"AWS:arn:aws:iam::{ACCOUNT}:root",)),),
    (OPEN, replace(NOT_OURS, actions=("sqs:DeleteMessage",))),
    (OPEN, when(("stringnotequalsifexists", "aws:sourceip", "203.0.113.1"), of=replace(NOT_OURS, resources=(OTHER_ARN,)))),
    (OPEN, when(("ipaddress", "aws:sourceip", "203.0.113.0/24"), of=NOT_OURS)),
)
UNDECIDED_OTHERWISE: tuple[tuple[Statement, ...], ...] = (
    (replace(OPEN, principals=UNKNOWN),),
    (replace(OPEN, principals=(UNKNOWN,)),),
    (replace(OPEN, principals=("Federated:cognito-identity.amazonaws.com",)),),
    (replace(OPEN, resources=(UNKNOWN,)),),
    (OPEN, replace(NOT_OURS, resources=(UNKNOWN,))),
    (OPEN, when(("stringnotequals", "aws:principalaccount", UNKNOWN), of=NOT_OURS)),
    (replace(OPEN, resources=(QUEUE_ARN, UNKNOWN), principals=(UNKNOWN,)),),
)
