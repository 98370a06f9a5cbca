"""Set-up, lock files and generated pages, for a checkout. The wheel does not contain this package."""
