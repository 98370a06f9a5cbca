"""Where the function's code comes from: a local zip, an object in S3, or an image. Nothing here builds code."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from cdktf import AssetType, TerraformAsset, TerraformStack
from constructs import Construct

from queuesmith.readers.local_code import complaint_about_zip
from queuesmith.settings import FunctionSettings


class ArtifactError(ValueError):
    """A local zip that does not exist, or is not a zip."""


def code_arguments(scope: Construct, function: FunctionSettings) -> dict[str, Any]:
    """The arguments of `aws_lambda_function` that say where the code is and how it is entered.

    A local zip is copied into the stack's folder, so that the output is complete without it. Raises ArtifactError if the zip
    does not exist or is not a zip.
    """
    artifact = function.artifact
    if artifact.image is not None:
        return {"package_type": "Image", "image_uri": artifact.image}
    entry = {"handler": function.handler, "runtime": function.runtime}
    if artifact.s3 is not None:
        s3 = artifact.s3
        return {**entry, "s3_bucket": s3.bucket, "s3_key": s3.key, "s3_object_version": s3.version}
    path = artifact.zip or ""
    if complaint := complaint_about_zip(path):
        raise ArtifactError(f'function.artifact.zip is "{path}", {complaint}')
    package = _package(TerraformStack.of(scope), Path(path).resolve())
    return {**entry, "filename": package.filename, "source_code_hash": package.hash}


@dataclass(frozen=True)
class _Package:
    """A stack's own copy of a zip: one, however many functions it is for."""

    filename: str
    """From the stack's own folder."""
    hash: str
    """As Lambda has it: SHA-256 in base64."""


_packages: WeakKeyDictionary[TerraformStack, dict[Path, _Package]] = WeakKeyDictionary()


def _package(stack: TerraformStack, path: Path) -> _Package:
    packages = _packages.setdefault(stack, {})
    if path not in packages:
        digest = hashlib.sha256(path.read_bytes()).digest()
        shown = digest.hex()[:32]
        own_id = f"package-{path.stem}-{shown[:8]}"
        existing = cast(TerraformAsset | None, stack.node.try_find_child(own_id))  # the same bytes, from another folder
        asset = existing or TerraformAsset(stack, own_id, path=str(path), type=AssetType.FILE, asset_hash=shown)
        packages[path] = _Package(asset.path, base64.b64encode(digest).decode())
    return packages[path]
