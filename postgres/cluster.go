//go:build linux

package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// provision is run once, in single-user mode: a command a line.
const provision = "CREATE ROLE " + Owner + " LOGIN NOSUPERUSER NOCREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS\n" +
	"CREATE DATABASE " + Database + " OWNER " + Owner + "\n"

// makeCluster makes a cluster with the owner and the database in it. It
// becomes the data only when it is complete.
func (s *Server) makeCluster(ctx context.Context) error {
	lock, err := s.folder.claim(ctx, s.account, s.log)
	if err != nil {
		return err
	}
	defer lock.Close()

	dir := s.folder.newData()
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := s.account.own(dir); err != nil {
		return err
	}
	initdb := s.command(lock, dir, "initdb", s.initdbArguments(dir)...)
	if err := s.runToEnd(ctx, initdb); err != nil {
		return err
	}
	single := s.command(lock, dir, "postgres", "--single", "-D", dir, "-c", "exit_on_error=on",
		"-c", "log_min_error_statement=panic", "-c", "fsync="+s.fsync(), superuser)
	single.Stdin = strings.NewReader(provision)
	if err := s.runToEnd(ctx, single); err != nil {
		return err
	}

	if err := os.Remove(s.folder.data()); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.Rename(dir, s.folder.data()); err != nil {
		return err
	}
	return syncFolder(s.folder.dir)
}

func (s *Server) initdbArguments(dir string) []string {
	arguments := []string{"-D", dir, "--username=" + superuser, "--auth=peer", "--encoding=UTF8", "--data-checksums", "--no-instructions"}
	if s.binaries.major >= 17 {
		arguments = append(arguments, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
			"--sync-method="+syncMethod())
	} else {
		arguments = append(arguments, "--locale=C.UTF-8")
	}
	if s.fsync() == "off" {
		arguments = append(arguments, "--no-sync")
	}
	return arguments
}

// syncMethod is how a whole data folder is made to survive a power cut: by
// syncfs(2), which reports write errors since Linux 5.8, or file by file.
func syncMethod() string {
	var name unix.Utsname
	var major, minor int
	if unix.Uname(&name) == nil {
		fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	}
	if major > 5 || major == 5 && minor >= 8 {
		return "syncfs"
	}
	return "fsync"
}

func (s *Server) fsync() string {
	if v, ok := s.settings["fsync"]; ok {
		return v
	}
	return "on"
}

// command prepares one of the server's programs. It inherits the lock, so that
// the folder counts as in use while it or a descendant of it lives.
func (s *Server) command(lock *os.File, dir, program string, arguments ...string) *exec.Cmd {
	c := command(s.account, dir, filepath.Join(s.binaries.bin, program), arguments...)
	c.ExtraFiles = []*os.File{lock}
	return c
}

func (s *Server) runToEnd(ctx context.Context, c *exec.Cmd) error {
	p, err := start(c, s.log)
	if err != nil {
		return err
	}
	return p.wait(ctx)
}

// syncFolder makes a rename in the folder survive a power cut.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// writeAccess lets the operating system user of this program, and nobody else,
// connect, as any role: it could become any of them as the superuser anyhow.
func (s *Server) writeAccess() error {
	me, err := lookup(user.LookupId, strconv.Itoa(os.Geteuid()))
	if err != nil {
		return err
	}
	roles := []string{"all"}
	if s.binaries.major < 16 { // which has no word for all
		roles = []string{Owner, Login, superuser}
	}
	ident := ""
	for _, role := range roles {
		ident += fmt.Sprintf("program %s %s\n", quote(me.name), role)
	}
	if err := replaceFile(s.folder.path("ident.conf"), ident); err != nil {
		return err
	}
	return replaceFile(s.folder.path("hba.conf"), "local all all peer map=program\n")
}

func replaceFile(name, text string) error {
	if err := os.WriteFile(name+".new", []byte(text), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(name+".new", 0o644); err != nil { // whatever the umask
		return err
	}
	return os.Rename(name+".new", name)
}

// quote is for the server's configuration: identifiers and items of lists.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
