"""High Mobility: BMW and MINI by the Auto API, with webhooks; read-only."""
