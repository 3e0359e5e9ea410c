"""How do real tables come in? Sheets in many spellings, headings by a map, strict cells, every fault by its place."""
