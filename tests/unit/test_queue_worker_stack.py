"""The other parts of an environment's stack: provider, backend, tags, topic, outputs and ids."""

from __future__ import annotations

import pytest

from tests.unit.conftest import Synthesized


def test_alarms_notify_an_existing_topic(synthesized: Synthesized) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:on-call"
    stack = synthesized(environment={"alarm_destination": {"topic_arn": topic}})
    assert "aws_sns_topic" not in stack["resource"]
    alarms = stack["resource"]["aws_cloudwatch_metric_alarm"].values()
    assert all(alarm["alarm_actions"] == [topic] for alarm in alarms)


def test_outputs_have_the_names_that_a_pipeline_needs(synthesized: Synthesized) -> None:
    assert set(synthesized()["output"]) == {
        "orders_queue_url",
        "orders_queue_arn",
        "orders_dead_letter_queue_url",
        "orders_dead_letter_queue_arn",
        "orders_function_name",
        "orders_log_group",
        "orders_operator_act_policy",
        "orders_operator_read_policy",
        "orders_producer_policy",
        "orders_table",
    }


def test_provider_version_is_a_range(synthesized: Synthesized) -> None:
    assert synthesized()["terraform"]["required_providers"] == {
        "aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
    }


def test_local_state_is_outside_the_build_output(synthesized: Synthesized) -> None:
    assert synthesized()["terraform"]["backend"] == {"local": {"path": "../../../state/test.tfstate"}}


def test_state_in_s3_is_locked_by_s3(synthesized: Synthesized) -> None:
    backend = {"type": "s3", "bucket": "states", "region": "eu-west-1", "prefix": "team"}
    assert synthesized(environment={"backend": backend})["terraform"]["backend"] == {
        "s3": {"bucket": "states", "key": "team/test.tfstate", "region": "eu-west-1", "encrypt": True, "use_lockfile": True}
    }


def test_provider_assumes_the_role_of_the_settings(synthesized: Synthesized) -> None:
    role = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "external_id": "orders", "session_name": "release"}
    (provider,) = synthesized(environment={"assume_role": role})["provider"]["aws"]
    assert provider["assume_role"] == [role]
    (provider,) = synthesized()["provider"]["aws"]
    assert "assume_role" not in provider


@pytest.mark.parametrize("kept", [True, False])
def test_prevent_destroy_protects_queues_and_tables(synthesized: Synthesized, *, kept: bool) -> None:
    resources = synthesized(environment={"prevent_destroy": kept})["resource"]
    lifecycles = [
        item.get("lifecycle") for kind in ("aws_sqs_queue", "aws_dynamodb_table") for item in resources[kind].values()
    ]
    assert lifecycles == [{"prevent_destroy": True} if kept else None] * 3


def test_all_taggable_resources_of_a_worker_have_its_tags(synthesized: Synthesized) -> None:
    resources = synthesized(tags={"team": "shop"})["resource"]
    own = [item for items in resources.values() for name, item in items.items() if name.startswith("orders_")]
    tagged = [item["tags"] for item in own if "tags" in item]
    assert tagged
    assert all(tags == {"worker": "orders", "team": "shop"} for tags in tagged)
    untagged = {kind for kind, items in resources.items() for name, item in items.items() if "tags" not in item}
    of_environment = {"aws_dynamodb_table", "aws_sns_topic", "aws_kms_key"}  # these have the provider's default tags
    have_none = {
        "aws_cloudwatch_dashboard",
        "aws_iam_role_policy",
        "aws_kms_alias",
        "aws_kms_key_policy",
        "aws_sns_topic_policy",
    }
    assert untagged == of_environment | have_none | {"aws_sqs_queue_policy", "aws_sqs_queue_redrive_allow_policy"}


def test_provider_refuses_other_accounts_and_sets_default_tags(synthesized: Synthesized) -> None:
    stack = synthesized(environment={"allowed_account_ids": ["123456789012"], "tags": {"owner": "me"}})
    (provider,) = stack["provider"]["aws"]
    assert provider["allowed_account_ids"] == ["123456789012"]
    assert provider["default_tags"] == [{"tags": {"environment": "test", "owner": "me"}}]


def test_construct_ids_do_not_change(synthesized: Synthesized) -> None:
    """A changed id would replace the resource: a queue with its messages, or a table with its items."""
    addresses = [f"{kind}.{name}" for kind, items in sorted(synthesized()["resource"].items()) for name in sorted(items)]
    assert addresses == [
        "aws_cloudwatch_composite_alarm.orders_alarms_page_8D9A4077",
        "aws_cloudwatch_dashboard.dashboard",
        "aws_cloudwatch_log_group.orders_function_log-group_979A320B",
        "aws_cloudwatch_metric_alarm.orders_alarms_backlog_6C36CCD6",
        "aws_cloudwatch_metric_alarm.orders_alarms_dead-letter-depth_BFAF74ED",
        "aws_cloudwatch_metric_alarm.orders_alarms_dead-letter-expiry_3CAB1A1A",
        "aws_cloudwatch_metric_alarm.orders_alarms_duration_67CA83E0",
        "aws_cloudwatch_metric_alarm.orders_alarms_error-rate_2DBA816B",
        "aws_cloudwatch_metric_alarm.orders_alarms_errors_068E515D",
        "aws_cloudwatch_metric_alarm.orders_alarms_expiry_58D0A5CB",
        "aws_cloudwatch_metric_alarm.orders_alarms_in-flight_7AAB89BF",
        "aws_cloudwatch_metric_alarm.orders_alarms_oldest-message-age_C5EAB902",
        "aws_cloudwatch_metric_alarm.orders_alarms_throttles_11EEF932",
        "aws_cloudwatch_metric_alarm.orders_alarms_time-to-drain_7DBFF9B9",
        "aws_dynamodb_table.tables_orders_table_4FC6499E",
        "aws_iam_role.orders_function_role_653E5D82",
        "aws_iam_role_policy.orders_function_policy_80B80876",
        "aws_kms_alias.alarm-topic_alias_E5379BBE",
        "aws_kms_key.alarm-topic_key_E8B5128E",
        "aws_kms_key_policy.alarm-topic_key-policy_8A922FB8",
        "aws_lambda_event_source_mapping.orders_source_mapping_AD2C4849",
        "aws_lambda_function.orders_function_71601F08",
        "aws_sns_topic.alarm-topic",
        "aws_sns_topic_policy.alarm-topic_policy_BF9A07B7",
        "aws_sqs_queue.orders_queue_B32D019B",
        "aws_sqs_queue.orders_queue_dead-letter-queue_9FD894AC",
        "aws_sqs_queue_policy.orders_queue_dead-letter-tls-only_99F90F7D",
        "aws_sqs_queue_policy.orders_queue_tls-only_53DDA5EC",
        "aws_sqs_queue_redrive_allow_policy.orders_queue_redrive-allow-policy_265C4A15",
    ]
