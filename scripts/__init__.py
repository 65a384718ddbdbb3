"""The chain of documents: published sources become a contract, the contract becomes a client."""
