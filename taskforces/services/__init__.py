"""How the task force's, consultations' and dialogues' records are written."""
