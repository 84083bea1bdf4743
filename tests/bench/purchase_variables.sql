-- What the steps of a purchase know: its number, from which all ids are made.
\set number :first + :i
\set i :i + 1
