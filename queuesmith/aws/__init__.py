"""What the commands share: how AWS is reached, what its refusals mean, and where a worker's parts are."""
