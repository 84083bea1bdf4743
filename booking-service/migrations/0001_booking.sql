-- Concerts, their shows, and who has which seat.

CREATE TABLE concerts (
    id uuid PRIMARY KEY,
    title text NOT NULL,
    artist text NOT NULL,
    venue text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shows (
    id uuid PRIMARY KEY,
    concert_id uuid NOT NULL REFERENCES concerts,
    starts_at timestamptz NOT NULL,
    sale_opens_at timestamptz NOT NULL,
    sale_closes_at timestamptz NOT NULL,
    closed boolean NOT NULL DEFAULT false,        -- by hand, whatever the time
    admission_capacity int NOT NULL CHECK (admission_capacity >= 0),
    CHECK (sale_opens_at < sale_closes_at)
);
CREATE INDEX shows_concert ON shows (concert_id, id);

-- The layout. Never changes: it is kept in memory and cached by clients.
CREATE TABLE sections (
    show_id uuid NOT NULL REFERENCES shows,
    first_seat int NOT NULL CHECK (first_seat >= 1),
    name text NOT NULL,
    rows int NOT NULL CHECK (rows >= 1),
    seats_per_row int NOT NULL CHECK (seats_per_row >= 1),
    price bigint NOT NULL CHECK (price BETWEEN 1 AND 1000000000000),
    PRIMARY KEY (show_id, first_seat)
);

-- One row a seat, locked by whoever claims, sells or frees it. No foreign keys here and in reservations:
-- each would lock the show's row once a seat, and a show on sale is one row for everybody.
CREATE TABLE seats (
    show_id uuid NOT NULL,
    seat_no int NOT NULL CHECK (seat_no >= 1),
    state text NOT NULL DEFAULT 'FREE',
    reservation_id uuid,
    fence bigint NOT NULL DEFAULT 0 CHECK (fence >= 0),  -- raised by each claim
    held_until timestamptz,
    PRIMARY KEY (show_id, seat_no),
    CHECK (CASE state
               WHEN 'HELD' THEN reservation_id IS NOT NULL AND held_until IS NOT NULL AND fence > 0
               WHEN 'SOLD' THEN reservation_id IS NOT NULL AND held_until IS NULL AND fence > 0
               WHEN 'FREE' THEN reservation_id IS NULL AND held_until IS NULL
               WHEN 'BLOCKED' THEN reservation_id IS NULL AND held_until IS NULL
               ELSE false
           END)
) WITH (fillfactor = 50);  -- a page holds the next version of each of its rows

CREATE TABLE reservations (
    id uuid PRIMARY KEY,
    show_id uuid NOT NULL,
    user_id text NOT NULL CHECK (user_id <> ''),
    token_id uuid,                                       -- of the pass; NULL: a show without a queue
    state text NOT NULL CHECK (state IN ('HELD', 'PAYING', 'CONFIRMED', 'PARTLY_CANCELLED', 'CANCELLED',
                                         'EXPIRED')),
    seats int[] NOT NULL CHECK (cardinality(seats) BETWEEN 1 AND 8),
    fences bigint[] NOT NULL,                            -- of each of them, when it was claimed
    total bigint NOT NULL CHECK (total >= 1),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    held_until timestamptz NOT NULL,
    attempt int NOT NULL CHECK (attempt >= 0),
    decline text NOT NULL,                               -- why the last attempt was declined
    version bigint NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    CHECK (cardinality(fences) = cardinality(seats)),
    CHECK (state NOT IN ('PAYING', 'CONFIRMED', 'PARTLY_CANCELLED') OR attempt > 0),
    CHECK (decline = '' OR attempt > 0)
) WITH (fillfactor = 80);

-- What a user has, newest first.
CREATE INDEX reservations_user ON reservations (user_id, id);
-- What the sweeper looks for.
CREATE INDEX reservations_live ON reservations (held_until) WHERE state IN ('HELD', 'PAYING');

-- One row for each queue token that was used or heard of. Locked before seats and reservations.
CREATE TABLE passes (
    token_id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'USABLE' CHECK (state IN ('USABLE', 'SPENT', 'ENDED')),
    generation int NOT NULL DEFAULT 0 CHECK (generation >= 0),  -- older ones are refused
    reservation_id uuid,                                        -- the last that used it
    held_until timestamptz,                                     -- while that is live
    CHECK (held_until IS NULL OR reservation_id IS NOT NULL),
    CHECK (state <> 'SPENT' OR (reservation_id IS NOT NULL AND held_until IS NULL))
) WITH (fillfactor = 60);

GRANT SELECT, INSERT ON concerts, sections TO @service_role@;
GRANT SELECT, INSERT, UPDATE ON shows, seats, reservations, passes TO @service_role@;
