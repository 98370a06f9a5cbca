"""Makes CDKTF fast: loads the AWS bindings on first use, and reads their annotations only once, not in every type check."""

from queuesmith.fast_cdktf.installation import install

__all__ = ["install"]
