"""Builds each function's zip from the worker's code, the project's code that it imports, and its locked requirements."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.packaging.build import BuiltZip, build_zip
    from queuesmith.packaging.function_zips import FunctionZip, build_all, zips_to_build
    from queuesmith.packaging.platforms import Platform

__all__ = ["BuiltZip", "FunctionZip", "Platform", "build_all", "build_zip", "zips_to_build"]

__getattr__ = lazy_exports(__name__)  # lazy, so that `package --help` starts without pydantic
