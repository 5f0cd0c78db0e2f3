package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is why a call did not work, as RFC 9457 has it.
type Problem struct {
	Type   string  `json:"type"`   // a name for this kind of problem, which stays: urn:bailiwick:refused
	Title  string  `json:"title"`  // the kind in words
	Status int     `json:"status"` // the HTTP status
	Detail string  `json:"detail"` // what to do about it
	Errors []Fault `json:"errors"` // what is wrong where
	Denied *Denied `json:"denied"` // what the key lacks, with status 403

	// RequestID is what the panel's log knows the call by.
	RequestID string `json:"-"`
	// RetryAfter is how long the panel asks to wait; zero where it does not say.
	RetryAfter time.Duration `json:"-"`
}

// Fault is one thing that is wrong with what was sent.
type Fault struct {
	Pointer   string `json:"pointer"`   // a JSON Pointer into the body; empty is the whole
	Parameter string `json:"parameter"` // or the parameter of the query
	Detail    string `json:"detail"`    // a sentence
}

// Denied says what the key lacks, which roles give it and who can help.
type Denied struct {
	Permission string   `json:"permission"` // its key, such as calls.tag
	Title      string   `json:"title"`
	Sentence   string   `json:"sentence"` // what it is for
	Feature    string   `json:"feature"`  // what the account may not use, if that is why
	Roles      []string `json:"roles"`    // that would do
	Helpers    []string `json:"helpers"`  // people who can give one
}

// Error is the sentences of the page.
func (p *Problem) Error() string {
	var parts []string
	for _, f := range p.Errors {
		if at := f.Pointer + f.Parameter; at != "" {
			parts = append(parts, at+": "+f.Detail)
		} else {
			parts = append(parts, f.Detail)
		}
	}
	if len(parts) == 0 && p.Detail != "" {
		parts = []string{p.Detail}
	}
	text := p.Title
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, " ")
	}
	if p.RequestID != "" && p.Status >= http.StatusInternalServerError {
		text += " (request " + p.RequestID + ")"
	}
	return text
}

// At is the sentence about a place: a JSON Pointer, or the name of a parameter.
func (p *Problem) At(place string) string {
	for _, f := range p.Errors {
		if f.Parameter == place || f.Parameter == "" && f.Pointer == place {
			return f.Detail
		}
	}
	return ""
}

// Is tells whether it is of a kind, such as "denied" or "absent".
func (p *Problem) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && p.Type == "urn:bailiwick:"+string(k)
}

// Kind is a kind of problem, for errors.Is.
type Kind string

// Error names the kind.
func (k Kind) Error() string { return string(k) }

// Kinds of problems that programs ask for most; the type of a problem ends with its kind.
const (
	Absent   Kind = "absent"   // there is no such thing, or the key can't see it
	Forbids  Kind = "denied"   // the key lacks a permission, which Denied names
	Refused  Kind = "refused"  // Errors say what is wrong
	Changed  Kind = "changed"  // it is not the version of IfVersion
	Conflict Kind = "conflict" // somebody else was faster
	TooMany  Kind = "too-many" // the key has no calls left for now
)

// problemOf reads a problem, or makes one of what is none, such as a proxy's page.
func problemOf(res *http.Response, body []byte) *Problem {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || p.Title == "" {
		p = &Problem{Type: "about:blank", Title: fmt.Sprintf("The panel answered %s", res.Status)}
		if to := res.Header.Get("Location"); to != "" {
			p.Detail = "It leads to " + to + ". Use that address."
		}
	}
	p.Status, p.RequestID = res.StatusCode, res.Header.Get("X-Request-Id")
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s >= 0 {
		p.RetryAfter = time.Duration(s) * time.Second
	} else if at, err := http.ParseTime(res.Header.Get("Retry-After")); err == nil {
		p.RetryAfter = max(0, time.Until(at))
	}
	return p
}
