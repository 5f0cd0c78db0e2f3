package static

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, method, url, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func needBuilt(t *testing.T) {
	t.Helper()
	if !Built() {
		t.Skip("static/dist is empty: run `node static/build.mjs`")
	}
}

func TestAddressCarriesTheContentAndIsCachedForEver(t *testing.T) {
	needBuilt(t)
	p := Path("panel.css")
	if p == Prefix+"panel.css" || !strings.HasPrefix(p, Prefix+"panel.") {
		t.Fatalf("Path = %q", p)
	}
	res := get(t, "GET", p, "")
	if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if res.Header.Get("Content-Encoding") != "" {
		t.Error("encoded without being asked")
	}
}

func TestEncodingIsWhatTheBrowserAccepts(t *testing.T) {
	needBuilt(t)
	for accept, want := range map[string]string{
		"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": "",
	} {
		if got := get(t, "GET", Path("app.js"), accept).Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, p := range []string{"/static/", "/static/README", "/static/panel.css", "/static/../static.go", "/static/panel.css.gz"} {
		if code := get(t, "GET", p, "").StatusCode; code != 404 {
			t.Errorf("%s: %d", p, code)
		}
	}
	if Built() {
		if code := get(t, "POST", Path("app.js"), "").StatusCode; code != 405 {
			t.Errorf("POST: %d", code)
		}
	}
}

func TestUnknownNameHasAnAddressNothingAnswersAt(t *testing.T) {
	if code := get(t, "GET", Path("nothing.css"), "").StatusCode; code != 404 {
		t.Errorf("%d", code)
	}
}

// What may depend on any class above it, or on anything in the page, is restyled with
// all of a list whenever one of its rows changes.
func TestStylesLookAtLittle(t *testing.T) {
	needBuilt(t)
	css, err := os.ReadFile("dist/panel.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, costly := range []string{`:root:has\(`, `\[class[^]]*\] \*`, `:has\(\.htmx-`} {
		if found := regexp.MustCompile(costly + `[^{]*`).Find(css); found != nil {
			t.Errorf("a rule of panel.css is for …%s", found)
		}
	}
}

// The panel's first page costs under 60 kB on the wire; the page itself gets 15 of them.
// The editor of code comes only where there is code.
func TestAssetsAreSmall(t *testing.T) {
	needBuilt(t)
	sum := 0
	for _, f := range files {
		if f.name != "code.js" {
			sum += len(f.gzip)
		}
	}
	if sum > 45_000 {
		t.Errorf("assets cost %d B gzipped", sum)
	}
}

// Type and space come in a few sizes, which the storybook shows.
func TestStyleSheetsKeepTheRhythm(t *testing.T) {
	sizes := regexp.MustCompile(`(?:^|[^-\w])(font-size|gap|padding[a-z-]*|margin[a-z-]*): ([^;}]+)`)
	length := regexp.MustCompile(`-?\d*\.?\d+(?:rem|em|px)\b`)
	allowed := map[bool][]string{
		true:  {"1.25rem", ".9375rem", ".875rem", ".8125rem", ".75rem", ".6875rem", ".92em"}, // code is as tall as the text around it
		false: {"1px", "2px", ".125rem", ".25rem", ".375rem", ".5rem", ".75rem", "1rem", "1.25rem", "1.5rem", "2rem", "3rem", "4rem"},
	}
	all, err := filepath.Glob("src/*.css")
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	seen := 0
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range sizes.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "padding-inline-start" || m[1] == "padding-inline-end" { // room for what stands in it
				continue
			}
			for _, size := range length.FindAllString(m[2], -1) {
				seen++
				if !slices.Contains(allowed[m[1] == "font-size"], strings.TrimPrefix(size, "-")) {
					t.Errorf("%s: %s: %s is none of the sizes", name, m[1], size)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d sizes", seen)
	}
}

// A rule that the build would leave out stops it, with the rule and what is wrong in it.
func TestARuleThatNoBrowserTakesStopsTheBuild(t *testing.T) {
	if _, err := os.Stat("../node_modules/.bin/tailwindcss"); err != nil {
		t.Skip("node_modules is empty: run `make generate`")
	}
	build := func(rules string) (css, said string, failed bool) {
		from, to := filepath.Join(t.TempDir(), "from.css"), filepath.Join(t.TempDir(), "to.css")
		if err := os.WriteFile(from, []byte(".good { color: red }\n"+rules), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("node", "style.mjs", from, to).CombinedOutput()
		b, _ := os.ReadFile(to)
		return string(b), string(out), err != nil
	}
	if css, said, failed := build(".better[class*=\"-\"] { color: blue }"); failed || said != "" || !strings.Contains(css, ".good") || !strings.Contains(css, ".better") {
		t.Errorf("what all browsers take becomes %q: %s", css, said)
	}
	for rule, wrong := range map[string]string{
		".bad, [class*=-] { color: blue }":         "attribute selector",
		".bad > > .worse { color: blue }":          "combinator",
		"@media (wid th) { .bad { color: blue } }": "Unexpected token",
		".bad:nosuch { color: blue }":              "'nosuch' is not recognized",
		".bad { color: blue; ":                     "Missing closing }",
	} {
		name, _, _ := strings.Cut(rule, "{")
		if css, said, failed := build(rule); !failed || css != "" || !strings.Contains(said, wrong) || !strings.Contains(said, strings.TrimSpace(name)) {
			t.Errorf("%s becomes %q: %s", rule, css, said)
		}
	}
}
