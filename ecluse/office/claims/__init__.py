"""What do the records say of each public claim? One file a family of claims."""
