package main

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"bailiwick/mail"
	"bailiwick/models/store"
	"bailiwick/words"
)

// Config is everything that can be set, by flag or environment.
type Config struct {
	Addr              string   `env:"BAILIWICK_ADDR" default:"127.0.0.1:8080" help:"Address to listen at."`
	DataDir           string   `env:"BAILIWICK_DATA_DIR" help:"Folder of the built-in Postgres and the secret key; ./data where the database can reach it, else below /var/lib/bailiwick." placeholder:"DIR"`
	PublicURL         string   `env:"BAILIWICK_PUBLIC_URL" name:"public-url" help:"Where browsers reach the panel; links are built from it." placeholder:"URL"`
	DemoCast          bool     `env:"BAILIWICK_DEMO" name:"with-demo" help:"Create the demo cast when the database is empty."`
	DatabaseURL       string   `env:"DATABASE_URL" name:"database-url" help:"A Postgres of at least version 15, instead of the built-in one, for the panel's own login." placeholder:"URL"`
	DatabaseDirectURL string   `env:"DATABASE_DIRECT_URL" name:"database-direct-url" help:"The same database for its owner, past a transaction pooler; for migrations alone." placeholder:"URL"`
	SecretKey         string   `env:"BAILIWICK_SECRET_KEY" name:"secret-key" help:"64 hex digits that sign cookies and seal secrets; kept in the data folder where empty. Needed for more than one node." placeholder:"HEX"`
	TrustedProxies    []string `env:"BAILIWICK_TRUSTED_PROXIES" name:"trusted-proxies" help:"Networks whose X-Forwarded-For is believed." placeholder:"CIDR"`
	SMTPURL           string   `env:"BAILIWICK_SMTP_URL" name:"smtp-url" help:"Mail server that sends letters; without one, they are kept for an operator to read." placeholder:"URL"`
	MailFrom          string   `env:"BAILIWICK_MAIL_FROM" name:"mail-from" help:"Who letters are from, such as 'Bailiwick <panel@example.com>'." placeholder:"ADDRESS"`
	Currency          string   `env:"BAILIWICK_CURRENCY" help:"Currency of prices and balances by its three letters, such as EUR; amounts have none where empty." placeholder:"CODE"`
	KeyEnvironment    string   `env:"BAILIWICK_KEY_ENVIRONMENT" name:"key-environment" help:"Part of each API key, as in bw_live_…: up to 16 lower-case letters and digits; live where empty, demo with the demo cast." placeholder:"NAME"`
	PlainHTTP         bool     `env:"BAILIWICK_PLAIN_HTTP" name:"plain-http" help:"Allow plain http at an address other than this machine's own."`

	publicURL *url.URL
	proxies   []netip.Prefix
	secret    []byte
	smtp      *mail.Server // nil where no mail is sent
	from      *netmail.Address
	shared    bool // the built-in database may be that of a running panel
}

// check reads what is typed and reports all that is wrong with it at once.
func (c *Config) check() error {
	var wrong []error
	bad := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	host, port, err := net.SplitHostPort(c.Addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		bad("BAILIWICK_ADDR %q is not host:port, such as 127.0.0.1:8080", c.Addr)
	}
	if c.PublicURL == "" && err == nil {
		if !loopback(host) {
			bad("BAILIWICK_PUBLIC_URL is needed where BAILIWICK_ADDR (%s) is not an address of this machine alone", c.Addr)
		}
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	addressRead := err == nil
	u, err := url.Parse(c.PublicURL)
	switch {
	case c.PublicURL == "" && !addressRead: // said above
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		bad("BAILIWICK_PUBLIC_URL %q is not an address such as https://panel.example.com", c.PublicURL)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "":
		bad("BAILIWICK_PUBLIC_URL %q must have no path: the panel stands at the root of its host", c.PublicURL)
	case u.Scheme == "http" && !(loopback(u.Hostname()) && (!addressRead || loopback(host))) && !c.PlainHTTP:
		bad("BAILIWICK_PUBLIC_URL %q at BAILIWICK_ADDR %s is plain http beyond this machine: put the panel behind HTTPS, or set BAILIWICK_PLAIN_HTTP=true to accept that passwords travel in the open", c.PublicURL, c.Addr)
	}
	c.publicURL = u
	for name, value := range map[string]string{"DATABASE_URL": c.DatabaseURL, "DATABASE_DIRECT_URL": c.DatabaseDirectURL} {
		if value != "" && !strings.HasPrefix(value, "postgres://") && !strings.HasPrefix(value, "postgresql://") && !strings.Contains(value, "=") {
			bad("%s is not a Postgres address, such as postgres://user:password@host/database", name)
		}
	}
	if c.DatabaseDirectURL != "" && c.DatabaseURL == "" {
		bad("DATABASE_DIRECT_URL is set without DATABASE_URL")
	}
	if c.SecretKey != "" {
		if c.secret, err = hex.DecodeString(c.SecretKey); err != nil || len(c.secret) < 32 {
			bad("BAILIWICK_SECRET_KEY must be at least 64 hex digits; `openssl rand -hex 32` makes them")
		}
	}
	for _, p := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			bad("BAILIWICK_TRUSTED_PROXIES %q is not a network such as 10.0.0.0/8", p)
		}
		c.proxies = append(c.proxies, prefix)
	}
	if c.SMTPURL != "" {
		server, err := mail.ParseServer(c.SMTPURL)
		if err != nil {
			bad("BAILIWICK_SMTP_URL %w", err)
		}
		c.smtp = &server
		if c.MailFrom == "" {
			bad("BAILIWICK_MAIL_FROM is needed with BAILIWICK_SMTP_URL: who letters are from, such as Bailiwick <panel@example.com>")
		}
	}
	if c.MailFrom != "" {
		if c.from, err = mail.ParseFrom(c.MailFrom); err != nil {
			bad("BAILIWICK_MAIL_FROM %q %w", c.MailFrom, err)
		}
	}
	if c.Currency != "" && !words.IsCurrency(c.Currency) {
		bad("BAILIWICK_CURRENCY %q is not a currency: give its three capital letters, such as EUR", c.Currency)
	}
	if c.KeyEnvironment != "" && !keyEnvironment.MatchString(c.KeyEnvironment) {
		bad("BAILIWICK_KEY_ENVIRONMENT %q is not 1 to 16 lower-case letters and digits, such as staging", c.KeyEnvironment)
	}
	if c.DataDir == "" {
		c.DataDir = defaultDataDir()
	}
	return errors.Join(wrong...)
}

// currency is what is set; the demo cast pays in pounds.
func (c *Config) currency() string {
	if c.Currency == "" && c.DemoCast {
		return "GBP"
	}
	return c.Currency
}

var keyEnvironment = regexp.MustCompile(`^[a-z0-9]{1,16}$`)

// keysOf is what stands in the keys of programs.
func (c *Config) keysOf() string {
	if c.KeyEnvironment == "" && c.DemoCast {
		return "demo"
	}
	return cmp.Or(c.KeyEnvironment, store.DefaultEnvironment)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// defaultDataDir is ./data, unless the panel runs as root in a folder that the
// database's user could not enter.
func defaultDataDir() string {
	here, err := filepath.Abs("data")
	if err != nil || os.Geteuid() != 0 {
		return "data"
	}
	for dir := filepath.Dir(here); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o001 == 0 {
			sum := sha256.Sum256([]byte(here))
			return filepath.Join("/var/lib/bailiwick", hex.EncodeToString(sum[:4]))
		}
		if dir == filepath.Dir(dir) {
			return "data"
		}
	}
}

// makeFolder makes the data folder, where anything is kept there, and says what to
// do where that is not possible.
func (c *Config) makeFolder() error {
	if c.secret != nil && c.DatabaseURL != "" {
		return nil
	}
	const otherwise = "or name another folder with BAILIWICK_DATA_DIR"
	err := os.MkdirAll(c.DataDir, 0o755)
	if err == nil {
		var tried *os.File
		if tried, err = os.CreateTemp(c.DataDir, ".tried-*"); err == nil {
			return errors.Join(tried.Close(), os.Remove(tried.Name()))
		}
	}
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("the data folder %s is a file, or below one: move that away, %s", c.DataDir, otherwise)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the panel may not write to its data folder %s (%w): give it to the user that the panel runs as, %s", c.DataDir, err, otherwise)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("there is no room in the data folder %s: make some, %s", c.DataDir, otherwise)
	}
	if err != nil {
		err = fmt.Errorf("make the data folder: %w", err)
	}
	return err
}

// loadSecret reads the key of the data folder, or makes it.
func (c *Config) loadSecret() error {
	if c.secret != nil {
		return nil
	}
	name := filepath.Join(c.DataDir, "secret.key")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		rand.Read(key)
		text = []byte(hex.EncodeToString(key) + "\n")
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the secret key: %w", err)
	}
	if c.secret, err = hex.DecodeString(strings.TrimSpace(string(text))); err != nil || len(c.secret) < 32 {
		return fmt.Errorf("%s does not hold 64 hex digits", name)
	}
	return nil
}

type configCommand struct{}

// Run prints the configuration as environment variables.
func (configCommand) Run(c *Config) error {
	err := c.check()
	for _, kv := range [][2]string{
		{"BAILIWICK_ADDR", c.Addr},
		{"BAILIWICK_DATA_DIR", c.DataDir},
		{"BAILIWICK_PUBLIC_URL", c.PublicURL},
		{"BAILIWICK_DEMO", fmt.Sprint(c.DemoCast)},
		{"DATABASE_URL", cmp.Or(masked(c.DatabaseURL), "(built-in Postgres)")},
		{"DATABASE_DIRECT_URL", masked(c.DatabaseDirectURL)},
		{"BAILIWICK_SECRET_KEY", hidden(c.SecretKey)},
		{"BAILIWICK_TRUSTED_PROXIES", strings.Join(c.TrustedProxies, ",")},
		{"BAILIWICK_SMTP_URL", cmp.Or(masked(c.SMTPURL), "(mail is not sent)")},
		{"BAILIWICK_MAIL_FROM", c.MailFrom},
		{"BAILIWICK_KEY_ENVIRONMENT", c.keysOf()},
		{"BAILIWICK_PLAIN_HTTP", fmt.Sprint(c.PlainHTTP)},
	} {
		fmt.Printf("%s=%s\n", kv[0], kv[1])
	}
	return err
}

// masked is the address of a server without its password.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" && u.RawQuery == "" {
		return hidden(address) // key=value form: the password could stand anywhere
	}
	q := u.Query()
	for k := range q {
		if strings.Contains(k, "password") {
			q.Set(k, "xxxxx")
		}
	}
	u.RawQuery = q.Encode()
	return u.Redacted()
}

func hidden(s string) string {
	if s == "" {
		return ""
	}
	return "(set)"
}
