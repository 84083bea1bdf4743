-- A backlog as purchases leave it: three events of each reservation, 10,000 rows apart, as long as real ones.
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT ('01939b4c-0000-7000-9000-' || lpad(to_hex(number), 12, '0'))::uuid, 'reservation', reservation, version,
       type, 'booking.reservation.v1', reservation::bytea,
       ('{"id":"01939b4c-0000-7000-9000-' || lpad(to_hex(number), 12, '0') || '","type":"' || type || '","time":"'
        || now() || '","version":' || version
        || ',"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331","data":{'
        || '"reservationId":"' || reservation || '","showId":"01939b4c-0000-7000-8000-0000000000f0","userId":"buyer-'
        || number % 1000 || '","tokenId": null,"seats":[{"seat":' || number % 100000
        || ',"fence":1}],"total":{"amount":9000,"currency":"EUR"},"heldUntil":"' || now()
        || '","attempt":1}}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM (
    SELECT number, 1 + number / 10000 % 3 AS version,
           '01939b4c-0000-7000-8000-'
           || lpad(to_hex(number / 30000 * 10000 + number % 10000), 12, '0') AS reservation,
           (ARRAY['frontrow.booking.reservation.held.v1', 'frontrow.booking.reservation.payment_requested.v1',
                  'frontrow.booking.reservation.confirmed.v1'])[1 + number / 10000 % 3] AS type
    FROM generate_series(0, @rows@ - 1) AS number
) AS events
ORDER BY number;
