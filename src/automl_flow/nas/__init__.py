"""Neural architecture search: spaces of networks, strategies that search them, and the networks that they find.

Nothing is imported here, so that the samplers can be used without torch.
"""
