"""Who is it that asks? Signing in, the hat a person wears, demonstration roles, what was looked at."""
