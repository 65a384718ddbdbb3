# Emitted by scripts/generate.py from openapi.yaml (1.0.0); do not edit: change the contract, its overlay or client.yaml.
"""Contains methods for accessing the API"""
