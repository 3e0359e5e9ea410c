"""How is custody told in the words of EPCIS 2.0, and how are such documents read? Values alone: no file, no clock."""
