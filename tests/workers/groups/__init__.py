"""A worker whose messages say how they end."""
