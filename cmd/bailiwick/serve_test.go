package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"bailiwick/postgres/pgtest"
)

// post is a mail server that passes on what it is handed.
type post chan string

func (p post) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (post) Mail(string, *smtp.MailOptions) error          { return nil }
func (post) Rcpt(string, *smtp.RcptOptions) error          { return nil }
func (post) Reset()                                        {}
func (post) Logout() error                                 { return nil }

func (p post) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	p <- string(raw)
	return err
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A panel is served with a mail server set, somebody signs up and forgets their
// password, and both letters arrive.
func TestAServedPanelSendsItsMail(t *testing.T) {
	office, l := make(post, 10), listen(t)
	server := smtp.NewServer(office)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	free := listen(t)
	addr := free.Addr().String()
	free.Close()

	ctx, stop := context.WithCancel(context.Background())
	c := &Config{Addr: addr, DataDir: t.TempDir(), DatabaseURL: pgtest.Clone(t), SMTPURL: "smtp://" + l.Addr().String(), MailFrom: "panel@example.com"}
	served := make(chan error, 1)
	go func() { served <- serveCommand{}.Run(ctx, c) }()
	form := func(path string, pairs ...string) int {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		res, err := http.PostForm("http://"+addr+path, values)
		if err != nil {
			return 0
		}
		res.Body.Close()
		return res.StatusCode
	}
	for deadline := time.Now().Add(30 * time.Second); form("/forgotten-password", "email", "nobody@example.com") != http.StatusOK; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the panel does not come up")
		}
	}
	form("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "four plain english words")
	if got := form("/forgotten-password", "email", "ada@example.com"); got != http.StatusOK {
		t.Fatal(got)
	}
	for _, leads := range []string{"/verify-email/", "/reset-password/"} {
		select {
		case mail := <-office:
			if !strings.Contains(mail, "http://"+addr+leads) || !strings.Contains(mail, "<ada@example.com>") {
				t.Error(mail)
			}
		case <-time.After(20 * time.Second):
			t.Error("no mail arrives")
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if len(office) != 0 {
		t.Errorf("%d mails more", len(office))
	}
}
