package main

import (
	"strings"
	"testing"
)

func TestPlainHTTPStaysOnThisMachineUnlessAccepted(t *testing.T) {
	for _, c := range []struct {
		addr, public string
		accepted     bool
		wrong        string // what the refusal says, empty for none
	}{
		{addr: "127.0.0.1:8080"},
		{addr: "[::1]:8080", public: "http://localhost:8080"},
		{addr: "0.0.0.0:8080", public: "https://panel.example.com"},
		{addr: "0.0.0.0:8080", public: "http://localhost:8080", accepted: true},
		{addr: "0.0.0.0:8080", public: "http://localhost:8080", wrong: "plain http"},
		{addr: ":8080", public: "http://127.0.0.1:8080", wrong: "plain http"},
		{addr: "127.0.0.1:8080", public: "http://panel.example.com", wrong: "plain http"},
		{addr: "0.0.0.0:8080", wrong: "BAILIWICK_PUBLIC_URL is needed"},
		{addr: "127.0.0.1:99999", wrong: "BAILIWICK_ADDR"},
		{addr: "127.0.0.1", wrong: "BAILIWICK_ADDR"},
	} {
		x := Config{Addr: c.addr, PublicURL: c.public, PlainHTTP: c.accepted, DataDir: t.TempDir()}
		err := x.check()
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s as %q, accepted %v: %v", c.addr, c.public, c.accepted, err)
		}
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	x := Config{Addr: "nope", PublicURL: "ftp://x", DatabaseURL: "mysql://u:hunter2@h/d", SecretKey: "zz", TrustedProxies: []string{"x"}, Currency: "euros", DataDir: t.TempDir(),
		SMTPURL: "http://u:hunter2@h", MailFrom: "x"}
	err := x.check()
	for _, name := range []string{"BAILIWICK_ADDR", "BAILIWICK_PUBLIC_URL", "DATABASE_URL", "BAILIWICK_SECRET_KEY", "BAILIWICK_TRUSTED_PROXIES", "BAILIWICK_SMTP_URL", "BAILIWICK_MAIL_FROM", "BAILIWICK_CURRENCY"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not said to be wrong: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the password is in the message")
	}
}

func TestMailNeedsBothAServerAndASender(t *testing.T) {
	x := Config{Addr: "127.0.0.1:8080", SMTPURL: "smtp://panel:hunter2@mail.example.com", DataDir: t.TempDir()}
	if err := x.check(); err == nil || !strings.Contains(err.Error(), "BAILIWICK_MAIL_FROM is needed") {
		t.Error(err)
	}
	if x.MailFrom = "Bailiwick <panel@example.com>"; x.check() != nil || x.smtp == nil || x.from.Address != "panel@example.com" {
		t.Error(x.check())
	}
	if got := masked(x.SMTPURL); strings.Contains(got, "hunter2") || !strings.Contains(got, "mail.example.com") {
		t.Errorf("printed as %s", got)
	}
}
