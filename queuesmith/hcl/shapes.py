"""Which keys of Terraform JSON are nested blocks in HCL, and which are attributes whose values are maps or objects.

JSON writes both as objects. Only the provider's schema tells them apart.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from queuesmith.common.errors import UsageError

Shape: TypeAlias = "dict[str, Shape | None]"
"""The keys of a block whose values are objects or lists: the shape of a nested block, or None for an attribute."""

_SIMPLE = ("bool", "number", "string")
_DIMENSIONS: Shape = {"dimensions": None}
BUILT_IN: dict[str, Shape] = {
    "provider.aws": {
        "assume_role": {"tags": None},
        "assume_role_with_web_identity": {},
        "default_tags": {"tags": None},
        "endpoints": {},
        "ignore_tags": {},
    },
    "resource.aws_cloudwatch_composite_alarm": {"actions_suppressor": {}},
    "resource.aws_cloudwatch_event_target": {
        "dead_letter_config": {},
        "input_transformer": {"input_paths": None},
        "retry_policy": {},
        "sqs_target": {},
    },
    "resource.aws_cloudwatch_log_metric_filter": {"metric_transformation": {"dimensions": None}},
    "resource.aws_cloudwatch_metric_alarm": {**_DIMENSIONS, "metric_query": {"metric": _DIMENSIONS}},
    "resource.aws_codedeploy_deployment_config": {
        "minimum_healthy_hosts": {},
        "traffic_routing_config": {"time_based_canary": {}, "time_based_linear": {}},
        "zonal_config": {"minimum_healthy_hosts_per_zone": {}},
    },
    "resource.aws_codedeploy_deployment_group": {
        "alarm_configuration": {},
        "auto_rollback_configuration": {},
        "deployment_style": {},
        "trigger_configuration": {},
    },
    "resource.aws_dynamodb_table": {
        "attribute": {},
        "global_secondary_index": {"on_demand_throughput": {}},
        "local_secondary_index": {},
        "on_demand_throughput": {},
        "point_in_time_recovery": {},
        "replica": {},
        "server_side_encryption": {},
        "timeouts": {},
        "ttl": {},
    },
    "resource.aws_kms_key": {"timeouts": {}},
    "resource.aws_lambda_alias": {"routing_config": {"additional_version_weights": None}},
    "resource.aws_lambda_event_source_mapping": {
        "destination_config": {"on_failure": {}},
        "filter_criteria": {"filter": {}},
        "metrics_config": {},
        "provisioned_poller_config": {},
        "scaling_config": {},
    },
    "resource.aws_lambda_function": {
        "dead_letter_config": {},
        "environment": {"variables": None},
        "ephemeral_storage": {},
        "file_system_config": {},
        "image_config": {},
        "logging_config": {},
        "snap_start": {},
        "timeouts": {},
        "tracing_config": {},
        "vpc_config": {},
    },
    "resource.aws_scheduler_schedule": {
        "flexible_time_window": {},
        "target": {
            "dead_letter_config": {},
            "ecs_parameters": {
                "capacity_provider_strategy": {},
                "network_configuration": {},
                "placement_constraints": {},
                "placement_strategy": {},
                "tags": None,
            },
            "eventbridge_parameters": {},
            "kinesis_parameters": {},
            "retry_policy": {},
            "sagemaker_pipeline_parameters": {"pipeline_parameter": {}},
            "sqs_parameters": {},
        },
    },
    "resource.aws_sqs_queue": {"timeouts": {}},
    "data.terraform_remote_state": {"config": None, "defaults": None},
}
"""The shapes of the provider, of the resources that the constructs create, and of what CDKTF adds for references to other
stacks. A test compares them with the schema.
"""
_TAGS: Shape = {"tags": None, "tags_all": None}
"""Attributes of most AWS resources."""


class Shapes:
    """The shapes of providers, resources and data sources: the built-in ones, or those of a schema."""

    def __init__(self, schema: Path | None = None) -> None:
        """Read the output of `terraform providers schema -json`. Raises UsageError if the file has another content."""
        self._shapes = BUILT_IN if schema is None else _read(schema)

    def of(self, section: str, kind: str) -> Shape:
        """Return the shape for `provider`, `resource` or `data`, and a type. It is empty for a type that is not known."""
        return {**_TAGS, **self._shapes.get(f"{section}.{kind}", {})}


def _read(path: Path) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    try:
        for source, provider in json.loads(path.read_bytes())["provider_schemas"].items():
            shapes[f"provider.{source.rpartition('/')[2]}"] = _shape(provider.get("provider", {}).get("block", {}))
            for section in ("resource", "data"):
                schemas = provider.get("resource_schemas" if section == "resource" else "data_source_schemas", {})
                shapes |= {f"{section}.{kind}": _shape(schema.get("block", {})) for kind, schema in schemas.items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is not the output of `terraform providers schema -json`") from error
    return shapes


def _shape(block: dict[str, Any]) -> Shape:
    attributes = block.get("attributes", {}).items()
    shape: Shape = {name: None for name, attribute in attributes if attribute.get("type") not in _SIMPLE}
    return shape | {name: _shape(nested["block"]) for name, nested in block.get("block_types", {}).items()}
