"""What may a stranger see? The public folder, part by part, and what is read back from it."""
