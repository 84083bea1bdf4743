-- The correlation id of the request that made it: what nobody asks for later, as its expiry, belongs to
-- the same story.
ALTER TABLE reservations ADD COLUMN correlation_id text NOT NULL DEFAULT '';
