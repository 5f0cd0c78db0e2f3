package browser

import (
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// Console collects what the console of a tab complains about, a violated CSP
// among it. The zero value is ready; give Listen to chromedp.WithListener.
type Console struct {
	mu         sync.Mutex
	complaints []string
	expected   []string
}

// Expect says that answers with such a status are no fault.
func (c *Console) Expect(statuses ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expected = append(c.expected, statuses...)
}

// Complaints are those so far.
func (c *Console) Complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.complaints)
}

// Complain adds a complaint of the test's own.
func (c *Console) Complain(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complaints = append(c.complaints, line)
}

// Listen takes an event of the tab.
func (c *Console) Listen(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		line := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			line += " " + x.Description
		}
		c.complaints = append(c.complaints, line)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			line := string(e.Type)
			for _, a := range e.Args {
				line += " " + string(a.Value) + a.Description
			}
			c.complaints = append(c.complaints, line)
		}
	case *log.EventEntryAdded:
		// A page that nobody touched is left without the question that its form would ask.
		if e.Entry.Level == log.EntryLevelError && !c.expects(e.Entry.Text) && !strings.Contains(e.Entry.Text, "'beforeunload'") {
			c.complaints = append(c.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (c *Console) expects(text string) bool {
	return slices.ContainsFunc(c.expected, func(status string) bool { return strings.Contains(text, "status of "+status) })
}
