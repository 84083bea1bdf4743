-- How often a parked event was started by the drain: it may kill the process as well.
ALTER TABLE public.dead_letter
    ADD COLUMN drain_starts integer NOT NULL DEFAULT 0 CHECK (drain_starts >= 0);
