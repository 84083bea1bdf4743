-- Every key paid for an entry that only the sweeper read. It walks through the table instead, a few pages
-- at a time: a key may stay an hour longer for that, which nobody can tell.
DROP INDEX public.idempotency_keys_created_at;
