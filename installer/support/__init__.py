"""What a person hands to IT when something does not work: facts about the terminal, nothing about people."""
