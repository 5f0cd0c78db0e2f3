package models_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

const pooled = 2 // connections that PgBouncer may open

// pgBouncer puts a PgBouncer in transaction mode before a database and gives its
// address there, and how many connections it has opened.
func pgBouncer(t *testing.T, direct string) (address string, opened *atomic.Int64) {
	t.Helper()
	binary, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("PGBOUNCER IS NOT INSTALLED: that the panel works behind it is not tested. Install the package pgbouncer.")
	}
	c, err := pgx.ParseConfig(direct)
	if err != nil {
		t.Fatal(err)
	}
	relayed, opened := relay(t, c)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	config := filepath.Join(t.TempDir(), "pgbouncer.ini")
	login := "user=" + c.User
	if c.Password != "" {
		login += " password=" + c.Password
	}
	text := fmt.Sprintf("[databases]\n%s = host=127.0.0.1 port=%d %s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\n"+
		"unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = %d\n", c.Database, relayed, login, port, pooled)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{config}
	if os.Geteuid() == 0 { // it does not run as root
		args = append([]string{"-u", "nobody"}, args...)
	}
	var said strings.Builder
	bouncer := exec.Command(binary, args...)
	bouncer.Stdout, bouncer.Stderr = &said, &said
	if err := bouncer.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bouncer.Wait() }()
	t.Cleanup(func() {
		bouncer.Process.Kill()
		<-ended
		if t.Failed() {
			t.Log(said.String())
		}
	})
	address = (&url.URL{Scheme: "postgres", User: url.User(c.User), Host: fmt.Sprintf("127.0.0.1:%d", port), Path: "/" + c.Database, RawQuery: "sslmode=disable"}).String()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		db, err := pgx.Connect(t.Context(), address)
		if err == nil {
			db.Close(t.Context())
			return address, opened
		}
		if time.Now().After(deadline) {
			t.Fatalf("PgBouncer does not answer: %v", err)
		}
	}
}

// relay leads connections to Postgres as this process, which its socket may ask
// for, and counts them.
func relay(t *testing.T, to *pgx.ConnConfig) (port int, opened *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	network, address := "tcp", net.JoinHostPort(to.Host, fmt.Sprint(to.Port))
	if strings.HasPrefix(to.Host, "/") {
		network, address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", to.Host, to.Port)
	}
	opened = &atomic.Int64{}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			opened.Add(1)
			db, err := net.Dial(network, address)
			if err != nil {
				from.Close()
				continue
			}
			go func() { io.Copy(db, from); db.Close() }()
			go func() { io.Copy(from, db); from.Close() }()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, opened
}

// TestNothingIsLostBehindPgBouncer tells a day of two agencies at once through
// PgBouncer, where each transaction may meet another connection, and then looks
// at what is there by the direct way.
func TestNothingIsLostBehindPgBouncer(t *testing.T) {
	ctx := t.Context()
	owner, direct := modelstest.EmptyDatabase(t)
	if err := store.Migrate(ctx, owner, direct); err != nil {
		t.Fatal(err)
	}
	address, opened := pgBouncer(t, direct)
	open := func(url string) *models.Store {
		t.Helper()
		s, err := modelstest.Open(ctx, store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4 * pooled})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	s := open(address)
	const rounds = 20
	tell := func(name string) error {
		ada, _, err := s.SignUp(ctx, name, name+"@example.com", "four plain english words")
		if err != nil {
			return err
		}
		if _, err := s.SignInMember(ctx, name+"@example.com", "four plain english words"); err != nil {
			return err
		}
		token, err := s.StartSession(ctx, ada.Login(), "", "")
		if err != nil {
			return err
		}
		agency, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), name+"'s")
		if err != nil {
			return err
		}
		may := func(permission string) authz.Grant {
			g, err2 := s.Access().Authorize(ada.Actor(), s.Catalog().Permission(permission), agency.ID)
			err = errors.Join(err, err2)
			return g
		}
		contacts := record.Place{Section: s.Catalog().Section("contacts")}
		for i := range rounds {
			_, err2 := s.CreateSubAccounts(ctx, may("sub_accounts.create"), []string{fmt.Sprint(i)})
			subuser := people.SubuserInput{Name: fmt.Sprintf("%s-%d", strings.ToLower(name), i), Roles: []string{"Support"}, Link: i > 0, Password: "four plain english words"}
			made, err3 := s.CreateSubuser(ctx, may("subuser_create"), subuser)
			_, _, err4 := s.CreateRecord(ctx, may("contacts.edit"), contacts, map[string]any{"name": fmt.Sprintf("%s %d", name, i), "phone": "+442079460000"})
			_, err5 := s.SelectAll(ctx, may("entitlements.edit"), "logs", account.Filter{}, i%2 == 1)
			if err := errors.Join(err, err2, err3, err4, err5); err != nil {
				return fmt.Errorf("%s, round %d: %w", name, i, err)
			}
			if i == 0 {
				if _, err := s.SignInSubuser(ctx, made.LoginLink, subuser.Name, subuser.Password); err != nil {
					return err
				}
			}
			session, place, err := s.Session(ctx, token, agency.ID)
			if err != nil || session.Name != name || place.Name != name+"'s" {
				return fmt.Errorf("%s is %q at %q: %w", name, session.Name, place.Name, err)
			}
			l, err := s.Records(ctx, may("contacts"), contacts, record.Query{Limit: 2 * rounds})
			if err != nil || len(l.Records) != i+1 {
				return fmt.Errorf("%s sees %d contacts after %d: %w", name, len(l.Records), i+1, err)
			}
			for _, r := range l.Records {
				if !strings.HasPrefix(r.Name, name+" ") {
					return fmt.Errorf("%s sees %s", name, r.Name)
				}
			}
		}
		return err
	}
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() { errs[i] = tell(fmt.Sprintf("Ada%d", i)) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := opened.Load(); n == 0 || n > pooled {
		t.Errorf("PgBouncer opened %d connections, want %d at most", n, pooled)
	}

	past := open(direct)
	for i := range errs {
		name := fmt.Sprintf("Ada%d", i)
		ada, err := past.MemberByEmail(ctx, name+"@example.com")
		if err != nil {
			t.Fatal(err)
		}
		roots, err := past.AccountsOf(ctx, authz.Self(ada.Actor()), ada.Principal(), name+"'s", false, 10)
		if err != nil || len(roots) != 1 {
			t.Fatalf("%s has %d agencies: %v", name, len(roots), err)
		}
		snap := past.Access()
		at, _ := snap.Find(roots[0].ID)
		logs, subs := past.Catalog().Entitlement("logs").Bit, 0
		snap.Children(at, func(a authz.Account) bool {
			if subs++; !snap.Own(a).Covers(logs) {
				t.Errorf("a sub-account of %s lost Logs", name)
			}
			return true
		})
		if subs != rounds {
			t.Errorf("%s has %d sub-accounts", name, subs)
		}
		g, err := snap.Authorize(ada.Actor(), past.Catalog().Permission("subusers"), roots[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := past.Subusers(ctx, g, people.Filter{}); err != nil || len(l.Subusers) != rounds {
			t.Errorf("%s has %d subusers: %v", name, len(l.Subusers), err)
		}
		// Made, and for each round four changes.
		if n, err := past.VerifyAudit(ctx, roots[0].ID, roots[0].ID); err != nil || n != 1+4*rounds {
			t.Errorf("the audit of %s holds %d events: %v", name, n, err)
		}
	}
}
