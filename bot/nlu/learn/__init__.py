"""How what a message means is learnt, offline: ./run learn. Nothing of this runs while the assistant serves."""
