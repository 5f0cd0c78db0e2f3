package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"bailiwick/client"
)

// Remote is how a command reaches a running panel, and how it prints what that says.
type Remote struct {
	URL     string `name:"url" env:"BAILIWICK_URL" group:"A running panel:" help:"Where the panel is, such as https://panel.example.com." placeholder:"URL"`
	Key     string `name:"key" env:"BAILIWICK_KEY" group:"A running panel:" help:"The API key. Whoever is on this machine sees it in an argument: set BAILIWICK_KEY or use --key-file instead." placeholder:"KEY"`
	KeyFile string `name:"key-file" group:"A running panel:" help:"A file with the API key; - reads it from standard input." placeholder:"FILE"`
	Account string `name:"account" group:"A running panel:" default:"me" help:"The id of the account to work in; the key's own where it is left out." placeholder:"ID"`
	JSON    bool   `name:"json" group:"A running panel:" help:"Print JSON, one object a line, instead of a table."`
}

// Help says what all commands that call a panel have in common.
func (*Remote) Help() string {
	return `These commands call a running panel, with a key from its page "API keys" or "Service accounts".

Exit status: 0 done; 1 of many, some were left as they are; 2 wrong usage, or no answer; 3 the key is no good; 4 not allowed; 5 no such thing; 6 refused, with a sentence for each field; 7 changed by somebody else meanwhile; 8 too many calls, or the database does not answer.`
}

// ProvideRemote hands it to the verbs of a noun.
func (r *Remote) ProvideRemote() *Remote { return r }

// Exit statuses of commands that call a panel.
const (
	exitSome    exit = 1
	exitError   exit = 2
	exitKey     exit = 3
	exitDenied  exit = 4
	exitAbsent  exit = 5
	exitRefused exit = 6
	exitChanged exit = 7
	exitBusy    exit = 8
)

// open is the account to work in.
func (r *Remote) open() (client.Account, error) {
	c, err := r.client()
	if err != nil {
		return client.Account{}, err
	}
	return c.Account(r.Account), nil
}

// on does something with things of the account, and prints the one that comes of it.
func on[Things, T any](r *Remote, things func(client.Account) Things, c columns[T], do func(Things) (T, error)) error {
	a, err := r.open()
	if err != nil {
		return err
	}
	x, err := do(things(a))
	if err != nil {
		return err
	}
	return printOne(r, x, c)
}

// act does something in the account that leaves nothing to print, and says that it is done.
func (r *Remote) act(done string, do func(client.Account) error) error {
	a, err := r.open()
	if err == nil {
		err = do(a)
	}
	if err == nil && !r.JSON {
		fmt.Println(line(done))
	}
	return err
}

func (r *Remote) client() (*client.Client, error) {
	u, err := url.Parse(r.URL)
	switch {
	case r.URL == "":
		return nil, errors.New("say where the panel is: set BAILIWICK_URL or --url")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q is not an address such as https://panel.example.com", r.URL)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		fmt.Fprintln(os.Stderr, "bailiwick: the key travels in the open: use https")
	}
	key := r.Key
	if r.KeyFile != "" {
		if key, err = readKey(r.KeyFile); err != nil {
			return nil, err
		}
	}
	if key == "" {
		return nil, errors.New("give an API key: set BAILIWICK_KEY or --key-file")
	}
	return client.New(r.URL, key), nil
}

func readKey(path string) (string, error) {
	b, err := readFile(path)
	return strings.TrimSpace(string(b)), err
}

// readFile reads a file, or standard input where it is called -.
func readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(path)
}

// columns are those of a table: their titles, and what stands there for one thing.
type columns[T any] struct {
	titles []string
	of     func(T) []string
}

// printOne prints one thing.
func printOne[T any](r *Remote, x T, c columns[T]) error {
	return printAll(r, func(yield func(T, error) bool) { yield(x, nil) }, 0, c)
}

// printAll prints things as they come, the first most of them; 0 is all.
func printAll[T any](r *Remote, all iter.Seq2[T, error], most int, c columns[T]) error {
	if r.JSON {
		return each(all, most, json.NewEncoder(os.Stdout).Encode)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(c.titles, "\t")))
	err := each(all, most, func(x any) error {
		cells := c.of(x.(T))
		for i := range cells {
			cells[i] = line(cells[i])
		}
		_, err := fmt.Fprintln(w, strings.Join(cells, "\t"))
		return err
	})
	return errors.Join(err, w.Flush())
}

func each[T any](all iter.Seq2[T, error], most int, do func(any) error) error {
	n := 0
	for x, err := range all {
		if err == nil {
			err = do(x)
		}
		if err != nil {
			return err
		}
		if n++; n == most {
			break
		}
	}
	return nil
}

// line is a text in one line, without what would move the cursor of a terminal.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// print prints one value: as an object where JSON is asked for, as it is otherwise.
func (r *Remote) print(name, value string) error {
	if r.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]string{name: value})
	}
	_, err := fmt.Println(value)
	return err
}

// say tells what was done, to people alone.
func (r *Remote) say(format string, args ...any) {
	if !r.JSON {
		fmt.Printf(format+"\n", args...)
	}
}

func when(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// failed prints why a command did not work, and gives its exit status.
func failed(err error) exit {
	var status exit
	var p *client.Problem
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return status
	case errors.As(err, &p):
		explain(os.Stderr, p)
		return statusOf(p)
	}
	fmt.Fprintln(os.Stderr, "bailiwick:", err)
	return exitError
}

// explain prints a problem in the sentences of the page.
func explain(w io.Writer, p *client.Problem) {
	said := p.Title
	if p.Detail != "" && len(p.Errors) == 0 {
		said += ": " + p.Detail
	}
	fmt.Fprintln(w, "bailiwick:", line(said))
	for _, f := range p.Errors {
		at := strings.TrimPrefix(f.Pointer, "/") + f.Parameter
		if at != "" {
			at += ": "
		}
		fmt.Fprintln(w, "  "+line(at+f.Detail))
	}
	if d := p.Denied; d != nil {
		fmt.Fprintf(w, "  The key needs the permission %s (%s).\n", d.Title, d.Permission)
		if len(d.Roles) > 0 {
			fmt.Fprintln(w, "  Roles that have it:", strings.Join(d.Roles, "; "))
		}
		if len(d.Helpers) > 0 {
			fmt.Fprintln(w, "  Ask:", line(strings.Join(d.Helpers, "; ")))
		}
	}
	if p.Status >= http.StatusInternalServerError && p.RequestID != "" {
		fmt.Fprintln(w, "  The panel's log knows it as request", p.RequestID)
	}
}

// statusOf is the exit status of a problem.
func statusOf(p *client.Problem) exit {
	switch p.Status {
	case http.StatusUnauthorized:
		return exitKey
	case http.StatusForbidden:
		return exitDenied
	case http.StatusNotFound:
		return exitAbsent
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return exitRefused
	case http.StatusConflict, http.StatusPreconditionFailed:
		return exitChanged
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return exitBusy
	}
	return exitError
}
