package handlers_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

var shell = regexp.MustCompile("(?s)## ([^\n]+)\n(?:[^#].*?)```sh\n(.*?)```")

// TestTheManualOfTheAPIWorks runs each flow of docs/api.md as it is written there.
func TestTheManualOfTheAPIWorks(t *testing.T) {
	for _, tool := range []string{"curl", "jq", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs " + tool)
		}
	}
	text, err := os.ReadFile("../docs/api.md")
	must(t, err)
	flows := shell.FindAllStringSubmatch(string(text), -1)
	if len(flows) != 4 {
		t.Fatalf("%d flows", len(flows))
	}
	p := newPanel(t)
	key := p.keyOf(p.ada, p.analytical).key
	for _, flow := range flows {
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", flow[2])
		cmd.Env = append(os.Environ(), "URL="+p.server.URL, "KEY="+key, "UNTIL="+p.clock.now().Add(48*time.Hour).UTC().Format(time.RFC3339))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", flow[1], err, out)
		}
	}
}
