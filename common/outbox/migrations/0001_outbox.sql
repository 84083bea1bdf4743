-- The outbox: one row for each record that shall be in a topic. Insert-only; names as Debezium's outbox
-- router reads them, so that it can take the relay's place.
CREATE TABLE public.outbox (
    -- Drawn under the lock of the aggregate: for one key, the order of ids is the order of its events.
    id bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    version bigint,                -- of the aggregate; dead letters have none
    type text NOT NULL,
    topic text NOT NULL,           -- without the prefix of the environment
    key bytea,
    payload bytea,
    time timestamptz NOT NULL,     -- when it happened
    traceparent text NOT NULL,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    headers bytea,                 -- of dead letters: raw names and values, in order
    partition integer,             -- of dead letters: where the original was
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (created_at);

-- Paging a window, and finding its ends: see the relay.
CREATE INDEX outbox_id ON public.outbox (id);
CREATE INDEX outbox_tx_id ON public.outbox (tx, id);

INSERT INTO public.partitioned_tables (table_name, key_type, days_behind, retention_min)
VALUES ('outbox', 'time', 1, interval '1 day');
SELECT public.ensure_partitions(14);

GRANT INSERT ON public.outbox TO @service_role@;
GRANT SELECT ON public.outbox TO @relay_role@;
