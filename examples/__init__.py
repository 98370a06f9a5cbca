"""Small, complete examples. README.md in this folder describes each of them."""
