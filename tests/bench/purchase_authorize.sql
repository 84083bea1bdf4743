-- Step 3, payment: the money is set aside. The event of step 1, which changes nothing here, rides along.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), heard AS (
    INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
    SELECT 'payment-service', (event || which || of_event)::uuid, outcome, topic, 0, :number::bigint
    FROM id CROSS JOIN (VALUES ('1', 'ignored', 'booking.reservation.v1'),
         ('2', 'applied', 'booking.reservation.v1')) AS heard (which, outcome, topic)
    ON CONFLICT DO NOTHING
), paid AS (
    UPDATE wallets SET available = available - 2500, pending = pending + 2500, version = version + 1
    WHERE user_id = (SELECT buyer FROM id) AND available >= 2500
), made AS (
    INSERT INTO payments (reservation_id, user_id, state, attempt, currency, amount, held, captured, refunded, version)
    SELECT reservation::uuid, buyer, 'AUTHORIZED', 1, 'EUR', 2500, 2500, 0, 0, 1 FROM id
), moved AS (
    INSERT INTO transfers (id, kind, user_id, reservation_id, currency, amount, created_at)
    SELECT (event || '2' || of_event)::uuid, 'authorize', buyer, reservation::uuid, 'EUR', 2500, now() FROM id
), entered AS (
    INSERT INTO entries (transfer_id, account, user_id, currency, amount)
    SELECT (event || '2' || of_event)::uuid, account, user_id, 'EUR', amount
    FROM id CROSS JOIN LATERAL (VALUES ('available', buyer, -2500), ('pending', buyer, 2500)) AS side (account, user_id, amount)
)
INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time, traceparent,
                    correlation_id, causation_id)
SELECT (event || '3' || of_event)::uuid, 'payment', reservation, 1, 'frontrow.payment.payment.authorized.v1', 'payment.payment.v1', reservation::bytea,
       ('{"id":"' || event || '3' || of_event || '","type":"frontrow.payment.payment.authorized.v1","time":"' || now()
        || '","version":1,"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331",'
        || '"data":{"reservationId":"' || reservation || '","userId":"' || buyer
        || '","attempt":1,"amount":{"amount":2500,"currency":"EUR"},"captured":{"amount":0,"currency":"EUR"},'
        || '"refunded":{"amount":0,"currency":"EUR"}}' || '}')::bytea,
       now(), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331'
FROM id;
