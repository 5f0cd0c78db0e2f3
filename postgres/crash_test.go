//go:build linux && crash

package postgres

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var rounds = flag.Int("rounds", 5, "how often each crash is repeated")

// Limits that the program promises: it writes again so long after its own death and
// after that of the server. The median counts, other programs take their time too.
const (
	panelLimit  = 2 * time.Second
	serverLimit = 5 * time.Second
)

// recoveries are the times from a crash to the next acknowledged row.
type recoveries []time.Duration

// measure adds how long the crash and the recovery take.
func (r *recoveries) measure(t *testing.T, p *panel, crash func(*testing.T, *panel) *panel) *panel {
	t.Helper()
	began := time.Now()
	p = crash(t, p)
	*r = append(*r, time.Since(began))
	p.check(t)
	return p
}

func (r recoveries) report(t *testing.T, what string, limit time.Duration) {
	t.Helper()
	slices.Sort(r)
	median := r[len(r)/2]
	t.Logf("%s: %d times, median %s, slowest %s", what, len(r), median, r[len(r)-1])
	if median > limit {
		t.Errorf("%s: more than %s", what, limit)
	}
}

func TestCrashLosesNothingAcknowledged(t *testing.T) {
	p := startPanel(t, diskFolder(t), account{}, 0)
	var panel, server, both, child recoveries
	for range *rounds {
		for _, crash := range []func(){
			func() { p = panel.measure(t, p, killPanel) },
			func() { p = server.measure(t, p, killServer) },
			func() { p = both.measure(t, p, killBoth) },
			func() { p = child.measure(t, p, killChild) },
		} {
			time.Sleep(rand.N(2 * time.Second))
			before := p.acknowledged()
			crash()
			if p.acknowledged() <= before {
				t.Error("nothing was written since the last crash")
			}
		}
	}
	t.Logf("%d rows acknowledged", p.acknowledged())
	panel.report(t, "panel killed", panelLimit)
	server.report(t, "server killed", serverLimit)
	both.report(t, "both killed", panelLimit)
	child.report(t, "a process of the server killed", serverLimit)
	p.stop(t)
}

func killPanel(t *testing.T, p *panel) *panel {
	p.kill()
	return p.again(t)
}

func killBoth(t *testing.T, p *panel) *panel {
	server := p.server(t)
	victims := []func(){func() { _ = kill(server) }, p.kill}
	rand.Shuffle(2, func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	victims[0]()
	victims[1]()
	return p.again(t)
}

func killServer(t *testing.T, p *panel) *panel {
	server := p.server(t)
	return p.heals(t, func() { _ = kill(server) })
}

// killChild kills one of the server's own processes; the server then restarts itself.
func killChild(t *testing.T, p *panel) *panel {
	var lasting []int
	server := strconv.Itoa(p.server(t))
	for _, child := range strings.Fields(readFirstLine("/proc/" + server + "/task/" + server + "/children")) {
		switch strings.TrimRight(readFirstLine("/proc/"+child+"/cmdline"), " \x00") {
		case "postgres: checkpointer", "postgres: background writer", "postgres: walwriter":
			pid, err := strconv.Atoi(child)
			if err != nil {
				t.Fatal(err)
			}
			lasting = append(lasting, pid)
		}
	}
	if len(lasting) == 0 {
		t.Fatal("the server has no children")
	}
	return p.heals(t, func() { _ = kill(lasting[rand.N(len(lasting))]) })
}

// again starts the panel anew where the killed one ended.
func (p *panel) again(t *testing.T) *panel {
	t.Helper()
	return startPanel(t, p.folder.dir, account{}, p.acknowledged())
}

// heals waits for the running panel to write again, by another connection: the
// old one may work on for a moment after the kill.
func (p *panel) heals(t *testing.T, crash func()) *panel {
	t.Helper()
	before := p.connected()
	crash()
	p.await(t, "write by a new connection", func() bool { return p.connections > before && p.last > p.sinceConnected })
	return p
}

func (p *panel) connected() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.connections
}

// server is the number of the panel's server.
func (p *panel) server(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(readFirstLine(p.folder.pidFile()))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (p *panel) url(role, database string) string { return folderAt(p.folder.dir).url(role, database) }

// check looks for each row that was acknowledged.
func (p *panel) check(t *testing.T) {
	t.Helper()
	acknowledged := p.acknowledged()
	c := connect(t, p.url(Owner, Database))
	defer c.Close(t.Context())
	n := query[int](t, c, fmt.Sprintf("SELECT count(*) FROM acknowledged WHERE n < %d", acknowledged))
	if n != acknowledged {
		t.Fatalf("%d of %d acknowledged rows are there", n, acknowledged)
	}
}

func TestCrashThenTheNumberBelongsToAnother(t *testing.T) {
	dir := diskFolder(t)
	p := startPanel(t, dir, account{}, 0)
	var times recoveries
	for range *rounds {
		time.Sleep(rand.N(500 * time.Millisecond))
		info, err := os.Stat(p.folder.data())
		if err != nil {
			t.Fatal(err)
		}
		owner, err := chooseAccount(ownerOf(info))
		if err != nil {
			t.Fatal(err)
		}
		_ = kill(p.server(t))
		p.kill()

		stranger := exec.Command("sleep", "60")
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential()}
		if err := stranger.Start(); err != nil {
			t.Fatal(err)
		}
		gone := make(chan error, 1)
		go func() { gone <- stranger.Wait() }()
		for _, file := range []string{p.folder.pidFile(), p.folder.socketFile() + ".lock"} {
			renumber(t, file, stranger.Process.Pid)
		}

		p = times.measure(t, p, func(t *testing.T, p *panel) *panel { return p.again(t) })
		select {
		case <-gone:
			t.Error("the other program was ended")
		default:
		}
		_ = stranger.Process.Kill()
	}
	times.report(t, "both killed, number reused", panelLimit)
	p.stop(t)
}

// renumber changes the process number in a lock file of the server.
func renumber(t *testing.T, file string, pid int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(file, []byte(strconv.Itoa(pid)+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCrashLeavesAnOrphanAtWork has a query that never looks up when its server dies.
func TestCrashLeavesAnOrphanAtWork(t *testing.T) {
	p := startPanel(t, diskFolder(t), account{}, 0)
	var server, both recoveries
	for range *rounds {
		for _, crash := range []func(){
			func() { p = server.measure(t, p, killServer) },
			func() { p = both.measure(t, p, killBoth) },
		} {
			orphan := p.occupy(t)
			crash()
			if readFirstLine(fmt.Sprintf("/proc/%d/cmdline", orphan)) != "" { // a zombie has none
				t.Error("the orphan is still at work")
			}
		}
	}
	server.report(t, "server killed, orphan left", serverLimit)
	both.report(t, "both killed, orphan left", serverLimit)
	p.stop(t)
}

// occupy has one process of the server run in circles.
func (p *panel) occupy(t *testing.T) (pid int) {
	t.Helper()
	busy, watch := connect(t, p.url(superuser, "postgres")), connect(t, p.url(superuser, "postgres"))
	defer watch.Close(t.Context())
	pid = query[int](t, busy, "SELECT pg_backend_pid()")
	go busy.Exec(t.Context(), "DO $$ BEGIN LOOP END LOOP; END $$")
	for query[string](t, watch, fmt.Sprintf("SELECT state FROM pg_stat_activity WHERE pid = %d", pid)) != "active" {
		time.Sleep(10 * time.Millisecond)
	}
	return pid
}

// TestCrashDuringTheFirstStart kills the panel at every stage of making the cluster.
func TestCrashDuringTheFirstStart(t *testing.T) {
	for i := range 4 * *rounds {
		dir := diskFolder(t)
		c := testProgram(t, dir, account{})
		c.Env = append(c.Env, panelVariable+"="+dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * time.Second / time.Duration(4**rounds))
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		for i := range names {
			names[i] = filepath.Base(names[i])
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		stage := "empty"
		switch {
		case slices.Contains(names, "data"):
			stage = "made"
		case slices.Contains(names, "data.new"):
			stage = "half made"
		case slices.Contains(names, "server.new"):
			stage = "unpacking"
		}
		t.Log(stage)
		p := startPanel(t, dir, account{}, 0)
		p.check(t)
		p.stop(t)
	}
}
