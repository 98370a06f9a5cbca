"""The sample's work with Powertools only."""
