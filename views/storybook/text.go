package storybook

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// spoken are the attributes that people read or hear.
var spoken = []string{"aria-label", "alt", "title", "placeholder", "data-confirm"}

// Text is what stands on a page of the storybook, and the first one it stands on.
type Text struct {
	Text, Story string
	Heading     bool // of a page, a part of it or a column
	Button      bool
}

// Texts are all texts of all stories, each once, in the order they are met.
func Texts() (all []Text, err error) {
	seen := map[string]bool{}
	for _, s := range Stories() {
		var b bytes.Buffer
		if err := s.Render.Render(context.Background(), &b); err != nil {
			return nil, err
		}
		root, err := html.ParseWithOptions(&b, html.ParseOptionEnableScripting(false))
		if err != nil {
			return nil, err
		}
		add := func(text string, heading, button bool) {
			text = strings.Join(strings.Fields(text), " ")
			if text != "" && !seen[text] {
				seen[text] = true
				all = append(all, Text{text, s.Slug(), heading, button})
			}
		}
		for n := range root.Descendants() {
			switch {
			case n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style":
				add(n.Data, n.Parent.Data == "h1" || n.Parent.Data == "h2" || n.Parent.Data == "h3" || n.Parent.Data == "th" && n.Parent.Parent.Parent.Data == "thead", pressed(n))
			case n.Type == html.ElementNode:
				for _, a := range n.Attr {
					for _, name := range spoken {
						if a.Key == name {
							add(a.Val, false, false)
						}
					}
				}
			}
		}
	}
	return all, nil
}

// pressed tells whether a text stands on a button.
func pressed(n *html.Node) bool {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Data == "button" {
			return true
		}
		for _, a := range up.Attr {
			if classes := strings.Fields(a.Val); a.Key == "class" && up.Data == "a" {
				return slices.Contains(classes, "btn")
			}
		}
	}
	return false
}
