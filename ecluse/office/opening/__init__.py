"""How does an office begin? Its first officers and keys, its opening balances, the tables that it brings in."""
