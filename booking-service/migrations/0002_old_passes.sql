-- Passes that nobody can present any more are deleted by the service itself.
GRANT DELETE ON passes TO @service_role@;
