-- Partitions of a day, for tables of any room: made ahead of time and never by the service's own rights.

-- What is partitioned. A room registers its table in its own migration.
CREATE TABLE public.partitioned_tables (
    table_name text PRIMARY KEY,
    -- time: the key is a timestamptz; uuid_v7: the key is a UUID whose first 48 bits are milliseconds.
    key_type text NOT NULL CHECK (key_type IN ('time', 'uuid_v7')),
    -- How many days before today the very first partition begins.
    days_behind integer NOT NULL CHECK (days_behind >= 0),
    -- No clean-up may drop what is younger, whatever it is told.
    retention_min interval NOT NULL
);
GRANT SELECT ON public.partitioned_tables TO @service_role@, @relay_role@;

CREATE FUNCTION public.partition_bound(key_type text, day date) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE key_type
        WHEN 'time' THEN to_char(day, 'YYYY-MM-DD') || ' 00:00:00+00'
        ELSE regexp_replace(
                 lpad(to_hex((day - date '1970-01-01')::bigint * 86400000), 12, '0'),
                 '^(.{8})(.{4})$', '\1-\2-0000-0000-000000000000')
    END
$$;

-- The days of a table's partitions.
CREATE FUNCTION public.partition_days(of_table text) RETURNS SETOF date
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_date(right(child.relname, 8), 'YYYYMMDD')
    FROM pg_inherits AS inherits
    JOIN pg_class AS child ON child.oid = inherits.inhrelid
    WHERE inherits.inhparent = to_regclass(format('public.%I', of_table))
$$;

-- Makes the missing partitions up to `days_ahead` days after today (UTC); returns how many. A table is
-- made plain and then attached: that lets inserts go on, where PARTITION OF would lock them out.
CREATE FUNCTION public.ensure_partitions(days_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    registered record;
    day date;
    partition text;
    made integer := 0;
BEGIN
    IF days_ahead NOT BETWEEN 0 AND 400 THEN
        RAISE EXCEPTION 'days_ahead must be between 0 and 400' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(7030271146280014196);
    FOR registered IN SELECT * FROM public.partitioned_tables ORDER BY table_name LOOP
        SELECT coalesce(max(present) + 1, today - registered.days_behind) INTO day
        FROM public.partition_days(registered.table_name) AS present;
        WHILE day <= today + days_ahead LOOP
            partition := registered.table_name || '_' || to_char(day, 'YYYYMMDD');
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS '
                           'INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)',
                           partition, registered.table_name);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                           registered.table_name, partition,
                           public.partition_bound(registered.key_type, day),
                           public.partition_bound(registered.key_type, day + 1));
            made := made + 1;
            day := day + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

-- How many days after today every partitioned table can still take rows; NULL if none is partitioned.
CREATE FUNCTION public.partition_days_ahead() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(coalesce((SELECT max(day) FROM public.partition_days(table_name) AS day), '1970-01-01')
               - (now() AT TIME ZONE 'UTC')::date)
    FROM public.partitioned_tables
$$;

REVOKE ALL ON FUNCTION public.ensure_partitions(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.partition_days_ahead() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ensure_partitions(integer) TO @service_role@, @relay_role@;
GRANT EXECUTE ON FUNCTION public.partition_days_ahead() TO @service_role@, @relay_role@;
