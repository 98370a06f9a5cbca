"""Builds the zips of functions."""
