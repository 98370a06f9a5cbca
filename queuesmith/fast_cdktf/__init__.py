"""Makes CDKTF fast: lazy AWS bindings, short messages to Node and type checks that are read once."""
