-- What the relay knows: how far it is, what it could not send, and when a partition may go.

-- One row. A snapshot counts as published only once it is durable here.
CREATE TABLE public.relay_cursor (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch bigint NOT NULL DEFAULT 0,      -- raised at each start of a relay: fences its predecessors
    old_snapshot pg_snapshot,             -- all that it sees is published; NULL: nothing is
    window_snapshot pg_snapshot,          -- what is being published now is what this sees beyond it
    last_id bigint NOT NULL DEFAULT 0,    -- how far, inside the window
    system_identifier bigint,             -- of the cluster to which the snapshots belong
    timeline integer,
    -- Who may publish. Another may take over when the time is up, or at once when the holder's session
    -- with the database is gone, as after a crash. What keeps them apart is the epoch, not the lease.
    lease_holder text,
    lease_until timestamptz,
    lease_backend integer,
    lease_backend_start timestamptz
);
INSERT INTO public.relay_cursor DEFAULT VALUES;

-- How many partitions each topic has: another number would move keys to other partitions, and so the
-- relay refuses to go on if it changes.
CREATE TABLE public.relay_topics (
    topic text PRIMARY KEY,        -- with the prefix of the environment
    partitions integer NOT NULL CHECK (partitions > 0),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Rows that can never be sent, and those of the same key behind them.
CREATE TABLE public.outbox_stopped (
    id bigint PRIMARY KEY,
    topic text NOT NULL,
    key bytea,
    reason text NOT NULL,
    stopped_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_stopped_key ON public.outbox_stopped (topic, key, id);

-- Keys that an operator told to go on; a second refusal deletes the mark.
CREATE TABLE public.outbox_resumed (
    topic text NOT NULL,
    key bytea NOT NULL,
    resumed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, key)
);

-- Drops the partitions that are older than `retention`, wholly published, and without a stopped row;
-- returns how many. Refuses while the cursor belongs to another cluster or timeline.
CREATE FUNCTION public.drop_outbox_partitions(retention interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    keep_from date;
    day date;
    partition text;
    published pg_snapshot;
    unpublished boolean;
    dropped integer := 0;
BEGIN
    SELECT (now() AT TIME ZONE 'UTC' - greatest(retention, retention_min))::date INTO keep_from
    FROM public.partitioned_tables WHERE table_name = 'outbox';
    FOR day IN SELECT present FROM public.partition_days('outbox') AS present ORDER BY present LOOP
        EXIT WHEN day >= keep_from;
        partition := 'outbox_' || to_char(day, 'YYYYMMDD');
        -- Waits for, and then keeps out, whoever writes into it; only a later statement sees it all.
        EXECUTE format('LOCK TABLE public.%I IN SHARE MODE', partition);
        SELECT old_snapshot INTO published FROM public.relay_cursor
        WHERE system_identifier = (SELECT s.system_identifier FROM pg_control_system() AS s)
          AND timeline = (SELECT c.timeline_id FROM pg_control_checkpoint() AS c)
          AND pg_snapshot_xmax(old_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
        FOR SHARE;
        EXIT WHEN published IS NULL;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM public.%1$I WHERE tx >= pg_snapshot_xmax($1))'
            '    OR EXISTS (SELECT FROM public.%1$I'
            '               WHERE tx = ANY (ARRAY(SELECT pg_snapshot_xip($1))))'
            '    OR EXISTS (SELECT FROM public.outbox_stopped JOIN public.%1$I USING (id))',
            partition) INTO unpublished USING published;
        EXIT WHEN unpublished;
        EXECUTE format('DROP TABLE public.%I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.relay_cursor, public.outbox_stopped, public.outbox_resumed,
    public.relay_topics TO @relay_role@;
GRANT SELECT ON public.relay_cursor, public.outbox_stopped TO @service_role@;
GRANT SELECT, INSERT ON public.outbox_resumed TO @service_role@;
REVOKE ALL ON FUNCTION public.drop_outbox_partitions(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.drop_outbox_partitions(interval) TO @relay_role@;
