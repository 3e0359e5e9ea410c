"""What does a person meet? Who one is today, the registry of actions, and their forms, on which pages and API rest."""
