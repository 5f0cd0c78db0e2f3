package sqlcheck

import (
	"regexp"
	"slices"
	"strings"
)

// token is one word, number, operator or bracket. A name is in lower case, without
// quotes; a group is what stands between two brackets.
type token struct {
	text  string
	kind  kind
	group []token
}

type kind int

const (
	name kind = iota
	keyword
	param
	text
	other
	group
)

func (t token) is(words ...string) bool {
	for _, w := range words {
		if t.text == w && t.kind != text && t.kind != group {
			return true
		}
	}
	return false
}

var lexeme = regexp.MustCompile(`(?s)^(?:(--[^\n]*|/\*.*?\*/|\s+)|(\$[0-9]+)|([Ee]?'(?:[^']|'')*')|("(?:[^"]|"")*")|([A-Za-z_][A-Za-z_0-9$]*)|([0-9][0-9.]*)|(::|\|\||<=|>=|<>|!=|->>|->|#>>|@>|<@|.))`)

var keywords = strings.Fields(`select from where and or not on join left right full inner cross outer natural using lateral as update
	delete insert into values set returning group order having limit offset for union except intersect all with recursive conflict do
	nothing window fetch exists in any between is distinct null case when then else end only materialized default`)

// read cuts a statement into its tokens, those between brackets in groups.
func read(sql string) []token {
	open := [][]token{nil}
	add := func(t token) { open[len(open)-1] = append(open[len(open)-1], t) }
	for sql != "" {
		m := lexeme.FindStringSubmatch(sql)
		sql = sql[len(m[0]):]
		switch {
		case m[1] != "":
		case m[2] != "":
			add(token{text: m[2], kind: param})
		case m[3] != "":
			add(token{text: strings.Trim(m[3], "Ee'"), kind: text})
		case m[4] != "":
			add(token{text: strings.Trim(m[4], `"`), kind: name})
		case m[5] != "":
			t := token{text: strings.ToLower(m[5]), kind: name}
			if slices.Contains(keywords, t.text) {
				t.kind = keyword
			}
			add(t)
		case m[7] == "(":
			open = append(open, nil)
		case m[7] == ")" && len(open) > 1:
			g := open[len(open)-1]
			open = open[:len(open)-1]
			add(token{text: "(", kind: group, group: g})
		default:
			add(token{text: m[6] + m[7], kind: other})
		}
	}
	for len(open) > 1 { // a bracket that is never closed: Postgres refuses it, too
		open[len(open)-2] = append(open[len(open)-2], open[len(open)-1]...)
		open = open[:len(open)-1]
	}
	return open[0]
}

// split cuts tokens at those that a word names.
func split(ts []token, words ...string) (parts [][]token) {
	from := 0
	for i, t := range ts {
		if t.is(words...) {
			parts, from = append(parts, ts[from:i]), i+1
		}
	}
	return append(parts, ts[from:])
}

// isQuery tells a sub-query from other things in brackets.
func isQuery(ts []token) bool {
	return len(ts) > 0 && ts[0].is("select", "with", "values", "insert", "update", "delete")
}
