"""The same work on Powertools alone."""
