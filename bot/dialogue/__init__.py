"""What is answered, decided without Rasa: chances in, a decision out."""
