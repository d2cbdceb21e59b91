-- RFC 9562, section 6.2, method 3: the 12 bits after the milliseconds are their fraction, as in PostgreSQL 18. Two events of
-- one transaction can be in the same millisecond, and their order must be that of their ids.
CREATE OR REPLACE FUNCTION "uuid_v7"() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT (
        overlay(lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 4096000)::bigint), 15, '0')
                PLACING '7' FROM 13 FOR 0)
        || substring(replace(gen_random_uuid()::text, '-', '') FROM 17))::uuid
$$;
