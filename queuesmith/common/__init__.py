"""What every room uses: errors, files, texts, times and signals. Imports nothing of the project."""
