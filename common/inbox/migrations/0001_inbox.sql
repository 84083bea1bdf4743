-- What each consumer did with each event: the claim that makes an effect happen once. Partitioned by
-- the event's own time (event_id is a UUIDv7): partitioned by arrival, it would not deduplicate.
CREATE TABLE public.inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('applied', 'ignored', 'dead', 'parked', 'discarded')),
    reason text NOT NULL DEFAULT '',
    topic text NOT NULL,           -- without the prefix of the environment
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
) PARTITION BY RANGE (event_id);

-- What keeps a partition from being dropped.
CREATE INDEX inbox_unresolved ON public.inbox (event_id) WHERE outcome IN ('dead', 'parked');

INSERT INTO public.partitioned_tables (table_name, key_type, days_behind, retention_min)
VALUES ('inbox', 'uuid_v7', 30, interval '15 days');
SELECT public.ensure_partitions(14);

-- Keys whose head is a dead letter (blocked), or is resolved while followers still wait (draining).
-- Whoever parks, replays, drains or discards locks the row.
CREATE TABLE public.blocked_keys (
    consumer text NOT NULL,
    topic text NOT NULL,
    key bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('blocked', 'draining')),
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, key)
);
CREATE INDEX blocked_keys_draining ON public.blocked_keys (consumer, since) WHERE state = 'draining';

-- Drops the oldest partitions, older than `retention`; returns how many. Stops at the first that holds
-- a dead or parked event: it must stay claimable. Events older than the oldest partition are refused.
CREATE FUNCTION public.drop_inbox_partitions(retention interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    keep_from date;
    day date;
    partition text;
    unresolved boolean;
    dropped integer := 0;
BEGIN
    SELECT (now() AT TIME ZONE 'UTC' - greatest(retention, retention_min))::date INTO keep_from
    FROM public.partitioned_tables WHERE table_name = 'inbox';
    FOR day IN SELECT present FROM public.partition_days('inbox') AS present ORDER BY present LOOP
        EXIT WHEN day >= keep_from;
        partition := 'inbox_' || to_char(day, 'YYYYMMDD');
        -- Waits for, and then keeps out, whoever writes into it; only a later statement sees it all.
        EXECUTE format('LOCK TABLE public.%I IN SHARE MODE', partition);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE outcome IN (''dead'', ''parked''))',
                       partition) INTO unresolved;
        EXIT WHEN unresolved;
        EXECUTE format('DROP TABLE public.%I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION public.drop_inbox_partitions(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.drop_inbox_partitions(interval) TO @service_role@;
GRANT SELECT, INSERT, UPDATE ON public.inbox TO @service_role@;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.blocked_keys TO @service_role@;
