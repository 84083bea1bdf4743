-- Records that a consumer could not read or refused for good, and those that wait behind them. The truth
-- for counts, search and replay: a Kafka topic cannot lose a single record.

CREATE TABLE public.dead_letter (
    id uuid PRIMARY KEY,
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    record_time timestamptz NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    key bytea,
    value bytea,
    headers bytea NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    -- PARKED: a follower that waits behind the dead letter of its key.
    state text NOT NULL
        CHECK (state IN ('OPEN', 'REPLAYING', 'APPLIED', 'DUPLICATE', 'PARKED', 'DISCARDED')),
    failed_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    replay_count integer NOT NULL DEFAULT 0,
    replay_id uuid,
    changed_by text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    -- A redelivery is no second letter.
    UNIQUE (consumer, topic, partition, record_offset, event_id)
);

CREATE INDEX dead_letter_unresolved ON public.dead_letter (consumer, topic, key, record_offset)
    WHERE state IN ('OPEN', 'REPLAYING', 'PARKED');

GRANT SELECT, INSERT, UPDATE ON public.dead_letter TO @service_role@;
