"""The journal in Home Assistant: its files, entities, events and options."""
