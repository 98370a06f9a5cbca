"""Makes any Python CDKTF app fast: lazy AWS bindings, type annotations that are read once, and short messages to Node."""

from queuesmith.fast_cdktf.installation import install

__all__ = ["install"]
