package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// asProgram says that this binary is to be the program and no test.
const asProgram = "BAILIWICK_TEST_AS_PROGRAM"

// shell is where the program is run.
type shell struct {
	t     *testing.T
	env   []string
	stdin string
}

// with is the same shell with more in its environment; the last counts.
func (s shell) with(pairs ...string) shell {
	s.env = append(s.env[:len(s.env):len(s.env)], pairs...)
	return s
}

// ran is what came of it.
type ran struct {
	out, err string
	code     int
}

func (s shell) run(args ...string) ran {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(s.t.Context(), self, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), asProgram + "=1"}, s.env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(s.stdin), &stdout, &stderr
	err = cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		s.t.Fatal(err)
	}
	return ran{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// ok runs what must work.
func (s shell) ok(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	if r.code != 0 {
		s.t.Fatalf("bailiwick %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// objects runs what prints objects, one a line.
func (s shell) objects(args ...string) (all []map[string]any) {
	s.t.Helper()
	d := json.NewDecoder(strings.NewReader(s.ok(append(args, "--json")...)))
	for d.More() {
		var x map[string]any
		if err := d.Decode(&x); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

// refused runs what must fail with a status, and say something.
func (s shell) refused(code exit, says string, args ...string) {
	s.t.Helper()
	if r := s.run(args...); r.code != int(code) || !strings.Contains(r.err, says) {
		s.t.Errorf("bailiwick %s: exit %d, not %d with %q\n%s%s", strings.Join(args, " "), r.code, int(code), says, r.out, r.err)
	}
}

// served is a running panel with Ada's agency Analytical.
type served struct {
	store      *models.Store
	address    string // of the panel
	database   string
	ada        login.Member
	analytical account.Account
}

func serveOne(t *testing.T) served {
	t.Helper()
	free := listen(t)
	p := served{address: free.Addr().String(), database: pgtest.Clone(t)}
	free.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- serveCommand{}.Run(ctx, &Config{Addr: p.address, DataDir: t.TempDir(), DatabaseURL: p.database})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if res, err := http.Get("http://" + p.address + "/healthz"); err == nil {
			res.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the panel does not come up")
		}
	}
	s, err := modelstest.Open(t.Context(), store.Config{URL: p.database, Catalog: catalog.MustLoad(), Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p.store = s
	if p.ada, _, err = s.SignUp(t.Context(), "Ada", "ada@example.com", "four plain english words"); err == nil {
		p.analytical, err = s.CreateMainAccount(t.Context(), authz.Self(p.ada.Actor()), "Analytical")
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// key makes a key of Analytical.
func (p served) key(t *testing.T, in program.KeyInput) string {
	t.Helper()
	made, err := p.store.CreateKey(t.Context(), modelstest.GrantOf(t, p.store, p.ada, "api_keys.edit", p.analytical.ID), uuid.Nil, in)
	if err != nil {
		t.Fatal(err)
	}
	return made.Secret
}

// An agency's engineer does on the command line what the pages do, is refused in their
// sentences, and tells by the exit status why.
func TestTheCommandLineCallsARunningPanel(t *testing.T) {
	p := serveOne(t)
	sh := shell{t: t, env: []string{"BAILIWICK_URL=http://" + p.address, "BAILIWICK_KEY=" + p.key(t, program.KeyInput{Name: "Command line", SubAccounts: true})}}
	if out := sh.ok("account", "show"); !strings.Contains(out, "ID") || !strings.Contains(out, "Analytical") {
		t.Error(out)
	}
	if out := sh.ok("account", "rename", "Analytical Engines"); !strings.Contains(out, "Engines") {
		t.Error(out)
	}
	if out := sh.ok("key", "show"); !strings.Contains(out, "Command line") {
		t.Error(out)
	}

	// Sub-accounts and their permissions.
	made := sh.objects("sub-account", "create", "Lisbon", "Porto, old town")
	if len(made) != 2 || made[1]["name"] != "Porto, old town" {
		t.Fatal(made)
	}
	lisbon, porto := made[0]["id"].(string), made[1]["id"].(string)
	if x := sh.objects("sub-account", "edit", lisbon, "--label", "Europe", "--no-open-to-main")[0]; x["name"] != "Lisbon" || x["open_to_main"] != false {
		t.Error(x)
	}
	for _, step := range []struct{ verb, state string }{{"suspend", "suspended"}, {"resume", "active"}, {"archive", "archived"}, {"restore", "active"}} {
		if x := sh.objects("sub-account", step.verb, lisbon)[0]; x["state"] != step.state {
			t.Errorf("%s: %v", step.verb, x)
		}
	}
	if x := sh.objects("sub-account", "move", porto, lisbon)[0]; x["parent"] != lisbon {
		t.Error(x)
	}
	if out := sh.ok("sub-account", "list", "--search", "porto"); !strings.Contains(out, "Porto, old town") || strings.Count(out, "\n") != 2 {
		t.Error(out)
	}
	if all := sh.objects("sub-account", "list", "--limit", "1"); len(all) != 1 {
		t.Error(all)
	}
	sh.ok("permission", "revoke", "logs", "contacts", "--sub-account", lisbon)
	if out := sh.ok("permission", "list", lisbon); !hasLine(out, "logs", "no") || !hasLine(out, "analytics", "yes") {
		t.Error(out)
	}
	sh.ok("permission", "grant", "logs", "--sub-account", lisbon)
	sh.refused(exitRefused, `"nonsense" is not a permission`, "permission", "grant", "nonsense", "--sub-account", lisbon)
	if r := sh.run("permission", "revoke", "logs", "--sub-account", lisbon, "--sub-account", uuid.Nil.String()); r.code != 1 || !hasLine(r.out, lisbon, "done") {
		t.Error(r)
	}
	sh.refused(exitRefused, "name", "sub-account", "delete", lisbon, "--name", "Porto")
	sh.ok("sub-account", "delete", lisbon, "--name", "Lisbon", "--along")
	sh.refused(exitAbsent, "There is nothing here", "sub-account", "show", lisbon)

	// People and roles.
	role := sh.objects("role", "create", "Listener", "--base", "subuser:Developer", "--permission", "calls")[0]
	name := role["name"].(string)
	lise := sh.run("subuser", "create", "lise", "--role", "Supervisor", "--role", name+"@"+time.Now().Add(48*time.Hour).UTC().Format(time.RFC3339))
	if lise.code != 0 || !strings.Contains(lise.out, "/set-password/") || !strings.Contains(lise.out, "/login/") {
		t.Fatal(lise)
	}
	all := sh.objects("subuser", "list", "--role", "Supervisor")
	if len(all) != 1 || all[0]["name"] != "lise" {
		t.Fatal(all)
	}
	id := all[0]["id"].(string)
	if x := sh.objects("subuser", "edit", id, "--description", "Listens")[0]; x["description"] != "Listens" || len(x["roles"].([]any)) != 2 {
		t.Error(x)
	}
	sh.ok("subuser", "suspend", id)
	sh.ok("subuser", "resume", id)
	if out := sh.ok("subuser", "login-link"); !strings.HasPrefix(out, "http://") {
		t.Error(out)
	}
	sh.ok("subuser", "password", id)
	sh.ok("subuser", "delete", id)
	sh.ok("role", "edit", role["id"].(string), "--name", "Hearer")
	if out := sh.ok("role", "list"); !hasLine(out, name, "Hearer") {
		t.Error(out)
	}
	sh.ok("role", "delete", role["id"].(string))
	if out := sh.ok("member", "list"); !hasLine(out, "Ada", "owner") {
		t.Error(out)
	}
	if r := sh.run("member", "invite", "grace@example.com", "nobody", "--role", "account:admin"); r.code != 1 || !strings.Contains(r.out, "/invites/") {
		t.Error(r)
	}
	sh.ok("member", "cancel", sh.objects("member", "invites")[0]["id"].(string))

	// Programs and their keys.
	robot := strings.TrimSpace(sh.ok("service-account", "create", "Robot", "--role", "Supervisor", "--with-key"))
	if out := sh.ok("key", "show", "--key", robot); !strings.Contains(out, "Robot") {
		t.Error(out)
	}
	works := sh.objects("service-account", "list")[0]["id"].(string)
	second := strings.TrimSpace(sh.ok("key", "create", "--service-account", works, "--name", "Second", "--read-only", "--days", "1"))
	one := sh.objects("key", "list", "--search", "Second")[0]
	if !strings.HasPrefix(second, one["begins_with"].(string)) || one["read_only"] != true {
		t.Error(second, one)
	}
	if x := sh.objects("key", "edit", one["id"].(string), "--name", "Narrow", "--network", "127.0.0.0/8")[0]; x["name"] != "Narrow" || len(x["networks"].([]any)) != 1 {
		t.Error(x)
	}
	if out := sh.ok("key", "replace", one["id"].(string), "--overlap", "none"); !strings.HasPrefix(out, "bw_") || strings.TrimSpace(out) == second {
		t.Error(out)
	}
	sh.refused(exitKey, "Key replaced", "key", "show", "--key", second)
	if out := sh.ok("key", "revoke", one["id"].(string)); !hasLine(out, "Narrow", "revoked") {
		t.Error(out)
	}
	sh.ok("service-account", "suspend", works)
	sh.refused(exitKey, "Suspended", "key", "show", "--key", robot)
	sh.ok("service-account", "resume", works)
	sh.ok("service-account", "edit", works, "--description", "Works at night")
	sh.ok("service-account", "delete", works)

	// Records, by the names of their fields.
	charles := sh.objects("record", "create", "contacts", "name=Charles", "phone=+49 30 901820")[0]
	contact := charles["id"].(string)
	if charles["phone"] != "+4930901820" {
		t.Error(charles)
	}
	sh.refused(exitRefused, "name: Fill this in.", "record", "create", "contacts", "name=")
	sh.refused(exitRefused, "nonsense: There is no such field.", "record", "create", "contacts", "name=X", "nonsense=1")
	if x := sh.objects("record", "edit", "contacts", contact, "phone:=null", "--if-version", "1")[0]; x["phone"] != nil || x["name"] != "Charles" {
		t.Error(x)
	}
	sh.refused(exitChanged, "Changed by somebody else", "record", "edit", "contacts", contact, "name=Late", "--if-version", "1")
	from := sh
	from.stdin = "{\"name\": \"Ida\"}\n{\"name\": \"\"}\n"
	if r := from.run("record", "create", "contacts", "--file", "-"); r.code != 1 || !hasLine(r.out, "1", "done") || !strings.Contains(r.out, "Fill this in") {
		t.Error(r)
	}
	if out := sh.ok("record", "list", "contacts", "--where", "sort=name"); !hasLine(out, contact, "Charles") || !strings.HasPrefix(out, "ID") || strings.Index(out, "Charles") > strings.Index(out, "Ida") {
		t.Error(out)
	}
	if out := sh.ok("record", "list", "contacts", "--field", "name", "--limit", "1"); strings.TrimSpace(out) != "NAME\nCharles" {
		t.Errorf("%q", out)
	}
	if r := sh.run("record", "batch", "contacts", "delete", contact, uuid.Nil.String()); r.code != 1 || !hasLine(r.out, contact, "done") {
		t.Error(r)
	}
	sh.refused(exitAbsent, "nothing here", "record", "show", "contacts", contact)

	// Why it did not work shows in the exit status.
	reads := p.key(t, program.KeyInput{Name: "Reads", ReadOnly: true})
	sh.with("BAILIWICK_KEY="+reads).refused(exitDenied, "The key needs the permission", "record", "create", "contacts", "name=X")
	sh.refused(exitKey, "Not a key", "account", "show", "--key", "bw_live_nonsense")
	sh.with("BAILIWICK_URL=").refused(exitError, "say where the panel is", "account", "show")
	sh.with("BAILIWICK_KEY=").refused(exitError, "give an API key", "account", "show")
	sh.with("BAILIWICK_URL=ftp://x").refused(exitError, "is not an address", "account", "show")
	closed := listen(t)
	closed.Close()
	sh.refused(exitError, "no answer", "account", "show", "--url", "http://"+closed.Addr().String())
	sh.refused(exitError, "unknown flag", "account", "show", "--nonsense")
	from.stdin = reads + "\n"
	if r := from.with("BAILIWICK_KEY=").run("key", "show", "--key-file", "-"); r.code != 0 || !strings.Contains(r.out, "Reads") {
		t.Error(r)
	}
	if out := sh.ok("sub-account", "--help"); !strings.Contains(out, "Exit status: 0 done") {
		t.Error(out)
	}

	// Without an address of a panel, a key is made on the machine, as operators do.
	operator := shell{t: t, env: []string{"DATABASE_URL=" + p.database, "BAILIWICK_DATA_DIR=" + t.TempDir()}}
	key := strings.TrimSpace(operator.ok("key", "create", p.analytical.ID.String(), "--days", "1"))
	if out := sh.ok("key", "show", "--key", key); !strings.Contains(out, "Made on the machine") {
		t.Error(out)
	}
}

// hasLine tells whether a line has all of some texts.
func hasLine(text string, parts ...string) bool {
	for line := range strings.Lines(text) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return true
		}
	}
	return false
}

// The tab key completes nouns, verbs, flags, and what the catalog knows.
func TestTheTabKeyCompletes(t *testing.T) {
	sh := shell{t: t}
	for typed, want := range map[string]string{
		"bailiwick sub-a": "sub-account", "bailiwick sub-account s": "show suspend", "bailiwick record list cont": "contacts",
		"bailiwick permission grant knowl": "knowledge_base", "bailiwick subuser create x --descr": "--description",
	} {
		offered := strings.Fields(sh.with("COMP_LINE=" + typed).ok())
		slices.Sort(offered)
		if got := strings.Join(offered, " "); got != want {
			t.Errorf("%q completes to %q, want %q", typed, got, want)
		}
	}
	for _, name := range []string{"bash", "zsh", "fish"} {
		if out := sh.ok("completion", "-c", name); !strings.Contains(out, "bailiwick") {
			t.Errorf("%s: %s", name, out)
		}
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", sh.ok("completion", "-c", "bash")+"complete -p bailiwick").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "complete") {
		t.Errorf("%v: %s", err, out)
	}
}
