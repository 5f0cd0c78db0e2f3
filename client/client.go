// Package client calls the API of a Bailiwick panel. Accounts, people and permissions
// have types of their own; the records of any section are read and written by the
// names of its fields. It needs the standard library alone.
//
// A client may be used by many goroutines at once. What did not work is a *Problem,
// which says what a person would read on the page.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Me stands for the account that the key belongs to, wherever an account's id does.
const Me = "me"

// Client calls one panel with one key.
type Client struct {
	url, key string

	// HTTP sends the requests; New sets one that follows no redirects, so that the key
	// goes nowhere else.
	HTTP *http.Client
	// Attempts is how often a call is sent at most, where it is answered with 429 or
	// 503, or the same call is under way.
	Attempts int
	// Pause is how long the first wait is where the panel does not say; each further
	// one is twice as long.
	Pause time.Duration
}

// New is a client of the panel at an address such as https://panel.example.com, with
// a key such as bw_live_….
func New(address, key string) *Client {
	return &Client{
		url: strings.TrimRight(address, "/"), key: strings.TrimSpace(key), Attempts: 6, Pause: 250 * time.Millisecond,
		HTTP: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// Option changes one call.
type Option func(*call)

// IfVersion holds a change to the version of the thing that was read: where it has
// another by now, the problem has status 412 and nothing is done.
func IfVersion(version string) Option {
	return func(c *call) { c.header.Set("If-Match", strconv.Quote(version)) }
}

// Once names a POST oneself, so that it is done once even if the program is started
// anew in between. Within a day, a call of the same name and body gets the same
// answer. Without it each call gets a name of its own.
func Once(name string) Option {
	return func(c *call) { c.header.Set(onceHeader, name) }
}

// With adds a parameter to the query.
func With(name, value string) Option {
	return func(c *call) { c.query.Add(name, value) }
}

const onceHeader = "Idempotency-Key"

// call is one call, sent as often as it takes.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
}

// versioned is what keeps the version that an answer is of.
type versioned interface{ setVersion(string) }

// Do sends a call: method and path below /api/v1, such as /a/me/contacts, with in as
// JSON where it is not nil, and reads the answer into out where that is not nil. It
// waits and sends again as Attempts says, for as long as the context lets it.
func (c *Client) Do(ctx context.Context, method, path string, in, out any, options ...Option) error {
	x := call{method: method, path: path, query: url.Values{}, header: http.Header{}}
	if in != nil {
		var err error
		if x.body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("encode what is sent: %w", err)
		}
	}
	if method == http.MethodPost {
		x.header.Set(onceHeader, rand.Text())
	}
	for _, change := range options {
		change(&x)
	}
	wait := c.Pause
	for attempt := 1; ; attempt++ {
		err := c.send(ctx, x, out)
		after, again := retry(x, err)
		if !again || attempt >= c.Attempts {
			return err
		}
		if !sleep(ctx, cmp.Or(after, wait)) {
			return err
		}
		wait *= 2
	}
}

// retry tells whether a call can be sent again after an error, and when. One whose
// answer was lost on the way is, where it can't be done twice.
func retry(x call, err error) (after time.Duration, again bool) {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p.RetryAfter, p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable || p.Status == http.StatusConflict && p.RetryAfter > 0
	case errors.Is(err, errLost):
		return 0, x.method == http.MethodGet || x.header.Get(onceHeader) != ""
	}
	return 0, false
}

// sleep waits, and tells whether there is time left. It does not begin a wait that
// the context can not outlast.
func sleep(ctx context.Context, d time.Duration) bool {
	if end, ends := ctx.Deadline(); ends && time.Until(end) < d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// errLost is a call that was not answered.
var errLost = errors.New("no answer")

// mostAnswer bounds an answer in bytes.
const mostAnswer = 64 << 20

func (c *Client) send(ctx context.Context, x call, out any) error {
	target := c.url + "/api/v1" + x.path
	if len(x.query) > 0 {
		target += "?" + x.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, x.method, target, bytes.NewReader(x.body))
	if err != nil {
		return fmt.Errorf("%q is no address of a panel: %w", c.url, err)
	}
	for name, values := range x.header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Accept", "application/json, application/problem+json")
	if x.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: %w", errLost, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return problemOf(res, body)
	}
	if out == nil || res.StatusCode == http.StatusNoContent {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(out); err != nil {
		return fmt.Errorf("%s answers with something else than JSON: %w", target, err)
	}
	if v, ok := out.(versioned); ok {
		version, err := strconv.Unquote(res.Header.Get("ETag"))
		if err == nil {
			v.setVersion(version)
		}
	}
	return nil
}

// Account is one account of the panel, in which calls are made.
type Account struct {
	client *Client
	id     string
}

// Account is the account with an id, or Me.
func (c *Client) Account(id string) Account { return Account{c, id} }

// do is Do below the address of the account.
func (a Account) do(ctx context.Context, method, path string, in, out any, options ...Option) error {
	return a.client.Do(ctx, method, a.path(path), in, out, options...)
}

func (a Account) path(path string) string { return "/a/" + url.PathEscape(a.id) + path }
