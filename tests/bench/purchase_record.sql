-- Step 7, dataplatform: all six events of the purchase become history at once.
WITH id AS (
    SELECT :prefix::text || '-7000-8000-' || lpad(to_hex(:number::bigint), 12, '0') AS reservation,
           :prefix::text || '-7000-a000-' || lpad(to_hex(:number::bigint), 12, '0') AS token,
           :prefix::text || '-700' AS event,
           '-9000-' || lpad(to_hex(:number::bigint), 12, '0') AS of_event,
           'buyer-' || :number::bigint % :customers::bigint AS buyer
), told AS (
    SELECT (event || which || of_event)::uuid AS event_id, type, topic, version, aggregate,
           CASE aggregate WHEN 'token' THEN token ELSE reservation END AS key, which
    FROM id CROSS JOIN (VALUES
        ('1', 'frontrow.booking.reservation.held.v1', 'booking.reservation.v1', 1, 'reservation'),
        ('2', 'frontrow.booking.reservation.payment_requested.v1', 'booking.reservation.v1', 2, 'reservation'),
        ('3', 'frontrow.payment.payment.authorized.v1', 'payment.payment.v1', 1, 'payment'),
        ('4', 'frontrow.booking.reservation.confirmed.v1', 'booking.reservation.v1', 3, 'reservation'),
        ('5', 'frontrow.payment.payment.captured.v1', 'payment.payment.v1', 2, 'payment'),
        ('6', 'frontrow.queue.token.completed.v1', 'queue.token.v1', 3, 'token'))
        AS happened (which, type, topic, version, aggregate)
), heard AS (
    INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
    SELECT 'dataplatform-consumer', event_id, 'applied', topic, 0, :number::bigint FROM told
    ON CONFLICT DO NOTHING
)
INSERT INTO history (event_id, type, topic, partition, record_offset, key, aggregate, version, time, correlation_id,
                     causation_id, trace_id, user_id, reservation_id, token_id, value)
SELECT event_id, type, topic, 0, :number::bigint, key, aggregate, version, now(), '0af7651916cd43dd8448eb211c80319c',
       'b7ad6b7169203331', '0af7651916cd43dd8448eb211c80319c', buyer,
       CASE WHEN aggregate <> 'token' OR which = '6' THEN reservation::uuid END,
       CASE WHEN aggregate <> 'payment' THEN token::uuid END,
       '{"id":"' || event_id || '","type":"' || type || '","time":"' || now() || '","version":' || version
       || ',"correlationId":"0af7651916cd43dd8448eb211c80319c","causationId":"b7ad6b7169203331","data":{'
       || '"reservationId":"' || reservation || '","showId":"' || :show::text || '","userId":"' || buyer
       || '","tokenId":"' || token || '","seats":[{"seat":' || :number::bigint + 1
       || ',"fence":1}],"total":{"amount":2500,"currency":"EUR"},"heldUntil":"' || now() || '","attempt":1}}'
FROM told CROSS JOIN id;
