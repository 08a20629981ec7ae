"""The stages of the flow, a package each: ``pipeline.py`` wires, ``nodes.py`` unpacks and calls the library."""
