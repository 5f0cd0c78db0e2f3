//go:build linux

package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestUnderRootItRunsAsAnotherUser(t *testing.T) {
	needRoot(t)
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick})
	info, err := os.Stat(fmt.Sprintf("/proc/%d", postmaster(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	if uid := ownerOf(info); uid == 0 || uid != s.account.uid {
		t.Errorf("it runs as user id %d, not as %s", uid, s.account.name)
	}
}

func TestUnderRootTheOwnerOfTheDataRunsIt(t *testing.T) {
	needRoot(t)
	nobody, err := chooseAccount(65534)
	if err != nil {
		t.Skip(err)
	}
	dir := dataFolder(t)
	asNobody := startPanel(t, dir, nobody, 0)
	asNobody.stop(t)
	s := startServer(t, Config{Dir: dir})
	if s.account.name != nobody.name {
		t.Errorf("it runs as %s", s.account.name)
	}
	if n := query[int](t, connect(t, s.URL()), "SELECT count(*) FROM acknowledged"); n < asNobody.acknowledged() {
		t.Errorf("%d rows, %d were acknowledged", n, asNobody.acknowledged())
	}
}

func TestUnderRootWithATightUmask(t *testing.T) {
	needRoot(t)
	dir := filepath.Join(dataFolder(t), "data")
	umask := syscall.Umask(0o077)
	defer syscall.Umask(umask)
	s := startServer(t, Config{Dir: dir, Settings: quick})
	connect(t, s.URL())
}

func TestAFolderThatTheServerCannotReachIsRefused(t *testing.T) {
	needRoot(t)
	closed := filepath.Join(dataFolder(t), "home")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "data")
	_, err := Start(t.Context(), Config{Dir: dir})
	if !errors.Is(err, ErrFolder) {
		t.Fatalf("start says: %v", err)
	}
	for _, part := range []string{closed + " (drwx------)", "chmod o+x " + closed} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	startServer(t, Config{Dir: dir, Settings: quick})
}

func TestAnotherUserOfTheMachineCannotConnect(t *testing.T) {
	needRoot(t)
	nobody, err := chooseAccount(65534)
	if err != nil {
		t.Skip(err)
	}
	s := startServer(t, Config{Dir: dataFolder(t), Settings: quick})
	if s.account.uid == nobody.uid {
		t.Skip("the server itself runs as nobody")
	}
	// Even with the folder open, the socket asks who is there.
	for _, name := range []string{s.folder.socket, s.folder.socketFile()} {
		if err := os.Chmod(name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, url := range []string{s.URL(), s.AdminURL("postgres")} {
		if out, err := tryConnecting(t, nobody, url); err == nil || !strings.Contains(out, "eer authentication failed") {
			t.Errorf("nobody at %s: %v: %s", url, err, out)
		}
	}
}
