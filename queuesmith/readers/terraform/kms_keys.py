"""Reads the customer managed keys that encrypt queues."""

from __future__ import annotations

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.policies import policy, values
from queuesmith.readers.terraform.resource_index import KMS_ALIAS, KMS_KEY, ExternalResource, ResourceIndex
from queuesmith.readers.terraform.values import count, text
from queuesmith.rules import Dialect, KmsKey, MaybeUnknown, Statement, Unknown
from queuesmith.rules.iam.documents import principal
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY

_POLICY, _GRANT = "aws_kms_key_policy", "aws_kms_grant"


class KmsKeyReader:
    """Finds the key of a queue, with its policy."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index = index
        self._policies = {
            key.address: resource
            for resource in index.document.of_type(_POLICY)
            if isinstance(key := index.find(KMS_KEY, resource, "key_id"), Resource)
        }
        self._grants = [
            (index.find(KMS_KEY, resource, "key_id"), _grant(resource)) for resource in index.document.of_type(_GRANT)
        ]

    def of(self, queue: Resource | ExternalResource) -> MaybeUnknown[KmsKey | None]:
        """Return the customer managed key of a queue, or None."""
        if isinstance(queue, ExternalResource):
            return Unknown(f"the encryption of {queue.value}, which is outside the file")
        key = self._index.find(KMS_ALIAS, queue, "kms_master_key_id")
        if isinstance(key, Resource):
            key = self._index.find(KMS_KEY, key, "target_key_id")
        else:
            key = self._index.find(KMS_KEY, queue, "kms_master_key_id")
        if key is None or isinstance(key, Unknown):
            return key
        if isinstance(key, ExternalResource):
            return KmsKey(address=key.value, dialect=Dialect.TERRAFORM, arns=_external_arns(key), grants=self._granted(key))
        return KmsKey(
            address=key.address,
            dialect=Dialect.TERRAFORM,
            arns=_arns(key),
            policy_is_readable=True,
            policy=self._policy(key),
            grants=self._granted(key),
        )

    def _granted(self, key: Resource | ExternalResource) -> MaybeUnknown[tuple[Statement, ...]]:
        """Return the grants of a key. Unknown if there is a grant of an unknown key, because it could be for this key."""
        unresolved = next((of for of, _ in self._grants if isinstance(of, Unknown)), None)
        return unresolved or tuple(grant for of, grant in self._grants if of == key)

    def _policy(self, key: Resource) -> MaybeUnknown[tuple[Statement, ...]]:
        statements = policy(self._policies.get(key.address, key), "policy")
        return DEFAULT_KEY_POLICY if statements is None else statements


def _grant(resource: Resource) -> Statement:
    """Convert a grant into a statement of the key's policy."""
    principals = values(resource, "grantee_principal", of_references=True)
    operations = values(resource, "operations")
    uncertain = count(resource, "constraints") != 0 or any(isinstance(each, Unknown) for each in operations)
    return Statement(
        actions=("kms:*",) if uncertain else tuple(f"kms:{each}" for each in operations),
        principals=tuple(each if isinstance(each, Unknown) else principal("AWS", each) for each in principals),
        conditions=frozenset({("", "", Unknown(f"the constraints of {resource.address}"))} if uncertain else ()),
        where=resource.address,
    )


def _arns(key: Resource) -> tuple[str, ...]:
    arn = text(key, "arn")
    known = (arn,) if isinstance(arn, str) else ()
    return (f"${{{key.address}.arn}}", f"${{{key.address}.key_id}}", f"${{{key.address}.id}}", *known)


def _external_arns(key: ExternalResource) -> tuple[str, ...]:
    """Return the ARNs of a key outside the file. For an alias, the key's ARN is not known."""
    if "alias/" in key.value:
        return ()
    return (key.value,) if key.value.startswith("arn:") else (f"arn:*:kms:*:*:key/{key.value}",)
