package record_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// dangling lists the properties of an account's records that name what is not there.
func dangling(t *testing.T, s *models.Store, a account.Account) (all []string) {
	t.Helper()
	for _, target := range modelstest.Ground(s).Catalog().Sections {
		if target.Records == nil || target.Records.Kind.Section != target {
			continue
		}
		for _, n := range record.NamingOf(modelstest.Ground(s), target.Records.Kind) {
			value := "data->" + record.Quoted(n.Field.Name)
			named := "jsonb_build_array(" + value + ")"
			if n.Field.Many {
				named = value
			}
			if err := modelstest.Ground(s).Read(context.Background(), store.TenantScope(a.TenantID), func(rows pgx.Rows) error {
				var name string
				err := rows.Scan(&name)
				all = append(all, n.Kind.Key+" "+name+" in "+n.Field.Name)
				return err
			}, `SELECT name FROM records r, jsonb_array_elements_text(`+named+`) AS x (id)
				WHERE tenant_id = $1 AND account_id = $2 AND kind = $3 AND jsonb_typeof(`+value+`) IN ('array', 'string')
				AND NOT EXISTS (SELECT FROM records o WHERE o.tenant_id = $1 AND o.account_id = $2 AND o.id::text = x.id)`, a.TenantID, a.ID, n.Kind.Key); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// Somebody names a thing while somebody else deletes it, or what it is inside.
// Whoever is first, nothing is named in the end that is not there, what merely
// belongs to the thing stays, and the other hears a sentence.
func TestNamingAThingRacesItsDeletion(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	at := func(section string, parent uuid.UUID) record.Place {
		return record.Place{Section: modelstest.Ground(s).Catalog().Section(section), Parent: parent}
	}
	may := func(at record.Place, edit bool) string {
		if edit {
			return modelstest.Ground(s).Catalog().Info(at.Records().Edit).Key
		}
		return modelstest.Ground(s).Catalog().Info(at.Records().Create).Key
	}
	create := func(at record.Place, values map[string]any) error {
		_, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, may(at, false), a.ID), at, values)
		return err
	}
	made := func(at record.Place, values map[string]any) record.Record {
		t.Helper()
		r, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, may(at, false), a.ID), at, values)
		if err != nil {
			t.Fatal(at.Section.Key, err)
		}
		return r
	}
	edit := func(at record.Place, r record.Record, values map[string]any) error {
		_, err := s.EditRecord(ctx, modelstest.GrantOf(t, s, ada, may(at, true), a.ID), at, r.ID, r.Version, values)
		return err
	}
	remove := func(at record.Place, r record.Record) error {
		return s.DeleteRecord(ctx, modelstest.GrantOf(t, s, ada, modelstest.Ground(s).Catalog().Info(at.Records().Delete).Key, a.ID), at, r.ID)
	}

	apps := at("applications", uuid.Nil)
	for name, race := range map[string]func(name string) (use, del func() error, after func()){
		"one of many": func(name string) (use, del func() error, after func()) {
			app := made(apps, map[string]any{"name": name})
			scenarios, rules := at("application_scenarios", app.ID), at("application_rules", app.ID)
			greet, bye := made(scenarios, map[string]any{"name": "greet"}), made(scenarios, map[string]any{"name": "bye"})
			rule := made(rules, map[string]any{"name": "all", "pattern": ".*", "scenarios": []any{bye.ID.String()}})
			return func() error {
				return edit(rules, rule, map[string]any{"name": "all", "pattern": ".*", "scenarios": []any{bye.ID.String(), greet.ID.String()}})
			}, func() error { return remove(scenarios, greet) }, nil
		},
		"one that may be missing": func(name string) (use, del func() error, after func()) {
			groups, items := at("groups", uuid.Nil), at("items", uuid.Nil)
			group := made(groups, map[string]any{"name": name})
			return func() error { return create(items, map[string]any{"name": name, "group": group.ID.String()}) },
				func() error { return remove(groups, group) }, nil
		},
		"one that may not": func(name string) (use, del func() error, after func()) {
			channels, settings := at("notification_channels", uuid.Nil), at("notification_settings", uuid.Nil)
			channel := made(channels, map[string]any{"name": name, "type": "email", "state": "enabled", "address": "office@analytical.example"})
			return func() error {
				return create(settings, map[string]any{"event": "balance_low", "channel": channel.ID.String(), "state": "enabled"})
			}, func() error { return remove(channels, channel) }, nil
		},
		"beside one, inside what goes": func(name string) (use, del func() error, after func()) {
			app := made(apps, map[string]any{"name": name})
			rules, lists := at("application_rules", app.ID), at("application_call_lists", app.ID)
			rule := made(rules, map[string]any{"name": "all", "pattern": ".*"})
			return func() error { return create(lists, map[string]any{"name": "list", "rule": rule.ID.String()}) },
				func() error { return remove(apps, app) }, nil
		},
		"anew beside one, inside what goes": func(name string) (use, del func() error, after func()) {
			app := made(apps, map[string]any{"name": name})
			rules, lists := at("application_rules", app.ID), at("application_call_lists", app.ID)
			rule, list := made(rules, map[string]any{"name": "all", "pattern": ".*"}), made(lists, map[string]any{"name": "list"})
			return func() error { return edit(lists, list, map[string]any{"name": "list", "rule": rule.ID.String()}) },
				func() error { return remove(apps, app) }, nil
		},
		"inside what goes": func(name string) (use, del func() error, after func()) {
			app := made(apps, map[string]any{"name": name})
			return func() error { return create(at("application_scenarios", app.ID), map[string]any{"name": "greet"}) },
				func() error { return remove(apps, app) }, nil
		},
		"what belongs to it": func(name string) (use, del func() error, after func()) {
			app, sip := made(apps, map[string]any{"name": name}), at("sip_registrations", uuid.Nil)
			r := made(sip, map[string]any{"proxy": "sip.example.com", "username": name, "state": "enabled"})
			return func() error {
					return edit(sip, r, map[string]any{"proxy": "sip.example.com", "username": name, "state": "enabled", "application": app.ID.String()})
				}, func() error { return remove(apps, app) }, func() {
					if got, err := s.Record(ctx, modelstest.GrantOf(t, s, ada, "sip_registrations", a.ID), r.ID); err != nil || got.ParentID != uuid.Nil {
						t.Errorf("what belonged to it: %v, belongs to %s", err, got.ParentID)
					}
				}
		},
	} {
		t.Run(name, func(t *testing.T) {
			first := [2]int{}
			for i := range modelstest.Rounds {
				use, del, after := race(fmt.Sprint(name, " ", i))
				var used error
				if err := modelstest.Together(func() error { used = use(); return nil }, del); err != nil {
					t.Fatalf("deleting answers %v", err)
				}
				var p store.Problems
				switch {
				case used == nil:
					first[0]++
				case errors.As(used, &p), errors.Is(used, store.ErrNotFound), errors.Is(used, store.ErrConflict):
					first[1]++
				default:
					t.Fatalf("naming it answers %v", used)
				}
				if after != nil {
					after()
				}
			}
			if all := dangling(t, s, a); len(all) > 0 {
				t.Errorf("%d name what is not there: %s", len(all), all[0])
			}
			t.Logf("%d were named first, %d deleted", first[0], first[1])
		})
	}
}
