"""A throw-away clinic: invented patients, a simulated sensor, and a second node that plays the hospital."""
