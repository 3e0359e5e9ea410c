"""How do programs speak with the office? The same registry as the pages, typed, under tokens, with the same grounds."""
