"""Controls of the kiosk. Each is reached by Tab, shows a focus ring, and is at least 48 design pixels high."""
