-- A key is written once, with its answer. Whoever finds it written since it looked has lost a race: faults that
-- violate a constraint called "..._claim" blame nobody, and the batch runs again.
DELETE FROM public.idempotency_keys WHERE status IS NULL;
ALTER TABLE public.idempotency_keys
    ALTER COLUMN status SET NOT NULL,
    ALTER COLUMN content_type SET NOT NULL,
    ALTER COLUMN location SET NOT NULL,
    ALTER COLUMN body SET NOT NULL,
    SET (fillfactor = 100);
ALTER TABLE public.idempotency_keys RENAME CONSTRAINT idempotency_keys_pkey TO idempotency_keys_claim;
