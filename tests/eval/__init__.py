"""Development questions and the programme that measures the assistant on them."""
