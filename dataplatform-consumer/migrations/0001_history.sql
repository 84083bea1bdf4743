-- Every event of every topic, once and for ever: what happened, and so the way to rebuild anything.
CREATE TABLE public.history (
    event_id uuid PRIMARY KEY,
    type text NOT NULL,
    topic text NOT NULL,               -- without the prefix of the environment
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    key text NOT NULL,                 -- the aggregate's id
    aggregate text NOT NULL,
    version bigint NOT NULL,
    time timestamptz NOT NULL,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    trace_id text NOT NULL,
    user_id text,                      -- whose story it belongs to; NULL: nobody's
    reservation_id uuid,
    token_id uuid,
    value text NOT NULL,               -- the JSON as it came
    recorded_at timestamptz NOT NULL DEFAULT now(),
    -- Two events that claim to be the same step of one aggregate: the second is refused.
    UNIQUE (topic, key, version)
);
CREATE INDEX history_reservation ON public.history (reservation_id) WHERE reservation_id IS NOT NULL;
CREATE INDEX history_token ON public.history (token_id) WHERE token_id IS NOT NULL;
CREATE INDEX history_trace ON public.history (trace_id);

-- Append-only: nobody who consumes may change what happened.
GRANT SELECT, INSERT ON public.history TO @service_role@;
