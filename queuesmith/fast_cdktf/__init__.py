"""Makes CDKTF fast: loads the AWS bindings when they are used, and reads the annotations for type checks once."""

from queuesmith.fast_cdktf.installation import install

__all__ = ["install"]
