"""What does each subcommand of the office do? One file a family; `ecluse/__main__.py` names them."""
