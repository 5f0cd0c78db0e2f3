// Package manual is what the panel's users can read about it: Markdown pages, in
// the binary. A heading with a section's key as its anchor is about that section,
// so that every page of the panel leads to its own place. Who may do what is not
// written here: pages show it from the catalog.
package manual

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
)

// Root is where the manual is read.
const Root = "/help"

// Page is one page of the manual.
type Page struct {
	Key, Title, About string
	Intro             string // HTML
	Parts             []Part
}

// Part is what is said about one thing.
type Part struct{ Anchor, Title, HTML string }

//go:embed *.md
var files embed.FS

var heading = regexp.MustCompile(`^(.+?) \{#([\w-]+)\}$`)

// Pages are all pages, in the order they are meant to be read.
var Pages = sync.OnceValue(func() []*Page {
	names, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	var all []*Page
	for _, n := range names {
		text, err := files.ReadFile(n.Name())
		if err != nil {
			panic(err)
		}
		_, key, _ := strings.Cut(strings.TrimSuffix(n.Name(), path.Ext(n.Name())), "-")
		p, err := read(key, string(text))
		if err != nil {
			panic(fmt.Sprintf("%s: %v", n.Name(), err)) // the files are part of the program
		}
		all = append(all, p)
	}
	return all
})

// read reads a page: a title, what it is about in one paragraph, an introduction
// and its parts.
func read(key, text string) (*Page, error) {
	parts := strings.Split(text, "\n## ")
	title, intro, _ := strings.Cut(strings.TrimPrefix(parts[0], "# "), "\n")
	about, intro, _ := strings.Cut(strings.TrimSpace(intro), "\n")
	p := &Page{Key: key, Title: title, About: about}
	var err error
	if p.Intro, err = html(intro); err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		head, body, _ := strings.Cut(part, "\n")
		m := heading.FindStringSubmatch(head)
		if m == nil {
			return nil, fmt.Errorf("the heading %q has no anchor", head)
		}
		body, err := html(body)
		if err != nil {
			return nil, err
		}
		p.Parts = append(p.Parts, Part{Anchor(m[2]), m[1], body})
	}
	return p, nil
}

func html(text string) (string, error) {
	var b bytes.Buffer
	err := goldmark.Convert([]byte(text), &b)
	return b.String(), err
}

// Find is the page of a key, or nil.
func Find(key string) *Page {
	for _, p := range Pages() {
		if p.Key == key {
			return p
		}
	}
	return nil
}

// Path is where a page is read.
func (p *Page) Path() string { return Root + "/" + p.Key }

// Anchor is that of a section's part.
func Anchor(section string) string { return "about-" + strings.ReplaceAll(section, ".", "-") }

var places = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, p := range Pages() {
		for _, x := range p.Parts {
			all[x.Anchor] = p.Path() + "#" + x.Anchor
		}
	}
	return all
})

// PlaceOf is where a section is explained; the manual's first page where it is not.
func PlaceOf(section string) string {
	if at, ok := places()[Anchor(section)]; ok {
		return at
	}
	return Root
}
