-- Step 4, booking: the seat is sold.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), heard AS (
    INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
    SELECT 'booking-service', (event || which || of_event)::uuid, outcome, topic, 0, :number::bigint
    FROM id CROSS JOIN (VALUES ('3', 'applied', 'payment.payment.v1')) AS heard (which, outcome, topic)
    ON CONFLICT DO NOTHING
), used AS (
    UPDATE passes SET state = 'SPENT', held_until = NULL WHERE token_id = (SELECT token::uuid FROM id)
), sold AS (
    UPDATE seats SET state = 'SOLD', held_until = NULL
    WHERE show_id = :show::text::uuid AND seat_no = :number::bigint + 1
      AND reservation_id = (SELECT reservation::uuid FROM id)
), changed AS (
    UPDATE reservations SET state = 'CONFIRMED', version = 3
    WHERE id = (SELECT reservation::uuid FROM id) AND state = 'PAYING'
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT (event || '4' || of_event)::uuid, 'reservation', reservation, 3, 'frontrow.booking.reservation.confirmed.v1', 'booking.reservation.v1', reservation::bytea,
       ('{"id":"' || event || '4' || of_event || '","type":"frontrow.booking.reservation.confirmed.v1","time":"' || now()
        || '","version":3,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"reservationId":"' || reservation || '","showId":"' || :show::text || '","userId":"' || buyer
        || '","tokenId":"' || token || '","seats":[{"seat":' || :number::bigint + 1
        || ',"fence":1}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"' || now() || '","attempt":1}' || '}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id;
