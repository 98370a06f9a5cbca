"""The function's code: a local zip, an object in S3, or an image. This module does not build code."""

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
    """Return the arguments of `aws_lambda_function` for the code and its handler.

    A local zip is copied into the stack's folder, so that the output does not depend on the original. Raises ArtifactError if
    the zip does not exist or is not a zip.
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
    """A stack's copy of a zip. Functions with the same zip share it."""

    filename: str
    """The path, relative to the stack's folder."""
    hash: str
    """The hash in Lambda's format: SHA-256 in Base64."""


_packages: WeakKeyDictionary[TerraformStack, dict[Path, _Package]] = WeakKeyDictionary()


def _package(stack: TerraformStack, path: Path) -> _Package:
    packages = _packages.setdefault(stack, {})
    if path not in packages:
        digest = hashlib.sha256(path.read_bytes()).digest()
        shown = digest.hex()[:32]
        own_id = f"package-{path.stem}-{shown[:8]}"
        existing = cast(TerraformAsset | None, stack.node.try_find_child(own_id))  # the same zip in another folder
        asset = existing or TerraformAsset(stack, own_id, path=str(path), type=AssetType.FILE, asset_hash=shown)
        packages[path] = _Package(asset.path, base64.b64encode(digest).decode())
    return packages[path]
