"""The kiosk's back room: adapts archive, node, media and sources to the ports of exam and screens. No Tk."""
