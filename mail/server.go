package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Server is a mail server that letters are handed to.
type Server struct {
	host           string
	port           int
	user, password string
	tls            encryption
	roots          *x509.CertPool // the system's where nil
}

type encryption int

const (
	startTLS encryption = iota // asked for in the open, and refused without
	implicitTLS
	noTLS
)

// ParseServer reads the address of a mail server. smtp:// begins in the open and
// goes on encrypted, or not at all; smtps:// is encrypted from the beginning.
// Without encryption mail goes to this machine alone, or where ?tls=off accepts
// it. The error does not repeat the password.
func ParseServer(address string) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" ||
		strings.Contains(u.Hostname(), ":") && net.ParseIP(u.Hostname()) == nil {
		return Server{}, errors.New("is not the address of a mail server, such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com")
	}
	s := Server{host: u.Hostname(), port: 587, user: u.User.Username()}
	s.password, _ = u.User.Password()
	if u.Scheme == "smtps" {
		s.port, s.tls = 465, implicitTLS
	} else if loopback(s.host) {
		s.tls = noTLS
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return Server{}, fmt.Errorf("has the port %s, which is none", p)
		}
	}
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 || values[0] != "off" || u.Scheme != "smtp" {
			return Server{}, errors.New("may end with ?tls=off, for smtp:// to a server that can't encrypt, and with nothing else")
		}
		s.tls = noTLS
	}
	if (s.user == "") != (s.password == "") {
		return Server{}, errors.New("needs both a user and a password, or neither")
	}
	return s, nil
}

// ParseFrom reads who letters are from, such as "Bailiwick <panel@example.com>".
func ParseFrom(from string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, errors.New("is not an e-mail address, such as panel@example.com or Bailiwick <panel@example.com>")
	}
	if a.Name == "" {
		a.Name = "Bailiwick"
	}
	return a, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s Server) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithTimeout(sendTime), gomail.WithoutNoop()}
	auth := gomail.SMTPAuthAutoDiscover
	switch s.tls {
	case startTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case implicitTLS:
		options = append(options, gomail.WithSSL())
	case noTLS:
		options, auth = append(options, gomail.WithTLSPolicy(gomail.NoTLS)), gomail.SMTPAuthPlainNoEnc
	}
	options = append(options, gomail.WithPort(s.port)) // the policies bring ports of their own
	if s.roots != nil {
		options = append(options, gomail.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}))
	}
	if s.user != "" {
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	return gomail.NewClient(s.host, options...)
}
