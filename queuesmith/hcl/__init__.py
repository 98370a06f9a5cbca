"""Writes a synthesized stack as Terraform files in HCL, for users who leave CDKTF."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.hcl.ejection import EjectedFile, Ejection, eject_stack, find_synthesized

__all__ = ["EjectedFile", "Ejection", "eject_stack", "find_synthesized"]

__getattr__ = lazy_exports(__name__)  # lazy, so that `eject --help` starts without python-hcl2
