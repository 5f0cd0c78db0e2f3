package store

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/text/secure/precis"
)

const (
	minVersion            = 150000
	insufficientPrivilege = "42501"
	undefinedObject       = "42704"
	readOnly              = "25006"
)

// panelRole is what queries step down to where the panel has no login of its own
// and connects as the owner of the tables.
const panelRole = "bailiwick_panel"

// admitLogin lets the panel's own login in, and makes it, with the password of
// its address, where there is none that may connect.
func admitLogin(ctx context.Context, db *sql.DB, login *pgx.ConnConfig) error {
	name := pgx.Identifier{login.User}.Sanitize()
	verb := "CREATE"
	var connects bool
	switch err := db.QueryRowContext(ctx, "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", login.User).Scan(&connects); {
	case err == nil:
		verb = "ALTER"
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("look for the panel's login: %w", err)
	}
	if !connects {
		password, err := scramPassword(login.Password)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, verb+" ROLE "+name+" LOGIN NOINHERIT"+password)
		if code(err) == insufficientPrivilege {
			return fmt.Errorf("the database's owner may not make the login %s: make it as a superuser (CREATE ROLE %[1]s LOGIN NOINHERIT PASSWORD '…') and run `bailiwick migrate` again", name)
		}
		if err != nil {
			return fmt.Errorf("make the panel's login: %w", err)
		}
	}
	return grant(ctx, db, name)
}

// makePanelRole makes the role that an owner's queries step down to, where the
// owner may make roles; elsewhere they are held by forced row-level security alone.
func makePanelRole(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `
DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '`+panelRole+`') THEN
		CREATE ROLE `+panelRole+` NOLOGIN;
	END IF;
	EXECUTE 'GRANT `+panelRole+` TO ' || quote_ident(current_user);
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$`)
	if err == nil {
		err = grant(ctx, db, panelRole)
	}
	if c := code(err); c == insufficientPrivilege || c == undefinedObject {
		return nil
	}
	return err
}

// grant gives a role what the panel's queries need: rows, and of the audit only
// new ones. Temporary tables could stand before the real ones.
func grant(ctx context.Context, db *sql.DB, role string) error {
	_, err := db.ExecContext(ctx, `
DO $$ BEGIN EXECUTE 'REVOKE TEMPORARY ON DATABASE ' || quote_ident(current_database()) || ' FROM PUBLIC'; END $$;
GRANT USAGE ON SCHEMA public TO `+role+`;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+role+`;
REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM `+role+`;
REVOKE UPDATE, DELETE ON audit_events FROM `+role+`;
REVOKE DELETE ON accounts, tenants, members FROM `+role)
	if err != nil {
		return fmt.Errorf("let the panel's database role in: %w", err)
	}
	return nil
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// scramPassword is the part of CREATE ROLE that sets a password, hashed as
// Postgres itself would (RFC 5803), so that no log of statements holds it.
func scramPassword(password string) (string, error) {
	if password == "" {
		return "", nil
	}
	const rounds = 4096
	if prepared, err := precis.OpaqueString.String(password); err == nil { // as pgx does
		password = prepared
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("hash the login's password: %w", err)
	}
	key := func(of string) []byte {
		m := hmac.New(sha256.New, salted)
		m.Write([]byte(of))
		return m.Sum(nil)
	}
	stored, text := sha256.Sum256(key("Client Key")), base64.StdEncoding.EncodeToString
	return fmt.Sprintf(" PASSWORD 'SCRAM-SHA-256$%d:%s$%s:%s'", rounds, text(salt), text(stored[:]), text(key("Server Key"))), nil
}

// chooseRole finds out who the panel is in the database, and refuses to be
// somebody whom row-level security does not bind.
func (s *Store) chooseRole(ctx context.Context) error {
	var version int
	var name string
	var free, bound, usable bool
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, rolname, rolsuper OR rolbypassrls,
			NOT (rolcreaterole OR rolreplication OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
				OR EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = r.oid)
				OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = r.oid)),
			EXISTS (SELECT FROM pg_roles WHERE rolname = '`+panelRole+`' AND pg_has_role(r.oid, oid,
				CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END))
		FROM pg_roles r WHERE rolname = session_user`).Scan(&version, &name, &free, &bound, &usable)
	switch {
	case err != nil:
		return fmt.Errorf("ask the database who we are: %w", err)
	case version < minVersion:
		return fmt.Errorf("the database is Postgres %d; at least 15 is needed", version/10000)
	case bound && !free:
		return nil
	case usable:
		s.role = panelRole
	case free:
		return errors.New("the database role bypasses row-level security and can't become " + panelRole +
			": run `bailiwick migrate` with this role once, or connect as a role that is neither superuser nor BYPASSRLS")
	}
	s.exposed = "the panel connects to the database as " + name + ", which owns it or can become other roles, so SQL slipped into a query could turn row-level security off and rewrite the audit: " +
		"give the panel a login of its own in DATABASE_URL and the owner's address in DATABASE_DIRECT_URL (docs/operate.md)"
	return nil
}

// Exposed says, as a sentence, what the database would not protect if somebody
// could run SQL of their own as the panel; empty where it has a login that owns
// nothing and may become nothing.
func (s *Store) Exposed() string { return s.exposed }
