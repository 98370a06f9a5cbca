"""Writes a synthesized stack as Terraform files in HCL, for users who leave CDKTF."""

from queuesmith.hcl.ejection import SYNTHESIZE, EjectedFile, Ejection, eject_stack, find_synthesized

__all__ = ["SYNTHESIZE", "EjectedFile", "Ejection", "eject_stack", "find_synthesized"]
