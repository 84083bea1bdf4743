-- Step 2, booking: the payment is requested.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), used AS (
    UPDATE passes SET held_until = greatest(held_until, now() + interval '1 minute')
    WHERE token_id = (SELECT token::uuid FROM id)
), claimed AS (
    UPDATE seats SET held_until = greatest(held_until, now() + interval '1 minute')
    WHERE show_id = :show::text::uuid AND seat_no = :number::bigint + 1
      AND reservation_id = (SELECT reservation::uuid FROM id)
), changed AS (
    UPDATE reservations SET state = 'PAYING', attempt = 1, version = 2
    WHERE id = (SELECT reservation::uuid FROM id) AND state = 'HELD'
), kept AS (
    INSERT INTO idempotency_keys (scope, body_hash, status, content_type, location, body)
    SELECT md5(reservation || 'pay')::uuid, sha256(reservation::bytea), 202, 'application/json',
           '/v1/reservations/' || reservation,
           ('{"id":"' || reservation || '","showId":"' || :show::text || '","state":"HELD","seats":[{"seatId":'
            || :number::bigint + 1 || ',"section":"Stalls","row":"1","number":' || :number::bigint + 1
            || ',"price":{"amount":2500,"currency":"EUR"}}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"'
            || now() || '","attempt":0,"decline": null,"createdAt":"' || now() || '","version":1}')::bytea
    FROM id
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT (event || '2' || of_event)::uuid, 'reservation', reservation, 2, 'frontrow.booking.reservation.payment_requested.v1', 'booking.reservation.v1', reservation::bytea,
       ('{"id":"' || event || '2' || of_event || '","type":"frontrow.booking.reservation.payment_requested.v1","time":"' || now()
        || '","version":2,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"reservationId":"' || reservation || '","showId":"' || :show::text || '","userId":"' || buyer
        || '","tokenId":"' || token || '","seats":[{"seat":' || :number::bigint + 1
        || ',"fence":1}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"' || now() || '","attempt":1}' || '}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id;
