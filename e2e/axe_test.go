//go:build browser

package e2e

import (
	"encoding/json"
	"os"
	"sync"
)

var axeSource = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	return string(text), err
})

// Colours are all that light and dark differ in.
const (
	allRules    = `{resultTypes: ['violations']}`
	colourRules = `{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}`
)

// looksRight keeps a picture of the page and runs axe over it, in light and in dark.
func (b *tab) looksRight(name string) {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	eval[int](b, source+";0")
	for _, look := range []struct{ theme, rules string }{{"dark", colourRules}, {"light", allRules}} {
		b.theme(look.theme)
		b.picture(name + "-" + look.theme)
		found := eval[string](b, `axe.run(document, `+look.rules+`).then(r => JSON.stringify(r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200) + ' — ' + n.failureSummary.replace(/\s+/g, ' ')))))`)
		var all []string
		if err := json.Unmarshal([]byte(found), &all); err != nil {
			b.t.Fatal(err)
		}
		for _, f := range all {
			b.t.Errorf("%s (%s), %s: axe: %s", name, b.path(), look.theme, f)
		}
	}
}
