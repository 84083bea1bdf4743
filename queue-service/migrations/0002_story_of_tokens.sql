-- The correlation id of the request that joined: what nobody asks for later, as an admission or an end by
-- time, belongs to the same story.
ALTER TABLE tokens ADD COLUMN correlation_id text NOT NULL DEFAULT '';
