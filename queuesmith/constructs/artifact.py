"""Where the function's code comes from. Nothing here builds code."""

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
from queuesmith.settings import ArtifactSettings, S3Object


class ArtifactError(ValueError):
    """A local zip that is not there, or is none."""


@dataclass(frozen=True)
class Artifact:
    """A local zip, an object in S3, or an image in ECR: whichever of the three is given."""

    path: Path | None = None
    s3_object: S3Object | None = None
    image_uri: str | None = None

    @classmethod
    def local(cls, path: str | Path) -> Artifact:
        """A zip on this machine. It is copied into the stack's own folder, so that the output stands alone.

        Raises ArtifactError where there is none.
        """
        if complaint := complaint_about_zip(path):
            raise ArtifactError(f'The artifact is "{path}", {complaint}')
        return cls(path=Path(path))

    @classmethod
    def of(cls, settings: ArtifactSettings) -> Artifact:
        """The artifact that the settings name."""
        if settings.zip is not None:
            return cls.local(settings.zip)
        if settings.s3 is not None:
            return cls(s3_object=settings.s3)
        return cls(image_uri=settings.image)

    def function_arguments(self, scope: Construct, handler: str, runtime: str) -> dict[str, Any]:
        """The arguments of `aws_lambda_function` that say where the code is and how it is entered."""
        if self.image_uri is not None:
            return {"package_type": "Image", "image_uri": self.image_uri}
        entry = {"handler": handler, "runtime": runtime}
        if self.s3_object is not None:
            location = {"s3_bucket": self.s3_object.bucket, "s3_key": self.s3_object.key}
            version = {"s3_object_version": self.s3_object.version} if self.s3_object.version else {}
            return {**entry, **location, **version}
        if self.path is None:
            raise ValueError("an artifact is a local zip, an object in S3 or an image: give one of them")
        package = _package(TerraformStack.of(scope), self.path.resolve())
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
        there = cast(TerraformAsset | None, stack.node.try_find_child(own_id))  # the same bytes, from another folder
        asset = there or TerraformAsset(stack, own_id, path=str(path), type=AssetType.FILE, asset_hash=shown)
        packages[path] = _Package(asset.path, base64.b64encode(digest).decode())
    return packages[path]
