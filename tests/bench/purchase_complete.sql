-- Step 6, queue: the place is free again. The events of steps 1 and 2 ride along.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), heard AS (
    INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
    SELECT 'queue-service', (event || which || of_event)::uuid, outcome, topic, 0, :number::bigint
    FROM id CROSS JOIN (VALUES ('1', 'ignored', 'booking.reservation.v1'),
         ('2', 'ignored', 'booking.reservation.v1'),
         ('4', 'applied', 'booking.reservation.v1')) AS heard (which, outcome, topic)
    ON CONFLICT DO NOTHING
), completed AS (
    UPDATE tokens SET state = 'COMPLETED', reservation_id = (SELECT reservation::uuid FROM id), version = version + 1
    WHERE id = (SELECT token::uuid FROM id) AND state = 'ADMITTED'
), freed AS (
    UPDATE gates SET active = active - 1 WHERE show_id = :show::text::uuid
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT (event || '6' || of_event)::uuid, 'token', token, 3, 'frontrow.queue.token.completed.v1', 'queue.token.v1', token::bytea,
       ('{"id":"' || event || '6' || of_event || '","type":"frontrow.queue.token.completed.v1","time":"' || now()
        || '","version":3,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"tokenId":"' || token || '","showId":"' || :show::text || '","userId":"' || buyer
        || '","reservationId":"' || reservation || '"}' || '}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id;
