package bailiwick_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"bailiwick/catalog"
	"bailiwick/manual"
)

var (
	anchored = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)
	bold     = regexp.MustCompile(`<strong>Add ([^<]*)</strong>`)
)

// Every section that has a page is explained once, every link of the manual leads
// somewhere, and what it calls by name is called so in the panel.
func TestManualIsAboutThisPanel(t *testing.T) {
	c := catalog.MustLoad()
	sections, byPath := map[string]*catalog.Section{}, map[string]*catalog.Section{}
	for _, s := range c.Sections {
		sections[manual.Anchor(s.Key)] = s
		byPath[strings.TrimSuffix(s.Path, "/")] = s
	}
	seen := map[string]string{}
	for _, p := range manual.Pages() {
		if p.About == "" || len(p.Parts) == 0 {
			t.Errorf("%s says nothing", p.Key)
		}
		for _, x := range p.Parts {
			if before := seen[x.Anchor]; before != "" {
				t.Errorf("%s stands on %s and %s", x.Anchor, before, p.Key)
			}
			seen[x.Anchor] = p.Key
			if s := sections[x.Anchor]; s != nil && s.InNavigation() && !strings.EqualFold(x.Title, s.Label) {
				t.Errorf("%s calls %q what the sidebar calls %q", p.Key, x.Title, s.Label)
			}
			if x.HTML == "" {
				t.Errorf("%s says nothing of %s", p.Key, x.Title)
			}
		}
	}
	for anchor, s := range sections {
		if s.Pending == "" && seen[anchor] == "" {
			t.Errorf("the manual says nothing of %s", s.Label)
		}
	}
	elsewhere := map[string]string{"/api-reference": "API reference", "/sessions": "Your sessions", "/two-step": "Two-step sign-in"} // a journey over HTTP looks at them
	for _, p := range manual.Pages() {
		text := p.Intro
		for _, x := range p.Parts {
			text += x.HTML
		}
		for _, m := range anchored.FindAllStringSubmatch(text, -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			switch key, help := strings.CutPrefix(path, manual.Root+"/"); {
			case path == "":
				if seen[anchor] != p.Key {
					t.Errorf("%s leads to #%s, which is not on it", p.Key, anchor)
				}
			case help && (manual.Find(key) == nil || anchor != "" && seen[anchor] != key):
				t.Errorf("%s leads to %s, which is not there", p.Key, m[1])
			case help && anchor == "" && m[2] != manual.Find(key).Title:
				t.Errorf("%s calls %q what is %q", p.Key, m[2], manual.Find(key).Title)
			case help:
			case elsewhere[path] == m[2]:
			case byPath[path] == nil || byPath[path].Pending != "":
				t.Errorf("%s leads to %s, which is no page of the panel", p.Key, path)
			case byPath[path].Label != m[2]:
				t.Errorf("%s calls %q what the sidebar calls %q", p.Key, m[2], byPath[path].Label)
			}
		}
		for _, m := range bold.FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(c.Sections, func(s *catalog.Section) bool {
				return s.Records != nil && s.Records.Create != 0 && s.Records.Noun == m[1]
			}) {
				t.Errorf("%s names a button %q, which no page has", p.Key, "Add "+m[1])
			}
		}
	}
}
