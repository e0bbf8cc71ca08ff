"""The logic of the screens, without Tk: one module for each, with the view and the ports that it needs."""
