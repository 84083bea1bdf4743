-- Starts counted against ends, so that a record whose handler kills the process is found. One row a
-- partition: written when a process first gets records of it, and record by record only if those
-- were started before and did not end.
CREATE TABLE public.consumer_starts (
    consumer text NOT NULL,
    topic text NOT NULL,            -- without the prefix of the environment
    partition integer NOT NULL,
    record_offset bigint NOT NULL,  -- of the first record that the process got, or of the one alone
    starts integer NOT NULL CHECK (starts >= 0),
    is_alone boolean NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, partition)
);
GRANT SELECT, INSERT, UPDATE ON public.consumer_starts TO @service_role@;
