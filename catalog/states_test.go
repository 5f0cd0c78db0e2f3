package catalog

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the docs anew")

func TestTheDocsDrawTheNumbers(t *testing.T) {
	const file = "../docs/numbers.md"
	k := MustLoad().Kind("number")
	text := "# How numbers change state\n\nDeclared in `catalog/sections/numbers.yaml` and drawn on the pages of numbers; a test compares this page with it.\n\n```mermaid\n" + k.Diagram() + "```\n\n| state | what it means |\n|---|---|\n"
	for _, s := range k.States {
		text += "| " + s.Title + " | " + s.Sentence + " |\n"
	}
	text += "\nA number is bought with what the balance has, each time anew, and reserved or blocked only while it is one's own.\n"
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != text {
		t.Errorf("%s is not what the catalog says, %v; write it anew with -update\n%s", file, err, strings.TrimSpace(text))
	}
}
