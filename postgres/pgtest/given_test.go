package pgtest

import (
	"context"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A server given by TEST_DATABASE_URL is used as a superuser or as a role that may
// only create databases; in both cases a role that row-level security binds owns them.
func TestAGivenServer(t *testing.T) {
	ctx := t.Context()
	admin, err := pgx.Connect(ctx, AdminURL())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	var suited bool
	const question = "SELECT rolsuper AND current_setting('server_version_num')::int >= 160000 FROM pg_roles WHERE rolname = current_user"
	if err := admin.QueryRow(ctx, question).Scan(&suited); err != nil {
		t.Fatal(err)
	}
	if !suited {
		t.Skip("needs a superuser, and a version whose peer authentication lets in roles made later")
	}
	run := func(sql string) {
		t.Helper()
		if _, err := admin.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE ROLE grace LOGIN CREATEDB PASSWORD 'grace'; CREATE ROLE mallory LOGIN CREATEDB BYPASSRLS PASSWORD 'mallory'")
	defer run("DROP ROLE grace, mallory")
	as := func(name string) string {
		u, err := url.Parse(AdminURL())
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(name, name)
		return u.String()
	}
	for name, given := range map[string]string{"superuser": AdminURL(), "may create databases": as("grace")} {
		t.Run(name, func(t *testing.T) {
			s, err := openGiven(ctx, given)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			const database = "test_of_a_given_server"
			if err := s.create(ctx, database, "template1"); err != nil {
				t.Fatal(err)
			}
			defer s.drop(context.Background(), database)
			c, err := pgx.Connect(ctx, s.url(s.owner, database))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close(ctx)
			var owner, free bool
			err = c.QueryRow(ctx, `SELECT pg_get_userbyid(datdba) = current_user, rolsuper OR rolbypassrls
				FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`).Scan(&owner, &free)
			if err != nil {
				t.Fatal(err)
			}
			if !owner || free {
				t.Errorf("owner: %v, free of row-level security: %v", owner, free)
			}
		})
	}
	if _, err := openGiven(ctx, as("mallory")); err == nil {
		t.Error("a role that row-level security does not bind was taken")
	}
}
