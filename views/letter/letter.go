package letter

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"bailiwick/views/part"
)

// Page is one mail.
type Page struct {
	Subject    string
	Greeting   string
	Paragraphs []string
	Action     part.Link // what the mail is for; none where it only tells
	After      []string  // quieter: how long the link works, what to do if it was not asked for
	Panel      part.Link // where the mail comes from
}

// Text is the plain text of a mail.
func Text(l Page) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		parts := append([]string{l.Greeting}, l.Paragraphs...)
		if l.Action.URL != "" {
			parts = append(parts, l.Action.Text+":\n"+l.Action.URL)
		}
		parts = append(append(parts, l.After...), "-- \n"+l.Panel.Text+", "+l.Panel.URL)
		_, err := io.WriteString(w, strings.Join(parts, "\n\n")+"\n")
		return err
	})
}
