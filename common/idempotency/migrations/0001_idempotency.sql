-- Idempotency keys: a row is inserted by the claim, and completed with the answer in the same transaction.
CREATE TABLE public.idempotency_keys (
    scope uuid PRIMARY KEY,
    body_hash bytea NOT NULL,
    status smallint,
    content_type text,
    location text,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 60);  -- room for the completed row beside the claimed one

CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.idempotency_keys TO @service_role@;
