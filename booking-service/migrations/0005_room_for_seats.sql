-- PostgreSQL prunes a page at every visit that finds less of it free than its fillfactor leaves. With 50
-- that was every claim behind the first on the page. Now new seats are so wide that what their claims
-- give back keeps the page above that line.
ALTER TABLE seats
    ADD COLUMN filler text DEFAULT repeat('.', 55),  -- NULL once the seat was claimed
    SET (fillfactor = 70);
