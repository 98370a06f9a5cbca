"""Makes CDKTF fast: loads the AWS bindings when they are used, sends shorter messages to Node, reads type checks once."""

from queuesmith.fast_cdktf.installation import install

__all__ = ["install"]
