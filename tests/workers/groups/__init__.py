"""A worker whose messages name their outcome."""
