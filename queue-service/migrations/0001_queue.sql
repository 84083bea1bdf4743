-- The waiting room: a gate for each show that is sold through the queue, and the tokens of its line.

CREATE TABLE gates (
    show_id      uuid PRIMARY KEY,
    opens_at     timestamptz NOT NULL,
    capacity     int    NOT NULL CHECK (capacity > 0),
    active       int    NOT NULL DEFAULT 0,
    tail         bigint NOT NULL DEFAULT 0,
    watermark    bigint NOT NULL DEFAULT 0,
    waiting      bigint NOT NULL DEFAULT 0,
    departures   bigint NOT NULL DEFAULT 0 CHECK (departures >= 0),
    mean_stay_ms bigint NOT NULL CHECK (mean_stay_ms >= 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT gates_never_above_capacity CHECK (active BETWEEN 0 AND capacity),
    -- Everyone who waits has a number above the watermark and up to the tail.
    CONSTRAINT gates_line_counted CHECK (watermark BETWEEN 0 AND tail
                                         AND waiting BETWEEN 0 AND tail - watermark)
) WITH (fillfactor = 50);

CREATE TABLE tokens (
    id             uuid PRIMARY KEY,
    show_id        uuid   NOT NULL REFERENCES gates,
    user_id        text COLLATE "C" NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 128),
    number         bigint NOT NULL CHECK (number >= 1),
    state          text   NOT NULL CHECK (state IN ('WAITING', 'ADMITTED', 'COMPLETED', 'EXPIRED',
                                                    'LEFT', 'REVOKED', 'ABANDONED')),
    generation     int    NOT NULL CHECK (generation >= 1),
    heartbeat_at   timestamptz NOT NULL,
    admitted_at    timestamptz,
    expires_at     timestamptz,
    reservation_id uuid,
    departure      bigint,
    version        bigint NOT NULL CHECK (version >= 1),
    joined_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tokens_numbered_once UNIQUE (show_id, number),
    CONSTRAINT tokens_admitted_or_not CHECK
        ((admitted_at IS NULL) = (expires_at IS NULL)
         AND (state NOT IN ('WAITING', 'ABANDONED') OR admitted_at IS NULL)
         AND (state NOT IN ('ADMITTED', 'COMPLETED', 'EXPIRED', 'REVOKED') OR admitted_at IS NOT NULL)),
    CONSTRAINT tokens_completed_by_a_reservation CHECK
        ((reservation_id IS NOT NULL) = (state = 'COMPLETED')),
    -- Who ended without having been admitted left a hole in the line.
    CONSTRAINT tokens_departed_or_not CHECK
        ((departure IS NOT NULL) = (state IN ('LEFT', 'ABANDONED') AND admitted_at IS NULL))
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX tokens_one_live_a_user ON tokens (show_id, user_id)
    WHERE state IN ('WAITING', 'ADMITTED');
CREATE INDEX tokens_waiting ON tokens (show_id, number) WHERE state = 'WAITING';
CREATE INDEX tokens_heard_of ON tokens (heartbeat_at) WHERE state = 'WAITING';
CREATE INDEX tokens_inside ON tokens (expires_at) WHERE state = 'ADMITTED';
CREATE UNIQUE INDEX tokens_departed ON tokens (show_id, departure) INCLUDE (number)
    WHERE departure IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON gates, tokens TO @service_role@;
