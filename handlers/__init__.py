"""What runs inside Lambda. It imports nothing of the rest of this repository."""
