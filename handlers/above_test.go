package handlers_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"bailiwick/postgres/pgtest"
)

// People who hold something in one sub-account alone are told neither the id nor
// the name of any account above or beside it.
func TestPagesBelowNameNothingAboveOrBeside(t *testing.T) {
	p, cast := demoPanel(t)
	for user, home := range map[string]string{"edsger@example.com": "East", "barbara@example.com": "West"} {
		own := cast.Accounts[home]
		hidden := p.accountsBut(user, own.Path)
		pages := 0
		p.login(cast, user).crawl(func(path string, x page) {
			pages++
			for id, name := range hidden {
				if strings.Contains(x.body, id) {
					t.Errorf("%s shows %s the id of %s", path, user, name)
				}
				if name := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).FindStringIndex(x.Find("body").Text()); name != nil {
					text := x.Find("body").Text()
					t.Errorf("%s names to %s: …%s…", path, user, strings.Join(strings.Fields(text[max(0, name[0]-80):min(len(text), name[1]+80)]), " "))
				}
			}
		}, "/", "/accounts", in(own, "/"))
		if pages < 60 {
			t.Errorf("only %d pages were seen by %s", pages, user)
		}
	}
}

// accountsBut are the names by id of all accounts that are neither at nor below
// the path, nor somebody's own.
func (p *panel) accountsBut(user, path string) map[string]string {
	p.t.Helper()
	rows, err := pgtest.Direct(p.t, p.config.URL).Query(context.Background(), `SELECT a.id::text, a.name FROM accounts a JOIN members m ON m.id = a.owner_id
		WHERE a.kind <> 'personal' AND m.email <> $1 AND a.path <> $2 AND a.path NOT LIKE $2 || '/%'`, user, path)
	must(p.t, err)
	var id, name string
	all := map[string]string{}
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { all[id] = name; return nil })
	must(p.t, err)
	if len(all) < 2 {
		p.t.Fatalf("only %v to keep hidden", all)
	}
	return all
}
