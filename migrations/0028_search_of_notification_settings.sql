-- +goose Up
-- A notification setting is found by its event, as it is read.
SET LOCAL app.scope = 'system';
UPDATE records SET search = CASE data->>'event'
        WHEN 'balance_low' THEN 'the balance is low'
        WHEN 'number_ends' THEN 'a number ends soon'
        WHEN 'call_list_done' THEN 'a call list is done'
        WHEN 'certificate_expires' THEN 'a certificate expires'
        WHEN 'token_expires' THEN 'a token expires'
        WHEN 'sign_in_new' THEN 'somebody signs in from a new place'
        WHEN 'subuser_made' THEN 'a subuser was made'
        ELSE search END
    WHERE kind = 'notification_setting' AND search = '';
