-- Step 1, booking: the seat is held under a pass.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), used AS (
    UPDATE passes
    SET reservation_id = (SELECT reservation::uuid FROM id), held_until = now() + interval '2 hours'
    WHERE token_id = (SELECT token::uuid FROM id) AND state = 'USABLE'
), claimed AS (
    UPDATE seats
    SET state = 'HELD', reservation_id = (SELECT reservation::uuid FROM id), fence = fence + 1,
        held_until = now() + interval '2 hours', filler = NULL
    WHERE show_id = :show::text::uuid AND seat_no = :number::bigint + 1
      AND (state = 'FREE' OR (state = 'HELD' AND held_until <= now()))
), made AS (
    INSERT INTO reservations (id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
                              attempt, decline, version, created_at, correlation_id)
    SELECT reservation::uuid, :show::text::uuid, buyer, token::uuid, 'HELD', ARRAY[:number::int + 1], ARRAY[1::bigint],
           2500, 'EUR', now() + interval '2 hours', 0, '', 1, now(), '0af7651916cd43dd8448eb211c80319c'
    FROM id
), kept AS (
    INSERT INTO idempotency_keys (scope, body_hash, status, content_type, location, body)
    SELECT md5(reservation || 'hold')::uuid, sha256(reservation::bytea), 201, 'application/json',
           '/v1/reservations/' || reservation,
           ('{"id":"' || reservation || '","showId":"' || :show::text || '","state":"HELD","seats":[{"seatId":'
            || :number::bigint + 1 || ',"section":"Stalls","row":"1","number":' || :number::bigint + 1
            || ',"price":{"amount":2500,"currency":"EUR"}}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"'
            || now() || '","attempt":0,"decline": null,"createdAt":"' || now() || '","version":1}')::bytea
    FROM id
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT (event || '1' || of_event)::uuid, 'reservation', reservation, 1, 'frontrow.booking.reservation.held.v1', 'booking.reservation.v1', reservation::bytea,
       ('{"id":"' || event || '1' || of_event || '","type":"frontrow.booking.reservation.held.v1","time":"' || now()
        || '","version":1,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"reservationId":"' || reservation || '","showId":"' || :show::text || '","userId":"' || buyer
        || '","tokenId":"' || token || '","seats":[{"seat":' || :number::bigint + 1
        || ',"fence":1}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"' || now() || '","attempt":0}' || '}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id;
