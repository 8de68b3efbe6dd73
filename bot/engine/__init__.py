"""What adapts Rasa to us. Outside this folder, only the components of bot/nlu, the channels and actions/ know Rasa."""
