"""How does a person verify a proof bundle without us? One page that works with no server and no network."""
