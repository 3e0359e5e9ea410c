"""How does custody leave and enter the office as EPCIS 2.0? Told from records, taken in by the desk's actions."""
