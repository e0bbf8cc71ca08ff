"""The screens: passive frames that show what their presenter says and tell it what the person did."""
