package mail

import (
	"bailiwick/models/account"
	letters "bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"

	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/modelstest"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(modelstest.Main(m)) }

// office is a real mail server in this process.
type office struct {
	t      *testing.T
	addr   string
	server *smtp.Server
	tls    *tls.Config

	mu       sync.Mutex
	refuse   error // what it answers to each recipient
	user     string
	received []received
}

type received struct{ from, to, raw string }

func newOffice(t *testing.T) *office {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, addr: l.Addr().String()}
	l.Close()
	return o
}

// opens lets mail in, at the same address each time.
func (o *office) opens() *office {
	o.t.Helper()
	o.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &counter{office: o}, nil }))
	o.server.Domain, o.server.AllowInsecureAuth, o.server.TLSConfig = "localhost", true, o.tls
	o.server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	l, err := net.Listen("tcp", o.addr)
	if err != nil {
		o.t.Fatal(err)
	}
	go o.server.Serve(l)
	o.t.Cleanup(func() { o.server.Close() })
	return o
}

func (o *office) refuses(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = err
}

func (o *office) mail() []received {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]received(nil), o.received...)
}

// counter is where one connection hands its mail in.
type counter struct {
	office   *office
	from, to string
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

func (c *counter) Mail(from string, _ *smtp.MailOptions) error {
	c.from = from
	return nil
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.to = to
	return c.office.refuse
}

func (c *counter) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.received = append(c.office.received, received{c.from, c.to, string(raw)})
	return err
}

func (c *counter) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *counter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "hunter2" {
			return smtp.ErrAuthFailed
		}
		c.office.mu.Lock()
		defer c.office.mu.Unlock()
		c.office.user = user
		return nil
	}), nil
}

// house is an installation: its database, and what sends its mail.
type house struct {
	*Sender
	t   *testing.T
	url string
	ada login.Member
	a   account.Account
	log *bytes.Buffer
	now *time.Time
}

func newHouse(t *testing.T, server string) house {
	t.Helper()
	ctx, now := context.Background(), time.Now()
	h := house{t: t, url: pgtest.Clone(t), log: &bytes.Buffer{}, now: &now}
	store, err := modelstest.Open(ctx, store.Config{URL: h.url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 8, Now: func() time.Time { return *h.now }})
	must(t, err)
	t.Cleanup(store.Close)
	h.ada, _, err = store.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	must(t, err)
	h.a, err = store.CreateMainAccount(ctx, authz.Self(h.ada.Actor()), "Analytical")
	must(t, err)
	_, err = pgtest.Direct(t, h.url).Exec(ctx, "DELETE FROM letters; UPDATE members SET email_proven_at = now()") // those of a test are its own
	must(t, err)
	at, err := ParseServer(server)
	must(t, err)
	from, err := ParseFrom("panel@example.com")
	must(t, err)
	h.Sender = &Sender{Store: store, Server: at, From: from, Public: &url.URL{Scheme: "https", Host: "panel.example.com"}, Log: slog.New(slog.NewTextHandler(h.log, nil))}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// invites has Ada invite people, and gives the secret of the last one's link.
func (h house) invites(emails ...string) (token string) {
	h.t.Helper()
	g, err := h.Store.Access().Authorize(h.ada.Actor(), h.Store.Catalog().Permission("members.add"), h.a.ID)
	must(h.t, err)
	all, err := h.Store.Invite(context.Background(), g, emails, []string{"main_user"})
	must(h.t, err)
	for _, i := range all {
		if i.Problem != "" {
			h.t.Fatal(i.Email, i.Problem)
		}
	}
	return all[len(all)-1].Token
}

// sends hands over all that is due, and tells how many were looked at.
func (h house) sends() (n int) {
	h.t.Helper()
	for {
		switch err := h.one(context.Background()); {
		case errors.Is(err, store.ErrNotFound):
			return n
		case err != nil:
			h.t.Fatal(err)
		}
		n++
	}
}

// letters are the states of all letters, and all that is kept of them.
func (h house) letters() (states []string, kept string) {
	h.t.Helper()
	ctx := context.Background()
	_, err := h.Store.AddStaff(ctx, h.ada.Email, store.DutyOperator)
	must(h.t, err)
	token, err := h.Store.StartSession(ctx, h.ada.Login(), "", "")
	must(h.t, err)
	x, _, err := h.Store.Session(ctx, token, uuid.Nil)
	must(h.t, err)
	operator, ok := x.OnDuty(store.DutyOperator)
	if !ok {
		h.t.Fatal("Ada is no operator")
	}
	all, err := h.Store.Posts(ctx, operator, letters.PostFilter{Limit: 100})
	must(h.t, err)
	for _, p := range all {
		p, err := h.Store.Post(ctx, operator, p.ID)
		must(h.t, err)
		states = append(states, p.State)
		kept += p.LastError + " "
		for _, f := range p.Facts {
			kept += f + " "
		}
	}
	return states, kept
}

// parts reads the text and the HTML of a mail.
func parts(t *testing.T, m received) (head netmail.Header, text, html string) {
	t.Helper()
	msg, err := netmail.ReadMessage(strings.NewReader(m.raw))
	must(t, err)
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	must(t, err)
	if kind != "multipart/alternative" {
		t.Fatalf("the mail is %s", kind)
	}
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return msg.Header, text, html
		}
		must(t, err)
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		must(t, err)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = string(b)
		} else {
			text = string(b)
		}
	}
}

func TestALetterArrivesOnceInBothParts(t *testing.T) {
	o := newOffice(t).opens()
	h := newHouse(t, "smtp://"+o.addr)
	token := h.invites("grace@example.com")
	if h.sends() != 1 || h.sends() != 0 || len(o.mail()) != 1 {
		t.Fatalf("%d mails arrived", len(o.mail()))
	}
	m := o.mail()[0]
	head, text, html := parts(t, m)
	link := "https://panel.example.com/invites/" + token
	if m.from != "panel@example.com" || m.to != "grace@example.com" || !strings.Contains(head.Get("From"), "Bailiwick") {
		t.Errorf("from %s (%s) to %s", m.from, head.Get("From"), m.to)
	}
	if !strings.Contains(text, "\n"+link+"\r\n") && !strings.Contains(text, "\n"+link+"\n") {
		t.Errorf("the text does not hold the link:\n%s", text)
	}
	if !strings.Contains(html, `href="`+link+`"`) || !strings.Contains(html, "Ada invites you to work in Analytical") {
		t.Errorf("the HTML does not hold the link:\n%s", html)
	}
	states, kept := h.letters()
	if len(states) != 1 || states[0] != "sent" || strings.Contains(kept, token) {
		t.Errorf("%v, and of the letter is kept: %s", states, kept)
	}
	if strings.Contains(h.log.String(), token) || strings.Contains(h.log.String(), "grace@") {
		t.Errorf("the log tells too much: %s", h.log)
	}
}

func TestALetterWaitsForAServerThatIsDown(t *testing.T) {
	o := newOffice(t)
	h := newHouse(t, "smtp://"+o.addr)
	h.invites("grace@example.com")
	if h.sends() != 1 {
		t.Fatal("the letter was not tried")
	}
	o.opens()
	if n := h.sends(); n != 0 {
		t.Errorf("%d letters were tried again at once", n)
	}
	*h.now = h.now.Add(time.Minute)
	if h.sends() != 1 || len(o.mail()) != 1 {
		t.Errorf("%d mails arrived", len(o.mail()))
	}
}

func TestATemporaryRefusalIsTriedAgainAndAPermanentOneIsNot(t *testing.T) {
	o := newOffice(t).opens()
	h := newHouse(t, "smtp://"+o.addr)
	token := h.invites("grace@example.com")
	o.refuses(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "busy with " + token})
	h.sends()
	states, kept := h.letters()
	if states[0] != "waiting" || !strings.Contains(kept, "busy with …") {
		t.Errorf("%v: %s", states, kept)
	}
	if strings.Contains(h.log.String(), token) {
		t.Errorf("the log holds the link: %s", h.log)
	}
	o.refuses(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name here"})
	*h.now = h.now.Add(time.Minute)
	h.sends()
	states, kept = h.letters()
	if states[0] != "failed" || !strings.Contains(kept, "nobody of that name here") {
		t.Errorf("%v: %s", states, kept)
	}
	o.refuses(nil)
	*h.now = h.now.Add(12 * time.Hour)
	if h.sends() != 0 || len(o.mail()) != 0 {
		t.Error("a letter that was refused for good is sent again")
	}
}

func TestTwoSendersSendEachLetterOnce(t *testing.T) {
	o := newOffice(t).opens()
	h := newHouse(t, "smtp://"+o.addr)
	var emails []string
	for i := range 60 {
		emails = append(emails, "person"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.com")
	}
	h.invites(emails...)
	ctx, stop := context.WithCancel(context.Background())
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			s := *h.Sender
			s.Log = slog.New(slog.DiscardHandler)
			s.Run(ctx)
		})
	}
	for deadline := time.Now().Add(2 * time.Minute); len(o.mail()) < 60 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	both.Wait()
	seen := map[string]int{}
	for _, m := range o.mail() {
		seen[m.to]++
	}
	if len(seen) != 60 || len(o.mail()) != 60 {
		t.Errorf("%d mails to %d people", len(o.mail()), len(seen))
	}
	states, _ := h.letters()
	for _, s := range states {
		if s != "sent" {
			t.Fatalf("after the senders have stopped a letter is %s", s)
		}
	}
}

func TestPasswordsGoNowhereInTheOpen(t *testing.T) {
	o := newOffice(t).opens() // offers no encryption
	h := newHouse(t, "smtp://"+o.addr)
	h.Server.user, h.Server.password, h.Server.tls = "panel", "hunter2", startTLS
	h.invites("grace@example.com")
	h.sends()
	if _, kept := h.letters(); len(o.mail()) != 0 || o.user != "" || !strings.Contains(kept, "STARTTLS") || strings.Contains(kept, "hunter2") {
		t.Errorf("%d mails, signed in as %q: %s", len(o.mail()), o.user, kept)
	}
	o.server.Close()
	certificate, roots := selfSigned(t)
	o.tls = &tls.Config{Certificates: []tls.Certificate{certificate}}
	o.opens()
	*h.now = h.now.Add(time.Minute)
	h.sends()
	if len(o.mail()) != 0 {
		t.Error("a certificate of nobody is accepted")
	}
	h.Server.roots = roots
	*h.now = h.now.Add(10 * time.Minute)
	h.sends()
	if len(o.mail()) != 1 || o.user != "panel" {
		_, kept := h.letters()
		t.Errorf("%d mails, signed in as %q: %s", len(o.mail()), o.user, kept)
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func TestEveryKindOfLetterHasItsWords(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "panel.example.com"}
	facts := map[string]string{"path": "/x/secret", "until": "2026-11-28T17:40:00Z", "what": "add_passkey"}
	for _, name := range []string{"inviter", "account", "roles", "new", "by", "from", "to", "name"} {
		facts[name] = "<b>" + name
	}
	for _, kind := range letters.Kinds {
		r, err := Render(context.Background(), letters.Letter{Kind: kind, ToName: "Ada", Facts: facts}, public)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if r.Subject == "" || !strings.Contains(r.Text, "Hello Ada,") || !strings.Contains(r.Text, "https://panel.example.com/x/secret") || strings.Contains(r.HTML, "<b>account") {
			t.Errorf("%s: %q\n%s", kind, r.Subject, r.Text)
		}
		if _, err := Render(context.Background(), letters.Letter{Kind: kind}, public); err == nil {
			t.Errorf("%s needs no facts at all", kind)
		}
	}
	facts["left"] = "9"
	for _, what := range []string{"turn_on_two_step", "turn_off_two_step", "reset_two_step", "renew_recovery_codes", "use_recovery_code", "add_passkey", "remove_passkey", "reset_password", "undo_email"} {
		facts["what"] = what
		if _, err := Render(context.Background(), letters.Letter{Kind: letters.SignInChanged, Facts: facts}, public); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever people call themselves, no reader of mail makes a link of it but of the
// panel's own.
func TestNamesInMailAreNoLinks(t *testing.T) {
	public := &url.URL{Scheme: "https", Host: "panel.example.com"}
	facts := map[string]string{"path": "/x/secret", "until": "2026-11-28T17:40:00Z", "roles": "Admin of evil.com", "inviter": "ada@bank.com", "account": "Win at https://evil.example/x or www.evil or evil。com", "by": "http://evil.example", "from": "a.b.evil.com", "to": "приз.рф", "name": "x@evil.com", "new": "a•••@example.com", "what": "add_passkey"}
	for _, kind := range letters.Kinds {
		r, err := Render(context.Background(), letters.Letter{Kind: kind, ToName: "Go to evil.com", Facts: facts}, public)
		must(t, err)
		for _, text := range []string{r.Text, r.HTML} {
			text = strings.ReplaceAll(text, "panel.example.com", "")
			for _, link := range []string{"evil.com", "bank.com", "//evil", "www.evil", "evil。com", "приз.рф", "@bank"} {
				if strings.Contains(text, link) {
					t.Errorf("%s: a reader of mail makes a link of %q", kind, link)
				}
			}
		}
		if !strings.Contains(r.Text, "Hello Go to evil[.]com,") {
			t.Errorf("%s: %s", kind, r.Text)
		}
	}
}

func TestAddressesOfMailServers(t *testing.T) {
	for address, want := range map[string]Server{
		"smtp://mail.example.com":                    {host: "mail.example.com", port: 587},
		"smtp://panel:hunter2@mail.example.com:2525": {host: "mail.example.com", port: 2525, user: "panel", password: "hunter2"},
		"smtps://mail.example.com":                   {host: "mail.example.com", port: 465, tls: implicitTLS},
		"smtp://127.0.0.1:25":                        {host: "127.0.0.1", port: 25, tls: noTLS},
		"smtp://mail.example.com?tls=off":            {host: "mail.example.com", port: 587, tls: noTLS},
	} {
		if got, err := ParseServer(address); err != nil || got != want {
			t.Errorf("%s: %+v %v", address, got, err)
		}
	}
	for _, address := range []string{"mail.example.com:25", "http://mail.example.com", "smtp://", "smtp://panel@mail.example.com", "smtps://x?tls=off", "smtp://x?tls=on", "smtp://panel:hunter2@x:99999", "smtp://panel:hunter2@x/y", "smtp://panel:hunter2@x:1:2"} {
		if _, err := ParseServer(address); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
