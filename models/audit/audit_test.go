package audit_test

import (
	"testing"

	"bailiwick/models/audit"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// A search looks through a window of events at once, says where it stopped, and
// goes on from there without leaving anything out or showing it twice.
func TestAuditSearchEndsWithItsWindow(t *testing.T) {
	ctx := t.Context()
	s, ada, a := modelstest.Agency(t)
	modelstest.Across(t, s, `INSERT INTO audit_events (tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash)
		SELECT id, id, 1000 + n, now() + n * interval '1 s', 'member', owner_id, 'Grace', '', 'contact.edit', 'contacts.edit', '', 'contact', id, CASE n WHEN 3 THEN 'Difference engine' ELSE 'Loom' END, '{}', '', ''
		FROM accounts, generate_series(1, 30) n WHERE id = '`+a.ID.String()+"'")
	g := modelstest.GrantOf(t, s, ada, "audit", a.ID)
	for _, below := range []bool{false, true} {
		search := func(text string, limit int, before store.AuditCursor) ([]store.AuditEvent, store.AuditCursor) {
			t.Helper()
			events, looked, _, err := s.SearchAudit(ctx, g, audit.Filter{Text: text, Below: below, Limit: limit, Window: 10, Before: before})
			if err != nil {
				t.Fatal(err)
			}
			return events, looked
		}
		events, looked := search("difference", 5, store.AuditCursor{})
		if len(events) != 0 || looked.Seq != 1021 {
			t.Errorf("below %v: the first window gives %d and ends at %d", below, len(events), looked.Seq)
		}
		if _, looked = search("difference", 5, looked); looked.Seq != 1011 {
			t.Errorf("below %v: the second window ends at %d", below, looked.Seq)
		}
		if events, looked = search("difference", 5, looked); len(events) != 1 || events[0].Seq != 1003 || looked.Seq != 1001 {
			t.Errorf("below %v: the third window gives %v and ends at %d", below, events, looked.Seq)
		}
		if events, looked = search("difference", 5, looked); len(events) != 0 || looked.Seq != 0 {
			t.Errorf("below %v: after the oldest event, the search goes on at %d", below, looked.Seq)
		}
		if events, looked = search("loom", 4, store.AuditCursor{}); len(events) != 4 || looked.Seq != 0 {
			t.Errorf("below %v: a full page of %d ends with the window, at %d", below, len(events), looked.Seq)
		}
		seen := map[int64]bool{}
		for limit, before := 7, (store.AuditCursor{}); ; {
			events, looked = search("loom", limit, before)
			for _, e := range events {
				if seen[e.Seq] {
					t.Errorf("below %v: %d is shown twice", below, e.Seq)
				}
				seen[e.Seq], before = true, e.Cursor()
			}
			if looked.Seq != 0 {
				before = looked
			} else if len(events) < limit {
				break
			}
		}
		if len(seen) != 29 {
			t.Errorf("below %v: %d of 29 are found", below, len(seen))
		}
	}
}
