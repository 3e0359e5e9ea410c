"""How do logs stand on disk and speak over HTTP? Tiles and bundles, a witness's memory and service, a full check."""
