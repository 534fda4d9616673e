"""Breaking the service on purpose: the harm, the people who go on regardless, and the check that nothing was lost."""
