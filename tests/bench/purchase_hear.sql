-- Step 6, booking: hears that the money was taken and the place freed.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
)
INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
SELECT 'booking-service', (event || which || of_event)::uuid, 'ignored', topic, 0, :number::bigint
FROM id CROSS JOIN (VALUES ('5', 'payment.payment.v1'), ('6', 'queue.token.v1')) AS heard (which, topic)
ON CONFLICT DO NOTHING;
