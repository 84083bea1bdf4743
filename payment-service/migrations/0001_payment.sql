-- Wallets, the payments of reservations, and the double-entry ledger that both are sums of.

CREATE TABLE wallets (
    user_id    text COLLATE "C" PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 128),
    currency   text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    available  bigint NOT NULL CHECK (available >= 0),
    pending    bigint NOT NULL CHECK (pending >= 0),
    version    bigint NOT NULL CHECK (version >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT wallets_balance_bounded CHECK (available + pending <= 1000000000000000)
) WITH (fillfactor = 80);

CREATE TABLE payments (
    reservation_id uuid PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 128),
    state      text   NOT NULL,
    attempt    int    NOT NULL,
    currency   text   NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount     bigint NOT NULL,
    held       bigint NOT NULL,
    captured   bigint NOT NULL,
    refunded   bigint NOT NULL,
    version    bigint NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payments_known_state CHECK (state IN
        ('DECLINED', 'AUTHORIZED', 'CAPTURED', 'PARTLY_REFUNDED', 'REFUNDED', 'VOIDED')),
    -- Only the tombstone of a reservation that never asked for money has no attempt and no amount.
    CONSTRAINT payments_asked_for CHECK
        ((attempt >= 1 AND amount BETWEEN 1 AND 1000000000000)
         OR (state = 'VOIDED' AND attempt = 0 AND amount = 0)),
    CONSTRAINT payments_held_while_authorized CHECK
        (held = CASE WHEN state = 'AUTHORIZED' THEN amount ELSE 0 END),
    CONSTRAINT payments_captured_once_in_full CHECK
        (captured = CASE WHEN state IN ('CAPTURED', 'PARTLY_REFUNDED', 'REFUNDED')
                         THEN amount ELSE 0 END),
    CONSTRAINT payments_refunded_within_capture CHECK
        (CASE state WHEN 'PARTLY_REFUNDED' THEN refunded > 0 AND refunded < captured
                    WHEN 'REFUNDED' THEN refunded = captured
                    ELSE refunded = 0 END)
) WITH (fillfactor = 80);

-- One movement of money. Its id is the id of the event that caused it, so that an event moves money
-- once, whatever forgets that it came before; a top-up draws one.
CREATE TABLE transfers (
    id             uuid PRIMARY KEY,
    kind           text   NOT NULL CHECK (kind IN ('top_up', 'authorize', 'capture', 'void', 'refund')),
    user_id        text COLLATE "C" NOT NULL,
    reservation_id uuid CHECK ((reservation_id IS NULL) = (kind = 'top_up')),
    currency       text   NOT NULL,
    amount         bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    created_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX transfers_once_per_reservation ON transfers (reservation_id, kind)
    WHERE kind IN ('authorize', 'capture', 'void');

-- available and pending are the user's; deposits and revenue are the house's and have no user.
CREATE TABLE entries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transfer_id uuid   NOT NULL REFERENCES transfers,
    account     text   NOT NULL CHECK (account IN ('available', 'pending', 'deposits', 'revenue')),
    user_id     text COLLATE "C"
                CHECK ((user_id IS NULL) = (account IN ('deposits', 'revenue'))),
    currency    text   NOT NULL,
    amount      bigint NOT NULL CHECK (amount <> 0)
);
CREATE INDEX entries_of_user ON entries (user_id, id) WHERE user_id IS NOT NULL;

-- All entries of a transfer come in one statement, and they sum to zero.
CREATE FUNCTION refuse_unbalanced_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unbalanced uuid;
BEGIN
    SELECT transfer_id INTO unbalanced FROM inserted
    GROUP BY transfer_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entries of transfer % do not sum to zero', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_balanced';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER entries_balanced AFTER INSERT ON entries
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_transfers();

-- What happened to money is never rewritten: the service may add to the ledger and read it.
GRANT SELECT, INSERT, UPDATE ON wallets, payments TO @service_role@;
GRANT SELECT, INSERT ON transfers, entries TO @service_role@;
