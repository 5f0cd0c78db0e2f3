package modelstest

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Line is a way to a database that can fail on it.
type Line struct {
	URL    string
	frozen atomic.Bool
	cut    atomic.Pointer[[]byte]
}

// NewLine lays a line to the database at an address.
func NewLine(t testing.TB, address string) *Line {
	t.Helper()
	to, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	network, server := "tcp", net.JoinHostPort(to.Host, fmt.Sprint(to.Port))
	if strings.HasPrefix(to.Host, "/") {
		network, server = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", to.Host, to.Port)
	}
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	login := url.User(to.User)
	if to.Password != "" {
		login = url.UserPassword(to.User, to.Password)
	}
	u := url.URL{Scheme: "postgres", User: login, Host: at.Addr().String(), Path: "/" + to.Database, RawQuery: "sslmode=disable"}
	l := &Line{URL: u.String()}
	t.Cleanup(func() { at.Close(); l.Thaw() })
	go func() {
		for {
			from, err := at.Accept()
			if err != nil {
				return
			}
			db, err := net.Dial(network, server)
			if err != nil {
				from.Close()
				continue
			}
			cut := &atomic.Bool{}
			go l.carry(db, from, func(asked []byte) bool {
				if text := l.cut.Load(); text != nil && bytes.Contains(asked, *text) && l.cut.CompareAndSwap(text, nil) {
					cut.Store(true)
				}
				return true
			})
			go l.carry(from, db, func([]byte) bool { return !cut.Load() })
		}
	}()
	return l
}

// Freeze lets nothing through, and breaks nothing, until Thaw.
func (l *Line) Freeze() { l.frozen.Store(true) }

// Thaw lets everything through, what was held back too.
func (l *Line) Thaw() { l.frozen.Store(false) }

// CutAfter breaks the connection by which a text comes, once, in place of the
// database's answer.
func (l *Line) CutAfter(text string) {
	b := []byte(text)
	l.cut.Store(&b)
}

func (l *Line) carry(to, from net.Conn, pass func([]byte) bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		for l.frozen.Load() {
			time.Sleep(time.Millisecond)
		}
		if !pass(buffer[:n]) {
			return
		}
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}
