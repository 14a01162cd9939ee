"""The legacy ConnectedDrive API: what is read, sent and followed."""
