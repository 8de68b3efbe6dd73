"""What tells personal details in a text: their form (`written`), or the words around them (the rest)."""
