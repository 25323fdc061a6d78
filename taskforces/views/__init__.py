"""Pages of the task force, its meetings, consultations, partners and dialogues."""
