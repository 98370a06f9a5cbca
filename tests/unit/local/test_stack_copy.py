"""A stack is copied for the emulator, with the emulator's settings in a separate file."""

from __future__ import annotations

import json
from pathlib import Path

from queuesmith.local.stack_copy import OVERRIDE, copy_stack

STACK = {"resource": {"aws_lambda_function": {"f": {"function_name": "f", "filename": "a.zip"}}, "aws_sqs_queue": {"q": {}}}}


def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    return folder


def test_emulator_settings_are_in_a_separate_file(tmp_path: Path) -> None:
    package = tmp_path / "orders.zip"
    package.write_bytes(b"PK")
    copy_stack(stack(tmp_path), tmp_path / "copy", {"sqs": "https://127.0.0.1:1"}, {"f": package})
    assert json.loads((tmp_path / "copy" / "cdk.tf.json").read_text()) == STACK
    override = json.loads((tmp_path / "copy" / OVERRIDE).read_text())
    (provider,) = override["provider"]["aws"]
    assert provider["endpoints"] == [{"sqs": "https://127.0.0.1:1"}]
    assert provider["allowed_account_ids"] == []
    assert override["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
    assert override["resource"]["aws_lambda_function"]["f"]["filename"] == "host-orders.zip"
    assert (tmp_path / "copy" / "host-orders.zip").read_bytes() == b"PK"
    assert not list((tmp_path / "stack").glob("zz_*"))


def test_each_function_gets_the_package_of_its_own_worker(tmp_path: Path) -> None:
    orders, mail = tmp_path / "orders.zip", tmp_path / "mail.zip"
    orders.write_bytes(b"orders")
    mail.write_bytes(b"mail")
    functions = {
        "orders": {"function_name": "dev-orders", "filename": "a.zip"},
        "mail": {"function_name": "dev-mail", "s3_bucket": "b", "s3_key": "k", "s3_object_version": "1"},
        "other": {"function_name": "theirs", "filename": "c.zip"},
    }
    source = tmp_path / "stack"
    source.mkdir()
    (source / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_lambda_function": functions}}))
    copy_stack(source, tmp_path / "copy", {}, {"dev-orders": orders, "dev-mail": mail})
    override = json.loads((tmp_path / "copy" / OVERRIDE).read_text())["resource"]["aws_lambda_function"]
    assert override["orders"].keys() == {"filename", "source_code_hash"}
    assert (tmp_path / "copy" / override["orders"]["filename"]).read_bytes() == b"orders"
    assert (tmp_path / "copy" / override["mail"]["filename"]).read_bytes() == b"mail"
    assert {override["mail"][name] for name in ("s3_bucket", "s3_key", "s3_object_version")} == {None}
    assert "other" not in override


def test_assumed_role_is_removed_from_the_copy(tmp_path: Path) -> None:
    source = stack(tmp_path)
    (source / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": [{"region": "r", "assume_role": [{}]}]}}))
    copy_stack(source, tmp_path / "copy", {})
    assert json.loads((tmp_path / "copy" / "cdk.tf.json").read_text()) == {"provider": {"aws": [{"region": "r"}]}}


def test_replacement_of_an_arn_replaces_the_whole_arn(tmp_path: Path) -> None:
    source = stack(tmp_path)
    arns = ["arn:aws:sqs:r:1:q", "arn:aws:sqs:r:1:q-dlq", "arn:aws:sqs:r:1:q.fifo"]
    (source / "cdk.tf.json").write_text(json.dumps({"policy": json.dumps(arns)}))
    copy_stack(source, tmp_path / "copy", {}, replacements={arns[0]: "theirs", arns[1]: "dead"})
    policy = json.loads((tmp_path / "copy" / "cdk.tf.json").read_text())["policy"]
    assert json.loads(policy) == ["theirs", "dead", arns[2]]


def test_second_copy_keeps_only_terraforms_files(tmp_path: Path) -> None:
    source, copy = stack(tmp_path), tmp_path / "copy"
    (source / "assets").mkdir()
    copy_stack(source, copy, {})
    for name in (".terraform/providers", "old"):
        (copy / name).mkdir(parents=True)
    kept = {".terraform", ".terraform.lock.hcl", "terraform.tfstate", "terraform.tfstate.backup"}
    for name in [*sorted(kept - {".terraform"}), "old.zip"]:
        (copy / name).touch()
    (source / "cdk.tf.json").write_text("{}")
    copy_stack(source, copy, {})
    assert {path.name for path in copy.iterdir()} == kept | {"cdk.tf.json", "assets", OVERRIDE}
    assert (copy / "cdk.tf.json").read_text() == "{}"
