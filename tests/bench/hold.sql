-- Holds one seat: all rows of POST /v1/reservations in one statement, which is one transaction and one round trip.
\set number :first + :i * :clients + :client_id
\set seat 1 + permute(:number, :seats, 42)
\set i :i + 1
WITH id AS (
    SELECT ('01939b4c-0000-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0')) AS reservation,
           ('01939b4c-0000-7000-9000-' || lpad(to_hex(:number::bigint), 12, '0')) AS event,
           'buyer-' || :number::bigint % 64 AS buyer
), claimed AS (
    UPDATE seats
    SET state = 'HELD', reservation_id = (SELECT reservation::uuid FROM id), fence = fence + 1,
        held_until = now() + interval '5 minutes', filler = NULL
    WHERE show_id = :show::text::uuid AND seat_no = :seat
      AND (state = 'FREE' OR (state = 'HELD' AND held_until <= now()))
    RETURNING seat_no, fence, held_until
), made AS (
    INSERT INTO reservations (id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
                              attempt, decline, version, created_at, correlation_id)
    SELECT reservation::uuid, :show::text::uuid, buyer, NULL, 'HELD', ARRAY[seat_no], ARRAY[fence], 9000, 'EUR',
           held_until, 0, '', 1, now(), '0af7651916cd43dd8448eb211c80319c'
    FROM id CROSS JOIN claimed
), kept AS (
    INSERT INTO idempotency_keys (scope, body_hash, status, content_type, location, body)
    SELECT md5(reservation)::uuid, sha256(reservation::bytea), 201, 'application/json',
           '/v1/reservations/' || reservation,
           ('{"id":"' || reservation || '","showId":"' || :show::text || '","state":"HELD","seats":[{"seatId":'
            || seat_no || ',"section":"Stalls","row":"1","number":' || seat_no
            || ',"price":{"amount":9000,"currency":"EUR"}}],"total":{"amount":9000,"currency":"EUR"},"heldUntil":"'
            || held_until || '","attempt":0,"decline": null,"createdAt":"' || now() || '","version":1}')::bytea
    FROM id CROSS JOIN claimed
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT event::uuid, 'reservation', reservation, 1, 'frontrow.booking.reservation.held.v1', 'booking.reservation.v1',
       reservation::bytea,
       ('{"id":"' || event || '","type":"frontrow.booking.reservation.held.v1","time":"' || now()
        || '","version":1,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"reservationId":"' || reservation || '","showId":"' || :show::text || '","userId":"' || buyer
        || '","tokenId": null,"seats":[{"seat":' || seat_no || ',"fence":' || fence
        || '}],"total":{"amount":9000,"currency":"EUR"},"heldUntil":"' || held_until || '","attempt":0}}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id CROSS JOIN claimed;
