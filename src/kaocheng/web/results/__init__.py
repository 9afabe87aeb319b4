"""Results: tables, explanations, freezing, what follows."""
